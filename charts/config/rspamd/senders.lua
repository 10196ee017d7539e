-- R28: nobody writes as another. Postfix has checked that a login owns the envelope's sender; what people read is the header.
-- From 127.0.0.1 come Dovecot's replies for people who are away, by a tunnel that knows it.
local domains = {{domains}}
local other = 'Nguoi gui trong thu khong phai nguoi dang nhap (the From header is not the sender of this login)'
local outside = 'Nguoi gui thuoc {{domain}} phai dang nhap (senders of this domain must log in)'

local function same(a, b) return a:lower() == b:lower() end
local function is_ours(domain)
  for _, ours in ipairs(domains) do
    if same(domain, ours) then return true end
  end
  return false
end

-- Why the message may not say that it is from this address.
local function fault(task, address)
  local login = task:get_user()
  if login then
    local envelope = ((task:get_from('smtp') or {})[1] or {}).addr or ''
    return not same(address.addr, envelope ~= '' and envelope or login) and other
  end
  local ip = task:get_ip()
  if ip and ip:is_valid() and ip:to_string() == '127.0.0.1' then return nil end
  return is_ours(address.domain or '') and not task:has_symbol('R_DKIM_ALLOW') and outside
end

rspamd_config:register_symbol({
  name = 'SENDER_SPOOFED',
  score = 0.0,
  group = 'hopthu',
  flags = 'ignore_passthrough',
  callback = function(task)
    for _, address in ipairs(task:get_from('mime') or {}) do
      local why = fault(task, address)
      if why then
        task:set_pre_result('reject', why, 'SENDER_SPOOFED')
        return true, 1.0, address.addr
      end
    end
    return false
  end,
})
rspamd_config:register_dependency('SENDER_SPOOFED', 'R_DKIM_ALLOW')
