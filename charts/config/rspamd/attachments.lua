-- R31: the largest attachment, as its owner sees the file. Postfix's limit of a whole message only leaves room for it.
local largest = {{attachment}}
local refusal = 'Tep dinh kem qua lon, toi da {{attachmentText}} moi tep (attachments may have {{attachmentText}} at most)'

local function is_attachment(part)
  return part:get_filename() or not (part:is_text() or part:is_multipart())
end

rspamd_config:register_symbol({
  name = 'ATTACHMENT_TOO_LARGE',
  score = 0.0,
  group = 'hopthu',
  flags = 'ignore_passthrough',
  callback = function(task)
    for _, part in ipairs(task:get_parts() or {}) do
      if is_attachment(part) and part:get_length() > largest then
        task:set_pre_result('reject', refusal, 'ATTACHMENT_TOO_LARGE')
        return true
      end
    end
    return false
  end,
})
