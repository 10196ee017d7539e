/** When a mailbox was last accessed (R23): what counts, and how often it is written down. Pure. */
import type { Desired } from './desired.ts';
import { differences } from './entry.ts';
import { attribute } from './layout.ts';
import { first } from './observed.ts';
import { generalizedTime, parseGeneralizedTime } from './time.ts';

/** What is known of a mailbox's uses. Texts are generalized times (RFC 4517 section 3.3.13); absent is never. */
export type AccessFacts = {
  /** When it was granted, or granted again; milliseconds since the epoch. */
  readonly granted?: number;
  /** The latest access that was written down before. It never goes back, and a restored directory has it. */
  readonly kept?: string | undefined;
  /** `pwdLastSuccess`: the last login by any protocol. slapd deletes it when the password changes. */
  readonly bind?: string | undefined;
  /** `pwdChangedTime`. */
  readonly passwordChanged?: string | undefined;
  /** `pwdReset`: the password is the operator's, and no access of the person; her own change takes it away. */
  readonly mustChange?: boolean;
  /** Last accesses of an organization's delegates (R26). */
  readonly delegates?: readonly number[];
};

/** @returns milliseconds since the epoch; undefined where nothing is known at all */
export function lastAccess(facts: AccessFacts): number | undefined {
  const { granted, kept, bind, passwordChanged, mustChange = false, delegates = [] } = facts;
  const ownChange = mustChange ? undefined : parseGeneralizedTime(passwordChanged);
  const times = [granted, parseGeneralizedTime(kept), parseGeneralizedTime(bind), ownChange, ...delegates];
  const known = times.filter((time): time is number => Number.isFinite(time));
  return known.length === 0 ? undefined : Math.max(...known);
}

const day = 86_400_000;

/** What `hopThuLastAccess` shall hold: an access within a day of the one that is kept is not worth a write. */
export function accessToKeep(kept: string | undefined, latest: number): string {
  const before = parseGeneralizedTime(kept);
  return kept !== undefined && before !== undefined && latest - before < day
    ? kept
    : generalizedTime(new Date(latest));
}

/** Most accesses that one pass writes down. */
const mostRecords = 500;

/**
 * A morning on which everybody logs in shall not hold up grants: one pass writes down the accesses that were written
 * longest ago, later ones the others. Decisions go by the accesses themselves, and what comes with another change is
 * written with it.
 */
export function spreadRecords(desired: readonly Desired[], most = mostRecords): readonly Desired[] {
  const moved = desired.flatMap(({ resource, entry, attributes }) => {
    if (entry === undefined || attributes === undefined) return [];
    const kept = first(entry, attribute.lastAccess);
    // Most entries stay as they are: only those that may not are compared as a whole.
    if (attributes[attribute.lastAccess]?.[0] === kept || differences(entry, attributes).length > 1)
      return [];
    return [{ uid: resource.metadata.uid, kept }];
  });
  if (moved.length <= most) return desired;
  moved.sort((a, b) => ((a.kept ?? '') < (b.kept ?? '') ? -1 : 1));
  const waiting = new Map(moved.slice(most).map(({ uid, kept }) => [uid, kept]));
  return desired.map((one) => {
    if (!waiting.has(one.resource.metadata.uid)) return one;
    const kept = waiting.get(one.resource.metadata.uid);
    const attributes = { ...one.attributes, [attribute.lastAccess]: kept === undefined ? [] : [kept] };
    return { ...one, attributes };
  });
}
