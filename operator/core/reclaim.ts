/** When an unused mailbox is reclaimed, and when its people are told before (R23). Pure. */
import type { NoticeMemory } from './notices/memory.ts';
import type { Site } from './site.ts';

const day = 86_400_000;

/** A notice that the mail system has taken. */
export type GivenNotice = {
  /** How many days before the reclaim it speaks of: one of the site's `reclaim.noticeDays`. */
  readonly days: number;
  /** Milliseconds since the epoch. */
  readonly sent: number;
};

export type ReclaimPlan = {
  /** The last access; milliseconds since the epoch. */
  readonly access: number;
  /** When it is reclaimed unless somebody comes; milliseconds since the epoch. */
  readonly at: number;
  /** That time has come, and every notice was given so long before as it says. */
  readonly due: boolean;
  /** The notice that shall go out now, by its days. */
  readonly notice?: number;
};

/**
 * Nobody is reclaimed without having been told: a notice that comes late, because mail did not go, the operator stood
 * still or the site begins with this rule, moves the reclaim to as many days after it as it promises.
 * @param access the last access, milliseconds since the epoch
 * @param notices only those after the last access count
 * @returns undefined where the site reclaims nothing
 */
export function planReclaim(
  { afterDays, noticeDays }: Site['reclaim'],
  access: number,
  notices: readonly GivenNotice[],
  now: Date,
): ReclaimPlan | undefined {
  if (afterDays === 0) return undefined;
  const time = now.getTime();
  let at = access + afterDays * day;
  for (const days of noticeDays) {
    const given = notices.find((notice) => notice.days === days && notice.sent > access);
    if (given === undefined) {
      const isDue = at - days * day <= time;
      return { access, at: Math.max(at, time + days * day), due: false, ...(isDue ? { notice: days } : {}) };
    }
    at = Math.max(at, given.sent + days * day);
  }
  return { access, at, due: at <= time };
}

const none: readonly GivenNotice[] = [];

/** Those of a reclaim among everything that was told. */
export function givenNotices(memories: readonly NoticeMemory[]): readonly GivenNotice[] {
  if (memories.length === 0) return none;
  return memories
    .filter(({ topic }) => topic === 'reclaim')
    .map(({ about, at }) => ({ days: Number(about), sent: at }));
}
