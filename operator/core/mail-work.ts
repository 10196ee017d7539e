/**
 * What has to be done with the mail of accounts that ended, step by step: every step is decided anew from the directory,
 * so that whatever dies is gone on with. Mail is touched only where the entry already says that it may be gone, and such
 * an account is opened by nobody before its mail was put back. Pure.
 *
 * | entry                            | step                                                       |
 * |----------------------------------|------------------------------------------------------------|
 * | closed, its time has come        | archive, or with Delete mark                               |
 * | closed, archived                 | remove the mail; remember the archive in `ou=held`; remove |
 * | closed, marked                   | discard the mail; remove                                   |
 * | reclaimed (R23)                  | archive; remove the mail; the entry stays                  |
 * | archived, its mailbox comes back | restore                                                    |
 * | under a legal hold (R38)         | nothing but a restore                                      |
 */
import type { Orders } from '../api/orders.ts';
import { annotation, type Resource } from '../api/resource.ts';
import type { ArchiveReceipt, DirectoryEntry } from '../ports.ts';
import { isRecorded } from './address-facts.ts';
import { formatReceipt, removalOf } from './archive.ts';
import type { Desired } from './desired.ts';
import { isClosed, isHeld, isReclaimed } from './former.ts';
import { holdBack, type Today, type Write } from './held.ts';
import { attribute, objectClass } from './layout.ts';
import { moveOf } from './moves.ts';
import { resourceName } from './naming/identity.ts';
import { accountOf, all, first, isHold, type Observed, ownerIn } from './observed.ts';
import { hostOf } from './shards.ts';
import type { Site } from './site.ts';
import { daysAfter, parseGeneralizedTime, rfc3339 } from './time.ts';

/** The entry that a step ends with a write to, and whose it must be still. */
type Target = {
  readonly account: string;
  readonly dn: string;
  readonly ownerUid: string;
  /** The shard that has the mail, or its archive. */
  readonly host: string;
};

export type MailTask =
  | (Target & { readonly kind: 'archive' | 'mark' })
  /** `expire` and `purge` are of an archive whose retention has ended (`archive-retention.ts`). */
  | (Target & { readonly kind: 'restore' | 'expire' | 'purge'; readonly receipt: ArchiveReceipt })
  /** `first` are writes to `ou=held` before the entry goes; without them it stays. */
  | (Target & {
      readonly kind: 'remove';
      readonly receipt: ArchiveReceipt;
      readonly first?: readonly Write[];
    })
  | (Target & { readonly kind: 'discard'; readonly first: readonly Write[] });

/** What `ou=held` keeps of who an archive belongs to. */
export const remembered = ['cn', 'o', 'employeeNumber', 'mail'] as const;

/** An archive whose account somebody may have back. */
export type Restore = Target & { readonly receipt: ArchiveReceipt };

export type MailWorld = Today & {
  readonly mailboxes: readonly Resource[];
  readonly observed: Observed;
  readonly desired: readonly Desired[];
  readonly orders: Pick<Orders, 'keepArchives' | 'purgeUntil'>;
};

/** Restores first: somebody waits for them. Where every resource is missing, nothing is done: that is no order. */
export function mailWork(world: MailWorld): readonly MailTask[] {
  if (world.mailboxes.length === 0 && world.observed.entries.some(isOpen)) return [];
  const restores = world.desired.flatMap(({ restore, resource }): MailTask[] =>
    restore === undefined || isPaused(resource) ? [] : [{ kind: 'restore', ...restore }],
  );
  const wanted = wantedAccounts(world);
  const opening = openingAccounts(world);
  const ends = world.observed.entries.flatMap((entry) => {
    // What is on its way arrives first.
    if (isHold(entry) || isHeld(entry) || moveOf(entry) !== undefined) return [];
    if (isReclaimed(entry)) return opening.has(entry.dn) ? [] : (reclaimOf(world, entry) ?? []);
    // What is marked is being discarded: only then its name is free again.
    const isLeft = removalOf(entry) === 'discarded' || !wanted(entry);
    return isClosed(entry) && isLeft ? (endOf(world, entry) ?? []) : [];
  });
  const restored = new Set(restores.map(({ dn }) => dn));
  return [...restores, ...ends.filter(({ dn }) => !restored.has(dn))];
}

function isPaused({ metadata }: Resource): boolean {
  return metadata.annotations[annotation.paused] === 'true';
}

