-- R34: clamd looks at every message, whole. Only its word that a message is clean lets it pass: rspamd's own antivirus
-- module lets through what could not be scanned.
local tcp = require "rspamd_tcp"
local logger = require "rspamd_logger"
local pack = require("rspamd_util").pack

local name = 'CLAMAV'
local later = 'Chua quet duoc virus, xin gui lai sau (the virus scanner is unavailable, try again later)'

local infected = 'Thu co virus, khong nhan: %s (virus found)'
local unscannable = 'Tep nen qua lon de quet virus, khong nhan (an archive is too large to be scanned)'

local function unscanned(task, reason)
  logger.errx(task, 'clamd: %s', reason)
  task:insert_result('CLAMAV_FAIL', 0.0)
  task:set_pre_result('soft reject', later, name)
end

local function judge(task, answer)
  if answer == 'stream: OK' then return end
  local virus = answer:match('^stream: (.+) FOUND$')
  if virus == nil or virus:find('%.MaxScanTime$') then return unscanned(task, answer) end
  local reason = virus:find('^Heuristics%.Limits%.Exceeded') and unscannable or infected:format(virus)
  task:insert_result('CLAMAV_VIRUS', 1.0, virus)
  task:set_pre_result('reject', reason, name)
end

local id = rspamd_config:register_symbol({
  name = name,
  type = 'callback',
  flags = 'empty,nostat,ignore_passthrough',
  callback = function(task)
    local content = task:get_content()
    tcp.request({
      task = task,
      host = '127.0.0.1',
      port = {{clamdPort}},
      timeout = {{scanSeconds}},
      data = { pack('c9 c1 >I4', 'zINSTREAM', '\0', #content), content, pack('>I4', 0) },
      stop_pattern = '\0',
      callback = function(failure, data)
        if failure then return unscanned(task, failure) end
        judge(task, (tostring(data):gsub('%z', '')))
      end,
    })
  end,
})
for _, symbol in ipairs({ 'CLAMAV_VIRUS', 'CLAMAV_FAIL' }) do
  rspamd_config:register_symbol({ name = symbol, type = 'virtual', parent = id, score = 0.0, group = 'hopthu' })
end
