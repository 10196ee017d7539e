/** Accounts whose resource is gone: who may have them back, and who may not. Pure. */
import type { Mailbox } from '../api/mailbox.ts';
import type { Resource } from '../api/resource.ts';
import type { DirectoryEntry } from '../ports.ts';
import { removalOf } from './archive.ts';
import { attribute, objectClass } from './layout.ts';
import type { Restore } from './mail-work.ts';
import { accountOf, all, first, type Observed } from './observed.ts';
import type { ResolvedOrganization } from './organizations.ts';
import { hostOf } from './shards.ts';
import { type Problem, stalled, waiting } from './verdict.ts';

/** Accounts whose resource is gone, by its name; one that is not closed before one that is. */
export function formerAccounts(
  mailboxes: readonly Resource[],
  observed: Observed,
): ReadonlyMap<string, DirectoryEntry> {
  const alive = new Set(mailboxes.map(({ metadata }) => metadata.uid));
  const former = new Map<string, DirectoryEntry>();
  for (const [uid, entry] of observed.byOwner) {
    const name = first(entry, attribute.resource);
    if (alive.has(uid) || name === undefined || !isMailbox(entry)) continue;
    if (!isClosed(entry) || !former.has(name)) former.set(name, entry);
  }
  return former;
}

/** The same staff number, or the same name in the same organization: nobody inherits a stranger's mail. */
export function isSamePerson(
  entry: DirectoryEntry,
  mailbox: Mailbox,
  organization: ResolvedOrganization | undefined,
): boolean {
  const { person } = mailbox.spec;
  const number = first(entry, 'employeeNumber');
  if (number !== undefined || person?.id !== undefined) return number === person?.id;
  const name = person?.fullName ?? organization?.naming.name;
  return first(entry, 'cn') === name && first(entry, 'o') === organization?.naming.name;
}

/**
 * An account is closed because its resource was seen being deleted, which no resource comes back from: this is an old
 * view of it, or an old state of the cluster that was restored.
 */
export function closedProblem(entry: DirectoryEntry | undefined): Problem | undefined {
  if (entry === undefined || !isClosed(entry)) return undefined;
  return stalled(
    'AccountClosed',
    `metadata.uid: the account ${first(entry, 'mail')} was closed when this resource was deleted: delete the resource, and create it again to give the account back`,
  );
}

/**
 * Accounts whose entry went with their mail into the archive, by the name of their resource: what `ou=held` remembers
 * of them. One that has an entry again is not among them.
 */
export function endedAccounts(observed: Observed): ReadonlyMap<string, readonly DirectoryEntry[]> {
  const there = new Set([...observed.byOwner.values()].map(accountOf));
  // Only what went into the archive is remembered with a name.
  const ended = [...observed.held].filter(
    ([account, entry]) => first(entry, 'cn') !== undefined && !there.has(account),
  );
  return Map.groupBy(
    ended.map(([, entry]) => entry),
    (entry) => first(entry, attribute.resource) ?? '',
  );
}

/** Mail that has to be put back before the account may be opened. */
export function restoreOf(entry: DirectoryEntry): Restore | undefined {
  const removal = removalOf(entry);
  if (removal === undefined || removal === 'discarded') return undefined;
  const ownerUid = first(entry, attribute.ownerUid) ?? '';
  return { account: accountOf(entry), dn: entry.dn, ownerUid, host: hostOf(entry), receipt: removal.receipt };
}

/** What a resource is told whose account has no mail in its place for now. */
export function removalProblem(entry: DirectoryEntry): Problem | undefined {
  const removal = removalOf(entry);
  if (removal === undefined) return undefined;
  if (removal === 'discarded')
    return waiting(
      'MailRemoval',
      `metadata.name: the mail of the former account is being removed, as its deletionPolicy said; a new account follows`,
    );
  const { at, messages } = removal.receipt;
  return waiting('Restoring', `${messages} messages are being put back from the archive of ${at}`);
}

/** Why a new resource may not have the account of a former one of its name. */
export function takingBackProblem(
  entry: DirectoryEntry,
  mailbox: Mailbox,
  organization: ResolvedOrganization | undefined,
): Problem | undefined {
  if (isSamePerson(entry, mailbox, organization)) return undefined;
  const name = `${first(entry, 'cn')} (${first(entry, 'mail') ?? 'without address'})`;
  if (!isClosed(entry) && !isLetGo(entry)) {
    return stalled(
      'OrphanedAccount',
      `metadata.name: the account of ${name} had this name, and its resource vanished without closing it: see hopthu orphans, close the account, or use another name`,
    );
  }
  return stalled(
    'FormerAccount',
    `metadata.name: the ${isClosed(entry) ? 'closed ' : ''}account of ${name} had this name, and this is not the same person: use another name`,
  );
}

/** Its resource was deleted, a person rejected that, and the resource was let go: the account stays as it is. */
export function isLetGo(entry: DirectoryEntry): boolean {
  const rejected = first(entry, attribute.rejected);
  return rejected !== undefined && rejected === first(entry, attribute.ownerUid);
}

function isMailbox(entry: DirectoryEntry): boolean {
  return all(entry, 'objectClass').includes(objectClass.mailbox);
}

/** Access was taken away for good; mail and address are kept. */
export function isClosed(entry: DirectoryEntry): boolean {
  return first(entry, attribute.status) === 'Closed';
}

/** Under a legal hold (R38): its mail stays where it is, also when the mailbox is closed, until the hold is lifted. */
export function isHeld(entry: DirectoryEntry): boolean {
  return first(entry, attribute.hold) !== undefined;
}

/** Access was taken away because nobody used it (R23); granting it again brings it back. */
export function isReclaimed(entry: DirectoryEntry): boolean {
  return first(entry, attribute.status) === 'Reclaimed';
}
