/**
 * An account's mail on its way from one Dovecot to another, step by step as in `mail-work.ts`: what was done is in the entry, and
 * every step may be made again. Mail keeps coming until the account is held, and then waits at the sender's end. Pure.
 *
 * | `hopThuMailMove` | means                                              | step                                    |
 * |------------------|----------------------------------------------------|-----------------------------------------|
 * | none             | the mail is not where its organization is          | `copy`: note it, copy while all goes on |
 * | `copy TARGET`    | the copy is not complete                           | `copy` again                            |
 * | `hold TARGET`    | no Dovecot opens the account any more              | `switch`: seal, copy the rest, compare  |
 * | `left SHARD`     | what lies there is over                            | `clear`: fetch what came late, remove   |
 * | `copy`, `hold`   | and the organization belongs elsewhere again       | `back`: unseal                          |
 */
import type { DirectoryEntry } from '../ports.ts';
import type { Desired } from './desired.ts';
import { attribute } from './layout.ts';
import { foldersIn } from './mail-settings.ts';
import { accountOf, all, first, isHold, type Observed, ownerIn } from './observed.ts';
import { hostOf } from './shards.ts';
import type { Site } from './site.ts';

export type Move = { readonly step: 'copy' | 'hold' | 'left'; readonly shard: string };

export type MoveTask = {
  readonly kind: 'copy' | 'switch' | 'clear' | 'back';
  readonly account: string;
  readonly dn: string;
  readonly ownerUid: string;
  /** Where the mail is, by the entry. */
  readonly host: string;
  /** Where it goes; of `clear` and `back`, where something is left over. */
  readonly other: string;
  /** Every name that sessions may have been opened with. */
  readonly addresses: readonly string[];
};

/** So many accounts are between two places at a time: each is held for as short as can be. */
const atOnce = 4;

/** What the entry says of a move; anything else than these forms says nothing. */
export function moveOf(entry: DirectoryEntry): Move | undefined {
  const [step, shard] = (first(entry, attribute.mailMove) ?? '').split(' ');
  if (shard === undefined || (step !== 'copy' && step !== 'hold' && step !== 'left')) return undefined;
  return { step, shard };
}

export function formatMove({ step, shard }: Move): string {
  return `${step} ${shard}`;
}

/** Between two places: whoever logs in or delivers is asked to come back. */
export function isOnTheWay(entry: DirectoryEntry): boolean {
  return moveOf(entry)?.step === 'hold';
}

type MoveWorld = {
  readonly site: Site;
  readonly observed: Observed;
  readonly desired: readonly Pick<Desired, 'entry' | 'shard'>[];
};

/** Those under way before those that begin; mailboxes that share folders before others, so that these are soon back. */
export function moveTasks({ site, observed, desired }: MoveWorld): readonly MoveTask[] {
  const wanted = new Map(desired.flatMap(({ entry, shard }) => (entry && shard ? [[entry.dn, shard]] : [])));
  const moving = observed.entries.filter((entry) => !isHold(entry) && moveOf(entry) !== undefined);
  const shared = sharedAccounts(observed);
  const underWay = moving.flatMap((entry) => {
    const want = wanted.get(entry.dn);
    return underWayStep(site, entry, want, shared) ?? [];
  });
  const ofDelegates = ({ attributes }: DirectoryEntry) =>
    attributes[attribute.delegate] !== undefined || attributes[attribute.mailSetting] !== undefined ? 0 : 1;
  const waiting = observed.entries
    .filter(
      (entry) => moveOf(entry) === undefined && (wanted.get(entry.dn) ?? hostOf(entry)) !== hostOf(entry),
    )
    .toSorted((a, b) => ofDelegates(a) - ofDelegates(b));
  const begun = waiting
    .slice(0, Math.max(atOnce - moving.length, 0))
    .flatMap((entry) => taskFor(site, entry, 'copy', wanted.get(entry.dn) ?? '') ?? []);
  return [...underWay, ...begun];
}

/** @param want where its organization belongs; undefined where nothing is known of it: it goes on as it began */
function underWayStep(
  site: Site,
  entry: DirectoryEntry,
  want: string | undefined,
  shared: ReadonlySet<string>,
): MoveTask | undefined {
  const move = moveOf(entry);
  if (move === undefined) return undefined;
  if (move.step === 'left') return taskFor(site, entry, 'clear', move.shard);
  if (want !== undefined && want !== move.shard) return taskFor(site, entry, 'back', move.shard);
  if (move.step === 'copy') return taskFor(site, entry, 'copy', move.shard);
  return shared.has(accountOf(entry)) ? undefined : taskFor(site, entry, 'switch', move.shard);
}

/** Accounts whose folders somebody else may have open still: the settings that open them, or sessions of before, are there. */
function sharedAccounts({ entries }: Observed): ReadonlySet<string> {
  const shared = new Set<string>();
  let sessionsGoOn = false;
  for (const entry of entries) {
    sessionsGoOn ||= first(entry, attribute.endSessions) === 'TRUE';
    for (const { account } of foldersIn(all(entry, attribute.mailSetting))) shared.add(account);
  }
  if (!sessionsGoOn) return shared;
  return new Set(entries.filter((entry) => !isHold(entry)).map(accountOf));
}

function taskFor(
  site: Site,
  entry: DirectoryEntry,
  kind: MoveTask['kind'],
  other: string,
): MoveTask | undefined {
  const ownerUid = ownerIn(site, entry);
  if (ownerUid === undefined) return undefined;
  const addresses = [...new Set([...all(entry, 'mail'), ...all(entry, attribute.address)])];
  return { kind, account: accountOf(entry), dn: entry.dn, ownerUid, host: hostOf(entry), other, addresses };
}
