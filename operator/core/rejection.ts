/** Changes that a person rejected. The entry keeps which one, so that nothing has to be remembered. Pure. */
import { annotation } from '../api/resource.ts';
import { fingerprint } from './fingerprint.ts';
import { formatChange } from './format.ts';
import { attribute } from './layout.ts';
import { before, type Change, type Update } from './plan.ts';

/** Is this the very change that was rejected for its entry? */
export function isRejected(change: Change): boolean {
  if (change.action === 'create' || change.action === 'remove') return false;
  return before(change, attribute.rejected)[0] === markOf(change);
}

/** Instead of the change, the note that it was rejected. */
export function rejectionOf({ needsApproval: _, ...change }: Update): Update {
  const note = { attribute: attribute.rejected, values: [markOf(change)] };
  return { ...change, action: 'reject', first: [], replacements: [note] };
}

/**
 * A deletion is named by its resource's UID (core/former.ts looks for it), everything else by what it would do. An
 * emergency suspension (R42) is another change than the same by the spec.
 */
function markOf(change: Update): string {
  if (change.action === 'close') return change.ownerUid;
  const { generation, annotations } = change.resource.metadata;
  return fingerprint([[generation, annotations[annotation.suspend] ?? '', formatChange(change)].join(' ')]);
}
