/** A pass of an operator that may write nothing: it says what it would do. */
import type { Decision } from '../core/desired.ts';
import type { Guarded } from '../core/guard.ts';
import type { PassResult, Report } from './pass.ts';

/** @param paused a site that is paused has nothing planned either */
export function onlyPlanned(
  report: Report,
  { desired, orphans }: Decision,
  { allowed, held }: Guarded,
  paused: boolean,
): PassResult {
  const planned = paused ? [] : allowed;
  report.planned(planned);
  return {
    mailboxes: desired.filter(({ resource }) => resource.kind === 'Mailbox').length,
    changes: [],
    planned: planned.length,
    failures: 0,
    held: held.length,
    orphans: orphans.length,
    statusWrites: 0,
    again: false,
  };
}
