/**
 * Ends the sessions of whoever may not log in. What is open is compared with the directory in every pass, so nothing
 * has to be remembered: what one pass could not end, or one that died did not, the next one ends.
 */
import { attribute } from '../core/layout.ts';
import { isOnTheWay } from '../core/moves.ts';
import { localPartOf } from '../core/naming/identity.ts';
import { all, first } from '../core/observed.ts';
import type { Site } from '../core/site.ts';
import { type Problem, waiting } from '../core/verdict.ts';
import { Unavailable } from '../errors.ts';
import type { DirectoryEntry, Sessions } from '../ports.ts';
import type { Applied } from './apply.ts';

/**
 * Ends the sessions of entries that are there and are not Active, of those whose mail is on its way to another Dovecot, and of
 * delegates who lost a right (R26). A name that no
 * entry has is left alone.
 * @param entries the directory before this pass
 * @param applied what this pass has changed since
 * @returns what those are told whose sessions could not be ended
 */
export async function endSessions(
  { sessions, site }: { readonly sessions: Sessions; readonly site: Site },
  entries: readonly DirectoryEntry[],
  applied: readonly Applied[],
): Promise<Problem | undefined> {
  // A session that was opened before a change of the domain has the former one in its name.
  const keyOf = (address: string) => localPartOf(site, address.toLowerCase()) ?? address.toLowerCase();
  const refused = new Set(refusedAddresses(entries, applied).map(keyOf));
  if (refused.size === 0) return undefined;
  try {
    const open = await sessions.open();
    await sessions.end(open.filter((name) => refused.has(keyOf(name))));
    return undefined;
  } catch (error) {
    if (!(error instanceof Unavailable) || error.part === 'Lease') throw error;
    return waiting(
      'DovecotUnavailable',
      `new logins are refused, but open sessions may go on: ${error.message}`,
    );
  }
}

/** Every address that an entry without access has or had: a session keeps the name that it was opened with. */
function refusedAddresses(
  entries: readonly DirectoryEntry[],
  applied: readonly Applied[],
): readonly string[] {
  const refusedNow = new Set(
    applied.filter(({ problem }) => problem === undefined).map(({ change }) => change.dn),
  );
  return entries
    .filter(
      (entry) =>
        refusedNow.has(entry.dn) ||
        !['Active', undefined].includes(first(entry, attribute.status)) ||
        isOnTheWay(entry) ||
        first(entry, attribute.endSessions) === 'TRUE',
    )
    .flatMap((entry) => [...all(entry, 'mail'), ...all(entry, attribute.address)]);
}
