-- R32: mail that says of itself that it is secret is refused. Grades, labels and the rest are `filter.secrecy` of the site file.
-- A grade counts where it stands like a stamp: by itself, or after a label ("Độ mật: Mật"); with diacritics or without. In the
-- subject it counts in running text, too, but not without diacritics, where "mat" may be "mất", "mắt" or "mặt".
local util = require "rspamd_util"

local words = {
  grades = {{grades}},
  labels = {{labels}},
  headers = {{headers}},
  ordinary = {{ordinary}},
}
local stampLines = {{stampLines}}
local refusal = 'Thu mang dau "%s" (%s): tai lieu mat khong gui qua thu dien tu '
  .. '(marked secret: secret documents do not travel by e-mail)'

-- "  Tuyệt  MẬT " → "tuyet mat"; what is neither letter nor digit goes, too.
local function fold(text)
  return (tostring(util.transliterate(text)):gsub('%s+', ' '):gsub('^ ', ''):gsub(' $', ''))
end

-- Bytes that are no text would end what comes after them.
local function readable(text)
  if util.is_valid_utf8(text) then return text end
  return (text:gsub('[\128-\255]+', function(run) return util.is_valid_utf8(run) and run or ' ' end))
end

-- One form for each text: composed letters, small ones, single spaces for those that only look like one.
local function plain(text)
  local composed = util.normalize_utf8(readable(text))
  return (util.lower_utf8(composed):gsub('\194\160', ' '):gsub('\r', ''))
end

local function folded(list)
  local set = {}
  for _, word in ipairs(list) do set[fold(word)] = word end
  return set
end

local grades, headers = folded(words.grades), {}
for _, name in ipairs(words.headers) do headers[name:lower()] = true end
local labelled = {}
for _, label in ipairs(words.labels) do
  for _, grade in ipairs(words.grades) do labelled[fold(label) .. ' ' .. fold(grade)] = grade end
end

-- "MẬT" and "MAT" are the grade, "MẤT" is another word.
local function written_in(piece, grade)
  local text = plain(piece)
  return grade and (text:find(plain(grade), 1, true) or text:find(fold(grade), 1, true)) and grade
end

local function grade_of(piece)
  local key = fold(piece)
  return written_in(piece, grades[key] or labelled[key])
end

-- The first piece of a text between separators (a Lua class) that is a grade. Dashes separate where a space is beside them.
local function grade_among(text, separators)
  local cut = text:gsub('\226\128[\147\148]', '\n'):gsub('%s%-+', '\n'):gsub('%-+%s', '\n'):gsub(separators, '\n')
  for piece in cut:gmatch('[^\n]+') do
    local grade = grade_of(piece)
    if grade then return grade end
  end
end

local function grade_in_sentence(text)
  local rest = ' ' .. text:gsub('[%p%s]+', ' ') .. ' '
  for _, list in ipairs({ words.labels, words.ordinary }) do
    for _, word in ipairs(list) do rest = rest:gsub(' ' .. plain(word) .. ' ', ' | ') end
  end
  for _, grade in ipairs(words.grades) do
    if rest:find(' ' .. plain(grade) .. ' ', 1, true) then return grade end
  end
end

local function grade_in_subject(subject)
  local text = plain(subject)
  return grade_among(text, '[%[%](){}<>:;,|/\\*_"=~#!]') or grade_in_sentence(text)
end

-- A page puts its stamp beside other things: columns stand apart by a tab, a bar or several spaces.
local function grade_of_line(line)
  for column in line:gsub('   *', '\n'):gsub('[\t|]', '\n'):gmatch('[^\n]+') do
    local grade = grade_of(column)
    if grade then return grade end
    for piece in column:gmatch('[^.,;()]+') do
      local labelled_grade = written_in(piece, labelled[fold(piece)])
      if labelled_grade then return labelled_grade end
    end
  end
end

local function grade_in_stamp(text)
  local seen = 0
  for line in plain(text):gmatch('[^\n]+') do
    if fold(line) ~= '' then
      seen = seen + 1
      if seen > stampLines then return end
      local grade = grade_of_line(line)
      if grade then return grade end
    end
  end
end

-- As it is read: each cell of a table on a line of its own.
local function text_of(part)
  if not part:is_html() then return tostring(part:get_content() or '') end
  local html = tostring(part:get_content('raw_utf') or ''):gsub('</[tT][dDhH]%s*>', '<br>')
  return tostring(util.parse_html(html) or '')
end

-- What the message says of itself: the grade, and where.
local function marking(task)
  for name in pairs(headers) do
    for _, header in ipairs(task:get_header_full(name) or {}) do
      local grade = grade_in_subject(header.decoded or header.value or '')
      if grade then return grade, name end
    end
  end
  local grade = grade_in_subject(task:get_subject() or '')
  if grade then return grade, 'Subject' end
  for _, part in ipairs(task:get_text_parts() or {}) do
    local stamp = grade_in_stamp(text_of(part))
    if stamp then return stamp, 'dau, stamp' end
  end
end

rspamd_config:register_symbol({
  name = 'SECRET',
  score = 0.0,
  group = 'hopthu',
  flags = 'ignore_passthrough',
  callback = function(task)
    local grade, place = marking(task)
    if not grade then return false end
    task:set_pre_result('reject', refusal:format(fold(grade):upper(), place), 'SECRET')
    return true, 1.0, place
  end,
})
