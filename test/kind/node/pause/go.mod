module hopthu.io/node/pause

go 1.25.0
