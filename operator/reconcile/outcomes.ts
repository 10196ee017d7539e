/** What became of every change of a pass. */
import { askForApproval } from '../core/approval.ts';
import type { Guarded } from '../core/guard.ts';
import type { Change } from '../core/plan.ts';
import type { Outcome } from '../core/status.ts';
import type { Applied } from './apply.ts';

/** By UID of the resource; one without a change is missing. */
export function outcomesOf(
  changes: readonly Change[],
  guarded: Guarded,
  applied: readonly Applied[],
  paused: boolean,
): ReadonlyMap<string, Outcome> {
  const outcomes = new Map<string, Outcome>();
  if (paused)
    for (const change of changes) outcomes.set(change.resource.metadata.uid, { kind: 'paused', change });
  for (const change of guarded.rejected)
    outcomes.set(change.resource.metadata.uid, { kind: 'rejected', change });
  for (const change of guarded.held) {
    outcomes.set(change.resource.metadata.uid, { kind: 'held', change, reason: askForApproval(guarded) });
  }
  for (const { change, problem } of applied) {
    if (problem !== undefined)
      outcomes.set(change.resource.metadata.uid, { kind: 'failed', change, problem });
    else if (change.action !== 'reject') outcomes.set(change.resource.metadata.uid, { kind: 'done', change });
  }
  return outcomes;
}
