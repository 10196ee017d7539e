/** The directory as vCards, version 4.0, one after the other in a file (RFC 6350). */
import type { Card } from './cards.ts';

/** Octets of a line, RFC 6350 section 3.2. */
const longest = 75;

/** One vCard for each card, with the lines as they are sent. */
export function* vcardOf(cards: Iterable<Card>): Generator<string> {
  for (const card of cards) yield linesOf(card).map(folded).join('');
}

function linesOf({ kind, id, name, inside, title, mail, phone, address, head }: Card): readonly string[] {
  const optional = (property: string, value: string | undefined) =>
    value === undefined ? [] : [`${property}:${value}`];
  const organizations = kind === 'person' ? inside : [...inside, name];
  return [
    'BEGIN:VCARD',
    'VERSION:4.0',
    `UID:urn:uuid:${id}`,
    `KIND:${kind === 'person' ? 'individual' : 'org'}`,
    `FN:${text(name)}`,
    ...(kind === 'person' ? [`N:${partsOf(name).map(text).join(';')}`] : []),
    `ORG:${organizations.map(text).join(';')}`,
    ...optional('TITLE', title && text(title)),
    ...optional('EMAIL;TYPE=work', mail && text(mail)),
    ...optional('TEL;VALUE=text;TYPE="work,voice"', phone && text(phone)),
    ...optional('ADR;TYPE=work', address && `;;${text(address)};;;;`),
    // RFC 6350 section 6.6.6: who acts on behalf of it.
    ...optional('RELATED;TYPE=agent', head && `urn:uuid:${head.id}`),
    'END:VCARD',
  ];
}

/** Family, given and middle names of a Vietnamese name, which begins with the family's; prefixes and suffixes are empty. */
function partsOf(name: string): readonly string[] {
  const words = name.split(' ');
  const given = words.pop() ?? '';
  const [family = '', ...middle] = words;
  return [family, given, middle.join(' '), '', ''];
}

/** RFC 6350 section 3.4: a comma would begin another value, a semicolon another component. */
function text(value: string): string {
  return value.replaceAll(/[\\,;]/g, '\\$&').replaceAll(/\r?\n/g, '\\n');
}

/** No character is torn apart: a line that goes on begins with a space. */
function folded(line: string): string {
  if (Buffer.byteLength(line) <= longest) return `${line}\r\n`;
  let result = '';
  let length = 0;
  for (const character of line) {
    const octets = Buffer.byteLength(character);
    if (length + octets > longest) {
      result += '\r\n ';
      length = 1;
    }
    result += character;
    length += octets;
  }
  return `${result}\r\n`;
}
