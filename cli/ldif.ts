/** Entries of an LDIF file (RFC 2849), as far as decisions look at them; passwords are not kept. */
import { readFileSync } from 'node:fs';
import { snapshotAttributes } from '../operator/core/layout.ts';
import type { DirectoryEntry } from '../operator/ports.ts';
import { fileFault, WrongInput } from './failure.ts';

const spelling = new Map(snapshotAttributes.map((name) => [name.toLowerCase(), name]));

/** @throws WrongInput naming file and line that are no LDIF of entries */
export function readLdif(file: string): readonly DirectoryEntry[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new WrongInput(`cannot read ${file}: ${fileFault(error)}`);
  }
  return parseLdif(text, file);
}

/** @param file name shown in errors */
export function parseLdif(text: string, file: string): readonly DirectoryEntry[] {
  const lines = unfold(text);
  const entries: DirectoryEntry[] = [];
  let dn: string | undefined;
  let attributes: Record<string, string[]> = {};
  const end = () => {
    if (dn !== undefined) entries.push({ dn, attributes });
    dn = undefined;
    attributes = {};
  };
  for (const { number, line } of lines) {
    if (line === '') end();
    if (line === '' || line.startsWith('#') || /^version:/i.test(line)) continue;
    const [, name = '', encoded = '', value = ''] =
      /^([A-Za-z][A-Za-z0-9;.-]*):([:<]?) *(.*)$/.exec(line) ?? [];
    if (name === '' || encoded === '<')
      throw new WrongInput(`${file}:${number}: no line of an LDIF file of entries`);
    const decoded = encoded === ':' ? Buffer.from(value, 'base64').toString('utf8') : value;
    if (name.toLowerCase() === 'dn') dn = decoded;
    else if (dn === undefined) throw new WrongInput(`${file}:${number}: an entry begins with its dn`);
    else if (name.toLowerCase() === 'changetype')
      throw new WrongInput(`${file}:${number}: changes are no entries`);
    const known = spelling.get(name.toLowerCase());
    if (known !== undefined) attributes[known] = [...(attributes[known] ?? []), decoded];
  }
  end();
  return entries;
}

/** Entries as a file that `parseLdif` reads; values are in base64, whatever is in them. */
export function formatLdif(entries: readonly DirectoryEntry[]): string {
  const line = (name: string, value: string) => `${name}:: ${Buffer.from(value).toString('base64')}\n`;
  return entries
    .map(({ dn, attributes }) => {
      const lines = Object.entries(attributes).flatMap(([name, values]) =>
        values.map((value) => line(name, value)),
      );
      return `${line('dn', dn)}${lines.join('')}\n`;
    })
    .join('');
}

/** A line that begins with a space goes on with the one before it. */
function unfold(text: string): readonly { readonly number: number; readonly line: string }[] {
  const lines: { number: number; line: string }[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const last = lines.at(-1);
    if (line.startsWith(' ') && last !== undefined) last.line += line.slice(1);
    else lines.push({ number: index + 1, line });
  }
  return lines;
}
