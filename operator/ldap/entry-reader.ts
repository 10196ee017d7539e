/** ldapts' entries → the port's, small enough to keep tens of thousands of them. */
import type { Entry } from 'ldapts';
import { attribute, snapshotAttributes } from '../core/layout.ts';
import { areSame, Place } from '../core/shared-values.ts';
import type { DirectoryEntry } from '../ports.ts';

/** slapd spells attributes as its schema does; decisions spell them as `layout.ts` does. */
const spelling = new Map(
  snapshotAttributes.flatMap((name) => [[name, name] as const, [name.toLowerCase(), name]]),
);

/** An operational attribute that slapd gives every state of an entry anew (draft-chu-ldap-csn). */
export const versionAttribute = 'entryCSN';

/** Reads entries, and keeps what they have in common once. */
export class EntryReader {
  readonly #values = new Place();

  /** @param before the entry as it was known: what is equal in it is kept, and what was read let go at once */
  read(found: Entry, before?: DirectoryEntry): DirectoryEntry {
    const attributes: Record<string, readonly string[]> = {};
    for (const [type, value] of Object.entries(found)) {
      const name = spelling.get(type) ?? spelling.get(type.toLowerCase());
      if (name === undefined || value.length === 0) continue;
      const values =
        typeof value === 'string' ? [value] : Array.isArray(value) ? value.map(String) : [String(value)];
      const known = before?.attributes[name];
      attributes[name] =
        known !== undefined && areSame(known, values) ? known : this.#values.field(name).share(values);
    }
    // An account is named three times, and has its address twice.
    for (const [name, like] of [
      ['uid', attribute.ownerUid],
      ['mail', attribute.address],
    ] as const) {
      const [values, others] = [attributes[name], attributes[like]];
      if (values !== undefined && areSame(values, others) && others !== before?.attributes[like])
        attributes[like] = values;
    }
    const version = found[versionAttribute];
    return {
      ...(before !== undefined && holdsAll(before.attributes, attributes)
        ? { dn: before.dn, attributes: before.attributes }
        : { dn: found.dn, attributes }),
      ...(typeof version === 'string' ? { version } : {}),
    };
  }
}

type Attributes = DirectoryEntry['attributes'];

/** Nothing of it was read anew, and nothing is gone. */
function holdsAll(before: Attributes, attributes: Attributes): boolean {
  const names = Object.keys(attributes);
  return (
    names.length === Object.keys(before).length && names.every((name) => before[name] === attributes[name])
  );
}
