/** Which accesses are written down now, where a whole province was there this morning (R23). Pure. */
import { attribute } from './layout.ts';
import { before, type Change, isRecord } from './plan.ts';

/** Most accesses that one pass writes down. */
const most = 500;

/**
 * Those that wait for a later pass: what was written down longest ago comes first. Decisions go by the accesses
 * themselves, and an access that comes with another change is written with it.
 */
export function recordsThatWait(changes: readonly Change[], limit = most): ReadonlySet<Change> {
  const records = changes.filter(isRecord);
  if (records.length <= limit) return new Set();
  const keptOf = (change: Change) =>
    ('before' in change ? before(change, attribute.lastAccess)[0] : undefined) ?? '';
  const oldestFirst = records.toSorted((a, b) => (keptOf(a) < keptOf(b) ? -1 : 1));
  return new Set(oldestFirst.slice(limit));
}
