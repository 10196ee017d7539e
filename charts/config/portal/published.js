// Searches the published files without a server: it reads a list once, when somebody begins to type.
const form = document.querySelector('form[data-places]');
const input = form.querySelector('input');
const found = document.getElementById('found');
const most = 100;
const fold = (text) =>
  text
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[đð]/g, 'd')
    .replace(/ƀ/g, 'b')
    .replace(/['’‘ʼʹ´`]/gu, '');
const spaced = (text) => ` ${fold(text).replace(/[^\p{L}\p{N}]+/gu, ' ')}`;
const list = new Promise((resolve, reject) => {
  input.addEventListener(
    'input',
    () =>
      fetch(form.dataset.places)
        .then((answer) => answer.json())
        .then((rows) => rows.map((row) => ({ row, text: spaced(row.slice(0, 4).join(' ')) })))
        .then(resolve, reject),
    { once: true },
  );
});
const element = (name, text, more = {}) =>
  Object.assign(document.createElement(name), { textContent: text }, more);
const base = form.dataset.places.replace(/[^/]*$/, '');
const item = ([name, title, organization, mail, phone, page]) => {
  const li = document.createElement('li');
  const link = element('a', title === null ? name : organization, { href: `${base}${page}` });
  const first = element('p', title === null ? '' : name, { className: 'name' });
  const second = element('p', title ? `${title}, ` : '');
  if (title === null) {
    first.append(link);
    second.textContent = organization;
  } else second.append(link);
  li.append(first, second);
  if (mail) {
    const line = document.createElement('p');
    line.append(element('a', mail, { href: `mailto:${mail}` }));
    li.append(line);
  }
  if (phone) li.append(element('p', phone));
  return li;
};
const look = async () => {
  const words = spaced(input.value).split(' ').filter(Boolean);
  const rows = await list.catch(() => undefined);
  if (rows === undefined) {
    found.replaceChildren(element('p', 'Chưa tải được danh sách. Hãy xem theo cơ quan, đơn vị.'));
    return;
  }
  const hits =
    words.length === 0 ? [] : rows.filter(({ text }) => words.every((word) => text.includes(` ${word}`)));
  const ul = Object.assign(document.createElement('ul'), { className: 'people' });
  ul.append(...hits.slice(0, most).map(({ row }) => item(row)));
  const said = hits.length === 0 ? 'Không tìm thấy gì.' : `Tìm thấy ${hits.length} kết quả.`;
  found.replaceChildren(...(words.length === 0 ? [] : [element('p', said), ul]));
};
form.hidden = false;
form.addEventListener('submit', (event) => {
  event.preventDefault();
  void look();
});
input.addEventListener('input', look);
