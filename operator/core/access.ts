/** When a mailbox was last accessed (R23): what counts, and how often it is written down. Pure. */
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
