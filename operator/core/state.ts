/** The life of a mailbox: one state from facts and time. docs/states.md draws it, and a test compares the two. */
import { parseGeneralizedTime } from './time.ts';

export type MailboxState = 'Pending' | 'Active' | 'Suspended' | 'Expired' | 'Reclaimed' | 'Closed';

export type StateFacts = {
  /** It has an account in the directory, or gets one in this pass. */
  readonly granted: boolean;
  /** The resource is being deleted. */
  readonly leaving: boolean;
  /** It was reclaimed and not granted again since, or it is its time (R23). */
  readonly reclaimed: boolean;
  /** By the annotation, the spec, or the organization. */
  readonly suspended: boolean;
  /** `spec.validUntil`, the last day of access. */
  readonly validUntil?: string;
};

/**
 * Whoever leaves is closed, whatever else is said, and what is reclaimed takes a new grant; a suspension outranks an end
 * date, so that lifting it shows the date.
 */
export function stateOf(
  { granted, leaving, reclaimed, suspended, validUntil }: StateFacts,
  now: Date,
): MailboxState {
  if (leaving) return 'Closed';
  if (!granted) return 'Pending';
  if (reclaimed) return 'Reclaimed';
  if (suspended) return 'Suspended';
  return validUntil !== undefined && endOfDay(validUntil) <= now.getTime() ? 'Expired' : 'Active';
}

const day = 86_400_000;

/** The end of a date in Việt Nam, which keeps UTC+7 the whole year; milliseconds since the epoch. */
export function endOfDay(date: string): number {
  return Date.parse(`${date}T00:00:00+07:00`) + day;
}

/**
 * Must the password be changed because of its age? R25
 * @param changed `pwdChangedTime` (generalized time, RFC 4517 section 3.3.13), such as 20261121080000Z
 * @param maxAgeDays 0 means that passwords do not age
 */
export function isPasswordDue(changed: string | undefined, maxAgeDays: number, now: Date): boolean {
  const at = parseGeneralizedTime(changed);
  return at !== undefined && maxAgeDays > 0 && at + maxAgeDays * day <= now.getTime();
}
