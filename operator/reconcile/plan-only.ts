/** A pass of an operator that may write nothing: it says what it would do. */
import type { Change } from '../core/plan.ts';
import type { PassResult, Report } from './pass.ts';

export function onlyPlanned(
  report: Report,
  planned: readonly Change[],
  found: Pick<PassResult, 'mailboxes' | 'held' | 'orphans'>,
): PassResult {
  report.planned(planned);
  return { ...found, changes: [], planned: planned.length, failures: 0, statusWrites: 0, again: false };
}
