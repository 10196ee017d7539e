/** The directory as LDIF (RFC 2849), which mail programs and other directories take in. */
import { container, headAttribute } from '../../operator/core/layout.ts';
import type { Card } from './cards.ts';

/** Characters of a line. */
const longest = 76;
const classes = ['top', 'person', 'organizationalPerson', 'inetOrgPerson'];

/**
 * An inetOrgPerson for each card, of an organization too: mail programs know no other kind.
 * @param suffix below which the entries stand
 */
export function* ldifOf(cards: Iterable<Card>, suffix: string): Generator<string> {
  yield 'version: 1\n';
  for (const card of cards) {
    const lines = [
      line('dn', dnOf(card.id, suffix)),
      ...attributesOf(card, suffix).map(([name, value]) => line(name, value)),
    ];
    yield `\n${lines.join('')}`;
  }
}

function dnOf(id: string, suffix: string): string {
  return `uid=${id},${container.mailboxes},${suffix}`;
}

function attributesOf(card: Card, suffix: string): readonly (readonly [string, string])[] {
  const { kind, id, name, inside, title, mail, phone, address, head } = card;
  const words = name.split(' ');
  const optional = (attribute: string, value: string | undefined) =>
    value === undefined ? [] : [[attribute, value] as const];
  const [above, own] = kind === 'person' ? [inside[0], inside.at(-1)] : [inside[0] ?? name, undefined];
  return [
    ...classes.map((value) => ['objectClass', value] as const),
    ['uid', id],
    ['cn', name],
    ['sn', kind === 'person' ? (words[0] ?? name) : name],
    ...(kind === 'person' ? optional('givenName', words.at(-1)) : []),
    ...optional('o', above),
    ...(own === above ? [] : optional('ou', own)),
    ...optional('title', title),
    ...optional('mail', mail),
    ...optional('telephoneNumber', phone),
    ...optional(headAttribute, head && dnOf(head.id, suffix)),
    ...optional('postalAddress', address?.replaceAll('\\', '\\5C').replaceAll('$', '\\24')),
  ];
}

/** In base64 whatever is no SAFE-STRING, or ends with a space. */
function line(name: string, value: string): string {
  const isSafe = /^(?![ :<])[\x20-\x7e]*$/.test(value) && !value.endsWith(' ');
  const whole = isSafe ? `${name}: ${value}` : `${name}:: ${Buffer.from(value).toString('base64')}`;
  const rest = whole.slice(longest).match(new RegExp(`.{1,${longest - 1}}`, 'gs')) ?? [];
  return `${[whole.slice(0, longest), ...rest].join('\n ')}\n`;
}
