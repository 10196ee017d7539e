/** From what came of some tasks to what a pass came to. */
import type { Resource } from '../api/resource.ts';
import { formatChange } from '../core/format.ts';
import { leavesMarks } from '../core/notices/marks.ts';
import { type Change, leavesSessions, namesDelegates, placeInPlan, removesAccess } from '../core/plan.ts';
import type { Applied } from './apply.ts';
import type { PassResult, Sent } from './pass.ts';

/** What came of some tasks. */
export type Tally = {
  /** Sent to the directory, those that failed included. */
  readonly sent: Sent[];
  /** Resources whose delegates, open sessions or people to be told have to be looked at once more. */
  readonly followed: Resource[];
  isAnyDone: boolean;
  /** What was done shows only in a read of the directory. */
  isSeenLater: boolean;
  /** Something was done that the guard counts afterwards, or counts no longer. */
  isRemembered: boolean;
  failures: number;
  conflicts: number;
  statusWrites: number;
  /** Resources that were let go. */
  released: number;
  /** Tasks that were dropped, because somebody wants all to be decided anew. */
  interrupted: boolean;
};

export function emptyTally(): Tally {
  const none = { isAnyDone: false, isSeenLater: false, isRemembered: false, interrupted: false };
  return { sent: [], followed: [], failures: 0, conflicts: 0, statusWrites: 0, released: 0, ...none };
}

/** Takes in what came of a change, and keeps neither its resource nor its entry: there may be 20,000 grants. */
export function note(tally: Tally, { change, problem }: Applied): void {
  tally.sent.push({ action: change.action, line: formatChange(change), place: placeInPlan(change) });
  if (problem !== undefined) {
    tally.failures += 1;
    return;
  }
  tally.isAnyDone = true;
  tally.isSeenLater ||= isSeenLater(change);
  const isVerdict = change.action === 'reject' || change.action === 'resume';
  tally.isRemembered ||= isVerdict || removesAccess(change);
  if (removesAccess(change) || leavesSessions(change) || namesDelegates(change) || leavesMarks(change))
    tally.followed.push(change.resource);
}

/** What is known of the site as a whole. */
export type Found = Pick<PassResult, 'mailboxes' | 'held' | 'orphans'> & {
  /** Something follows once this is done (planning.ts). */
  readonly isUnfinished: boolean;
  /** An organization waits for the last of its mailboxes to leave. */
  readonly organizationLeaves: boolean;
};

export function resultOf(tally: Tally, { isUnfinished, organizationLeaves, ...found }: Found): PassResult {
  const { failures, statusWrites } = tally;
  return {
    ...found,
    changes: inOrder(tally.sent),
    planned: 0,
    failures,
    statusWrites,
    again:
      tally.interrupted ||
      tally.conflicts > 0 ||
      (tally.released > 0 && organizationLeaves) ||
      tally.isSeenLater ||
      (isUnfinished && tally.isAnyDone),
  };
}

export function sumOf(a: PassResult, b: PassResult): PassResult {
  return {
    ...b,
    changes: inOrder([...a.changes, ...b.changes]),
    failures: a.failures + b.failures,
    statusWrites: a.statusWrites + b.statusWrites,
    again: a.again || b.again,
  };
}

function inOrder(sent: readonly Sent[]): readonly Sent[] {
  return sent.toSorted((a, b) => (a.place < b.place ? -1 : a.place > b.place ? 1 : 0));
}

/** Gone means seen gone: its resource is let go after a read of the directory. */
export function isSeenLater({ action }: Change): boolean {
  return action === 'close' || action === 'remove' || action === 'reject';
}
