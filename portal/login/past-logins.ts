/** Who came in as a person, or tried to: from slapd's own log of logins, which shows everybody the own lines alone (R36). */
import {
  AndFilter,
  type Client,
  EqualityFilter,
  GreaterThanEqualsFilter,
  LessThanEqualsFilter,
} from 'ldapts';
import { first } from '../../operator/core/observed.ts';
import { generalizedTime, parseGeneralizedTime } from '../../operator/core/time.ts';
import type { DirectoryEntry } from '../../operator/ports.ts';
import { search } from '../directory.ts';

export type PastLogin = {
  /** Seconds since the epoch. */
  readonly at: number;
  readonly succeeded: boolean;
};

/** As many as the page shows. */
const most = 8;
/** Hours back, looked at one after the other until there are enough: a telephone may log in every minute. */
const steps = [0, 1, 24, 24 * 7, 24 * 30];
/** Lines of one answer. */
const limit = 500;

/**
 * @param client bound as the person
 * @param dn of her entry
 * @returns the latest first
 */
export async function pastLogins(client: Client, dn: string, now: Date): Promise<readonly PastLogin[]> {
  const found: PastLogin[] = [];
  const hoursAgo = (hours: number) => generalizedTime(new Date(now.getTime() - hours * 3_600_000));
  for (const [index, hours] of steps.slice(1).entries()) {
    // A little of what comes is within the first step: the clock of slapd may be ahead.
    const until = hoursAgo(index === 0 ? -1 : (steps[index] ?? 0));
    const filters = [
      new EqualityFilter({ attribute: 'reqDN', value: dn }),
      new GreaterThanEqualsFilter({ attribute: 'reqStart', value: hoursAgo(hours) }),
      new LessThanEqualsFilter({ attribute: 'reqStart', value: until }),
    ];
    const entries = await search(client, 'cn=logins', {
      filter: new AndFilter({ filters }),
      attributes: ['reqStart', 'reqResult'],
      sizeLimit: limit,
    });
    found.push(...entries.map(loginOf));
    if (found.length >= most) break;
  }
  return found.toSorted((a, b) => b.at - a.at).slice(0, most);
}

function loginOf(entry: DirectoryEntry): PastLogin {
  const at = (parseGeneralizedTime(first(entry, 'reqStart')) ?? 0) / 1000;
  return { at, succeeded: first(entry, 'reqResult') === '0' };
}
