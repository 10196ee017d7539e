// Ticks the rules of the page as they are met. Without it the server says the same after the form is sent.
const wanted = document.getElementById('wanted');
const value = (id) => document.getElementById(id).value;
const isMet = ({ pattern, unlike, like }) => {
  if (wanted.value === '') return false;
  if (pattern !== undefined) return new RegExp(pattern, 'su').test(wanted.value);
  return unlike === undefined ? wanted.value === value(like) : wanted.value !== value(unlike);
};
const rules = [...document.querySelectorAll('#rules li:not([data-history])')].map((item) => {
  const said = document.createElement('span');
  item.append(said);
  return { item, said };
});
const look = () => {
  for (const { item, said } of rules) {
    const met = isMet(item.dataset);
    item.classList.toggle('met', met);
    said.textContent = met ? ' – đạt' : '';
  }
};
document.addEventListener('input', look);
look();
