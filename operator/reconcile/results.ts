/** From what came of some tasks to what a pass came to. */
import type { Resource } from '../api/resource.ts';
import { type Change, inOrder, leavesSessions, namesDelegates, removesAccess } from '../core/plan.ts';
import type { Tally } from './carrier.ts';
import type { PassResult } from './pass.ts';

/** What is known of the site as a whole. */
export type Found = Pick<PassResult, 'mailboxes' | 'held' | 'orphans'> & {
  /** Somebody is to be renamed once nothing else is to be done for the entry. */
  readonly renames: boolean;
  /** An organization waits for the last of its mailboxes to leave. */
  readonly organizationLeaves: boolean;
};

export function resultOf(
  { applied, failures, conflicts, statusWrites, released, interrupted }: Tally,
  { renames, organizationLeaves, ...found }: Found,
): PassResult {
  const isAnyDone = applied.some(({ problem }) => problem === undefined);
  return {
    ...found,
    changes: inOrder(applied.map(({ change }) => change)),
    planned: 0,
    failures,
    statusWrites,
    again:
      interrupted ||
      conflicts > 0 ||
      (released > 0 && organizationLeaves) ||
      applied.some(({ change, problem }) => problem === undefined && isSeenLater(change)) ||
      (renames && isAnyDone),
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

/** Gone means seen gone: its resource is let go after a read of the directory. */
export function isSeenLater({ action }: Change): boolean {
  return action === 'close' || action === 'remove' || action === 'reject';
}

/** Is it one that the guard counts afterwards, or counts no longer? */
export function isRemembered({ change, problem }: Tally['applied'][number]): boolean {
  const isVerdict = change.action === 'reject' || change.action === 'resume';
  return problem === undefined && (isVerdict || removesAccess(change));
}

/** Resources whose delegates or open sessions have to be looked at once more. */
export function followed({ applied }: Tally): readonly Resource[] {
  const isFollowed = (change: Change) =>
    removesAccess(change) || leavesSessions(change) || namesDelegates(change);
  const done = applied.filter(({ change, problem }) => problem === undefined && isFollowed(change));
  return done.map(({ change }) => change.resource);
}
