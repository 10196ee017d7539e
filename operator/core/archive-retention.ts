/**
 * Archives whose retention has ended (R37, R38), step by step as in `mail-work.ts`: what `ou=held` remembers of the account
 * first says that the archive goes, and forgets who it was, so that nobody is given it back; the archive goes when a later
 * read of the directory has shown that nobody was. Nothing goes before its day, nor what a person has said to keep. Pure.
 */
import type { DirectoryEntry } from '../ports.ts';
import { removalOf } from './archive.ts';
import { attribute, objectClass } from './layout.ts';
import { type MailTask, type MailWorld, wantedAccounts } from './mail-work.ts';
import { accountOf, all, first, ownerIn, parseDated } from './observed.ts';
import { hostOf } from './shards.ts';
import { rfc3339 } from './time.ts';

export type Purges = { readonly tasks: readonly MailTask[]; readonly held: HeldArchives };

/** Archives that are so many at once that a person has to say so. */
export type HeldArchives = {
  readonly count: number;
  /** RFC 3339: when the retention of the last of them ended. */
  readonly until?: string;
};

/** So many may go at once, or this part of all that are remembered: a wrong clock or a slip in the site file stops here. */
const atLeast = 10;
const part = 0.05;
const day = 86_400_000;

const nothing: Purges = { tasks: [], held: { count: 0 } };

export function archivePurges(world: MailWorld): Purges {
  const { site, now, mailboxes, observed, orders } = world;
  // Where every resource is missing, nothing is done: that is no order.
  if (site.retention.archiveDays === 0 || mailboxes.length === 0) return nothing;
  const archives = [...observed.held.values()].filter((entry) => removalOf(entry) !== undefined);
  const there = new Set(observed.entries.filter(isMailbox).map(accountOf));
  const wanted = wantedAccounts(world);
  const free = archives.filter(
    (entry) => !there.has(accountOf(entry)) && !wanted(entry) && !isKept(entry, orders.keepArchives ?? []),
  );
  const begun = free.flatMap((entry): MailTask[] => {
    const removal = removalOf(entry);
    if (removal === undefined || removal === 'discarded' || !removal.isExpired) return [];
    return [{ kind: 'purge', ...targetOf(entry), receipt: removal.receipt }];
  });
  const due = free.flatMap((entry) => dueOf(world, entry) ?? []);
  const limit = Math.max(atLeast, Math.floor(archives.length * part));
  const until = Date.parse(orders.purgeUntil ?? '');
  // A time that is still to come would allow whatever comes; what is no time allows nothing.
  const isSaid = until <= now.getTime();
  const mayGo = ({ ended }: Due) => due.length <= limit || (isSaid && ended <= until);
  const tasks = [...begun, ...due.filter(mayGo).map(({ task }) => task)];
  return { tasks, held: heldOf(due.filter((one) => !mayGo(one))) };
}

function heldOf(waiting: readonly Due[]): HeldArchives {
  const last = Math.max(...waiting.map(({ ended }) => ended));
  return { count: waiting.length, ...(waiting.length === 0 ? {} : { until: rfc3339(new Date(last)) }) };
}

type Due = {
  readonly task: MailTask;
  /** When its retention ended, in milliseconds since the epoch. */
  readonly ended: number;
};

function dueOf({ site, now }: MailWorld, entry: DirectoryEntry): Due | undefined {
  const removal = removalOf(entry);
  if (removal === undefined || removal === 'discarded' || removal.isExpired) return undefined;
  const ended = Date.parse(removal.receipt.at) + site.retention.archiveDays * day;
  if (ownerIn(site, entry) === undefined || !(ended <= now.getTime())) return undefined;
  return { task: { kind: 'expire', ...targetOf(entry), receipt: removal.receipt }, ended };
}

/** The entry of `ou=held`. */
function targetOf(entry: DirectoryEntry) {
  const ownerUid = first(entry, attribute.ownerUid) ?? '';
  return { account: accountOf(entry), dn: entry.dn, ownerUid, host: hostOf(entry) };
}

function isMailbox(entry: DirectoryEntry): boolean {
  return all(entry, 'objectClass').includes(objectClass.mailbox);
}

/**
 * Has a person said to keep it, by account, by name of the resource, or by an address? `all` keeps every archive.
 * (A legal hold of a mailbox that has its entry still keeps its mail from coming here at all.)
 */
function isKept(entry: DirectoryEntry, keep: readonly string[]): boolean {
  if (keep.length === 0) return false;
  const resource = first(entry, attribute.resource) ?? '';
  const held = all(entry, attribute.heldAddress).map((value) => parseDated(value).address);
  const names = ['all', accountOf(entry), resource, resource.split('/')[1], ...all(entry, 'mail'), ...held];
  return keep.some((name) => names.includes(name));
}
