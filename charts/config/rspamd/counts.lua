-- What became of messages, counted in Valkey for the metrics (`operator/filter/`): it outlives a restart.
local lua_redis = require "lua_redis"
local logger = require "rspamd_logger"

local key = 'hopthu:counts'
local rules = { 'ATTACHMENT_TOO_LARGE', 'CLAMAV_FAIL', 'CLAMAV_VIRUS', 'LIMIT_REACHED', 'SECRET', 'SENDER_SPOOFED' }
local server = lua_redis.parse_redis_server('counts')

local function count(task, field)
  lua_redis.redis_make_request(task, server, key, true, function(failure)
    if failure then logger.errx(task, 'not counted: %s', failure) end
  end, 'HINCRBY', { key, field, '1' })
end

rspamd_config:register_symbol({
  name = 'COUNTS',
  type = 'idempotent',
  flags = 'empty,nostat,explicit_disable,ignore_passthrough',
  callback = function(task)
    count(task, 'action ' .. task:get_metric_action())
    for _, rule in ipairs(rules) do
      if task:has_symbol(rule) then count(task, 'rule ' .. rule) end
    end
  end,
})
