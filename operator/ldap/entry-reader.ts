/** ldapts' entries → the port's, small enough to keep tens of thousands of them. */
import type { Entry } from 'ldapts';
import { attribute, snapshotAttributes } from '../core/layout.ts';
import type { DirectoryEntry } from '../ports.ts';

/** Attributes whose values most entries have in common: each list of values is kept once. */
const common: ReadonlySet<string> = new Set([
  'objectClass',
  'sn',
  'givenName',
  'title',
  'o',
  attribute.status,
  attribute.type,
  attribute.quotaBytes,
  attribute.site,
  attribute.organization,
  attribute.sector,
]);

/** slapd spells attributes as its schema does; decisions spell them as `layout.ts` does. */
const spelling = new Map(
  snapshotAttributes.flatMap((name) => [[name, name] as const, [name.toLowerCase(), name]]),
);

/** An operational attribute that slapd gives every state of an entry anew (draft-chu-ldap-csn). */
export const versionAttribute = 'entryCSN';

/** Reads entries, and keeps what they have in common once. */
export class EntryReader {
  readonly #shared = new Map<string, readonly string[]>();

  read(found: Entry): DirectoryEntry {
    const attributes: Record<string, readonly string[]> = {};
    for (const [type, value] of Object.entries(found)) {
      const name = spelling.get(type) ?? spelling.get(type.toLowerCase());
      if (name === undefined || value.length === 0) continue;
      const values =
        typeof value === 'string' ? [value] : Array.isArray(value) ? value.map(String) : [String(value)];
      attributes[name] = common.has(name) ? this.#share(values) : values;
    }
    const version = found[versionAttribute];
    return { dn: found.dn, attributes, ...(typeof version === 'string' ? { version } : {}) };
  }

  #share(values: readonly string[]): readonly string[] {
    const key = values.join('\0');
    const known = this.#shared.get(key);
    if (known !== undefined && known.length === values.length) return known;
    this.#shared.set(key, values);
    return values;
  }
}
