/** Distinguished names as text: RFC 4514. The only place that escapes or reads one. */
import { Invalid } from '../errors.ts';

/** One `attribute=value` of a name, the value unescaped. */
export type NamePart = { readonly attribute: string; readonly value: string };

/** A relative name; more than one part only where the text joins them by `+`. */
export type RelativeName = readonly NamePart[];

/** Names that are their own key. Nearly all are; reading them all took a quarter of the CPU time of a snapshot. */
const plain = /^[a-z]+=[a-z0-9@._-]+(?:,[a-z]+=[a-z0-9@._-]+)*$/;

/** NUL must be escaped; slapd skips the others as white space where they lead. */
const control = /\p{Cc}/gu;

/** U+FEFF at the beginning of escaped text is part of the value, not a byte order mark. */
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Escapes a value for use in a name (RFC 4514 section 2.4).
 * @throws Invalid for an empty value and for unpaired surrogates, which UTF-8 would silently replace
 */
export function escapeValue(value: string): string {
  if (value === '') throw new Invalid('', 'a name in the directory cannot be empty');
  if (!value.isWellFormed()) throw new Invalid('', 'a name in the directory must be valid Unicode');
  return value
    .replaceAll(/[\\"+,;<>=]|^[ #]| $/g, '\\$&')
    .replaceAll(control, (character) => Buffer.from(character).toString('hex').replaceAll(/../g, '\\$&'));
}

/** The name of an entry below `parent`: `childDn('uid', 'a,b', 'ou=x')` → `uid=a\,b,ou=x`. */
export function childDn(attribute: string, value: string, parent: string): string {
  return `${attribute}=${escapeValue(value)},${parent}`;
}

/**
 * Reads a name, leaf first. `''` is the root and has no parts.
 * @throws Invalid when the text is not a name
 */
export function parseDn(dn: string): readonly RelativeName[] {
  if (dn.trim() === '') return [];
  return split(dn, ',').map((rdn) => split(rdn, '+').map(parsePart));
}

/**
 * A key that is equal for two spellings of one name: attribute names and values without regard to case, values
 * in one Unicode form with runs of spaces as one, as slapd's caseIgnoreMatch compares them.
 * The key is itself a name, so that `isBelow` works on keys.
 * @throws Invalid when the text is not a name
 */
export function dnKey(dn: string): string {
  if (plain.test(dn)) return dn;
  return parseDn(dn)
    .map((rdn) => rdn.map(partKey).sort().join('+'))
    .join(',');
}

/** The name without its leaf; `''` for a name of one part. */
export function parentOf(dn: string): string {
  return split(dn, ',').slice(1).join(',');
}

/** Is `key` an entry below `parentKey`, at any depth? Both are results of `dnKey`. */
export function isBelow(key: string, parentKey: string): boolean {
  return key.endsWith(`,${parentKey}`);
}

/** Matching form of a value: what two values have in common when slapd takes them for equal. */
export function valueKey(value: string): string {
  return value.normalize('NFKC').toLowerCase().normalize('NFKC').trim().replaceAll(/ +/g, ' ');
}

function partKey({ attribute, value }: NamePart): string {
  const key = valueKey(value);
  return `${attribute.toLowerCase()}=${key === '' ? '\\ ' : escapeValue(key)}`;
}

/** Splits at `separator` where it is not escaped. */
function split(text: string, separator: ',' | '+'): string[] {
  const pieces = [''];
  for (const [token] of text.matchAll(/\\.|[^\\]|\\$/gsu)) {
    if (token === separator) pieces.push('');
    else pieces[pieces.length - 1] += token;
  }
  return pieces;
}

function parsePart(text: string): NamePart {
  const match = /^([a-zA-Z][a-zA-Z0-9-]*|\d+(?:\.\d+)*)=(.+)$/s.exec(text);
  const value = match?.[2];
  if (match?.[1] === undefined || value === undefined || /^[ #]|[";<>\\]| $/.test(withoutEscapes(value))) {
    throw new Invalid('', `"${text}" is not part of a directory name: write attribute=value as in RFC 4514`);
  }
  return { attribute: match[1], value: unescapeValue(value) };
}

/** The text with every escaped character as a plain letter, so that only bare special characters are left to find. */
function withoutEscapes(text: string): string {
  return text.replaceAll(/\\(?:[0-9a-fA-F]{2}|.)/gsu, 'x');
}

/** Undoes every escape of RFC 4514 section 3; runs of `\xx` are bytes of UTF-8. */
function unescapeValue(text: string): string {
  return text.replaceAll(/(?:\\[0-9a-fA-F]{2})+|\\(.)/gsu, (found, character: string | undefined) => {
    if (character !== undefined) return character;
    return utf8.decode(Buffer.from(found.replaceAll('\\', ''), 'hex'));
  });
}