/** Reclaimed ones that this pass grants again. */
function openingAccounts({ desired }: MailWorld): ReadonlySet<string> {
  const opening = desired.filter(
    ({ entry, attributes }) =>
      entry !== undefined &&
      isReclaimed(entry) &&
      attributes !== undefined &&
      attributes[attribute.status]?.[0] !== 'Reclaimed',
  );
  return new Set(opening.flatMap(({ entry }) => entry?.dn ?? []));
}

function isOpen(entry: DirectoryEntry): boolean {
  return all(entry, 'objectClass').includes(objectClass.mailbox) && !isClosed(entry);
}

function targetOf({ site }: MailWorld, entry: DirectoryEntry): Target | undefined {
  const ownerUid = ownerIn(site, entry);
  if (ownerUid === undefined) return undefined;
  return { account: accountOf(entry), dn: entry.dn, ownerUid, host: hostOf(entry) };
}

function reclaimOf(world: MailWorld, entry: DirectoryEntry): MailTask | undefined {
  const target = targetOf(world, entry);
  const removal = removalOf(entry);
  if (target === undefined || removal === 'discarded' || removal?.isRemoved === true) return undefined;
  return removal === undefined
    ? { kind: 'archive', ...target }
    : { kind: 'remove', ...target, receipt: removal.receipt };
}

/**
 * A resource that is there, under the account's UID or name, keeps its mail from being removed: also one that an older
 * state of the cluster has brought back, and one that may not have the account.
 */
export function wantedAccounts({
  mailboxes,
}: Pick<MailWorld, 'mailboxes'>): (entry: DirectoryEntry) => boolean {
  const alive = mailboxes.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const wanted = new Set(alive.flatMap(({ metadata }) => [metadata.uid, resourceName(metadata)]));
  return (entry) =>
    wanted.has(first(entry, attribute.ownerUid) ?? '') || wanted.has(first(entry, attribute.resource) ?? '');
}

function endOf(world: MailWorld, entry: DirectoryEntry): MailTask | undefined {
  const { site, now, observed } = world;
  const target = targetOf(world, entry);
  if (target === undefined) return undefined;
  const removal = removalOf(entry);
  if (removal === 'discarded')
    return { kind: 'discard', ...target, first: remember(world, observed, entry, {}) };
  if (removal !== undefined) {
    const { receipt } = removal;
    const memory = { [attribute.archive]: [formatReceipt(receipt, 'removed')] };
    for (const name of [...remembered, attribute.mailHost])
      Object.assign(memory, { [name]: all(entry, name) });
    return { kind: 'remove', ...target, receipt, first: remember(world, observed, entry, memory) };
  }
  if (!isDue(site, entry, now)) return undefined;
  return { kind: first(entry, attribute.deletionPolicy) === 'Delete' ? 'mark' : 'archive', ...target };
}

/** Closed long enough, by its policy. What was closed before that was written down is kept for good. */
function isDue({ retention }: Site, entry: DirectoryEntry, now: Date): boolean {
  const closed = parseGeneralizedTime(first(entry, attribute.statusSince));
  const isRetained = first(entry, attribute.deletionPolicy) === undefined;
  const days = isRetained ? retention.closedDays : retention.graceDays;
  return closed !== undefined && daysAfter(new Date(closed), days) <= rfc3339(now);
}

/** What `ou=held` has to say before the entry goes: its addresses, and whose archive it is. */
function remember(
  today: Today,
  observed: Observed,
  entry: DirectoryEntry,
  memory: Readonly<Record<string, readonly string[]>>,
): readonly Write[] {
  const addresses = all(entry, attribute.address).filter((address) => !isRecorded(observed, entry, address));
  const [write] = holdBack(today, observed, entry, addresses);
  const present = Object.fromEntries(Object.entries(memory).filter(([, values]) => values.length > 0));
  if (write !== undefined && 'attributes' in write)
    return [{ dn: write.dn, attributes: { ...write.attributes, ...present } }];
  const known = observed.held.get(accountOf(entry));
  if (known === undefined) return [];
  const replacements = [
    ...(write?.replacements ?? []),
    ...Object.entries(memory)
      .map(([name, values]) => ({ attribute: name, values }))
      .filter(({ attribute: name, values }) => all(known, name).join('\n') !== values.join('\n')),
  ];
  if (replacements.length === 0) return [];
  return [{ dn: known.dn, ownerUid: first(known, attribute.ownerUid) ?? '', replacements }];
}
