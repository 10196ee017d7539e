# Somebody moved a message into Junk.
require ["vnd.dovecot.pipe", "copy", "imapsieve"];
pipe :copy "learn" ["spam"];
