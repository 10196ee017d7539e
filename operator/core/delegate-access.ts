/** An organization's mailbox is used by its delegates, too (R23, R26). Pure. */
import type { DirectoryEntry } from '../ports.ts';
import { lastAccess } from './access.ts';
import { delegatesOf } from './delegates.ts';
import { usesOf } from './life.ts';
import { accountOf, type Observed } from './observed.ts';

/** Gives the last accesses of the delegates that an entry names, milliseconds since the epoch. */
export function delegateAccesses({ byOwner }: Observed): (entry: DirectoryEntry) => readonly number[] {
  let byAccount: ReadonlyMap<string, DirectoryEntry> | undefined;
  return (entry) => {
    const delegates = delegatesOf(entry);
    if (delegates.length === 0) return [];
    byAccount ??= new Map([...byOwner.values()].map((one) => [accountOf(one), one]));
    return delegates.flatMap(({ account }) => {
      const uses = usesOf(byAccount?.get(account));
      // Who was never in has a grant, which is no access to anybody else's mailbox; what was before a reset is kept there.
      return uses.mustChange === true && uses.bind === undefined ? [] : (lastAccess(uses) ?? []);
    });
  };
}
