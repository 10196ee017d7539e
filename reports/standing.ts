/** How many mailboxes there are, and how full, per organization at one moment. Pure. */
import type { Seen } from './accounts.ts';

export type Standing = {
  /** By `Personal Active`, `Organization Closed` … */
  mailboxes: Record<string, number>;
  /** Bytes that are promised, and that are in use, of mailboxes that are not closed. */
  quota: number;
  used: number;
  /** Mailboxes of which 95 % or more are in use. */
  full: number;
};

export function noStanding(): Standing {
  return { mailboxes: {}, quota: 0, used: 0, full: 0 };
}

/** @param usedOf bytes in use by account, as its resource's status tells; undefined where it does not */
export function standingOf(
  accounts: readonly Seen[],
  usedOf: (account: string) => number | undefined,
): Readonly<Record<string, Standing>> {
  const standings = new Map<string, Standing>();
  for (const { id, organization, type, status, quota } of accounts) {
    const standing = standings.get(organization) ?? noStanding();
    standings.set(organization, standing);
    const key = `${type} ${status}`;
    standing.mailboxes[key] = (standing.mailboxes[key] ?? 0) + 1;
    if (status === 'Closed') continue;
    const used = usedOf(id) ?? 0;
    standing.quota += quota;
    standing.used += used;
    if (quota > 0 && used >= quota * 0.95) standing.full += 1;
  }
  return Object.fromEntries(standings);
}

export function addStanding(one: Standing, other: Standing): Standing {
  const mailboxes = { ...one.mailboxes };
  for (const [key, count] of Object.entries(other.mailboxes)) mailboxes[key] = (mailboxes[key] ?? 0) + count;
  return {
    mailboxes,
    quota: one.quota + other.quota,
    used: one.used + other.used,
    full: one.full + other.full,
  };
}
