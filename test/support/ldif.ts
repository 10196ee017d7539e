/** LDIF as slapcat writes it (RFC 2849), read without the operator's own code. */
import type { CheckedEntry } from './checker.ts';

/** Every entry with its values; `dn` among none of them. */
export function parseLdif(text: string): readonly CheckedEntry[] {
  return text
    .replaceAll('\n ', '')
    .split(/\n{2,}/)
    .flatMap((block) => {
      const pairs = block.split('\n').flatMap((line) => {
        const [, name, encoded, value] = /^([^:#]+):(:?) ?(.*)$/.exec(line) ?? [];
        if (name === undefined || value === undefined) return [];
        return [[name, encoded === ':' ? Buffer.from(value, 'base64').toString() : value] as const];
      });
      const dn = pairs.find(([name]) => name === 'dn')?.[1];
      if (dn === undefined) return [];
      const values = Map.groupBy(
        pairs.filter(([name]) => name !== 'dn'),
        ([name]) => name,
      );
      const attributes = [...values].map(([name, list]) => [name, list.map(([, value]) => value)]);
      return [{ dn, attributes: Object.fromEntries(attributes) }];
    });
}
