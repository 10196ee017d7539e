-- An address outside, for `ratelimit.conf`: who has logged in is counted by login, since a webmail is one address for all.
require("lua_selectors").register_extractor(rspamd_config, 'stranger', {
  get_value = function(task)
    local ip = task:get_ip()
    if task:get_user() or not ip or not ip:is_valid() or ip:to_string() == '127.0.0.1' then return nil end
    return ip:to_string(), 'string'
  end,
  description = 'Address of a client that has not logged in',
})
