/** Logins per organization, counted from what every provider of the directory logs of its own (R36). Pure. */
import { type Day, nextDay, startOf } from './day.ts';

/** One look at a password, as a provider logged it. */
export type Login = {
  /** Milliseconds. */
  readonly at: number;
  /** Of a mailbox: `uid` of its entry. */
  readonly account: string;
  readonly succeeded: boolean;
};

export type Logins = {
  readonly succeeded: number;
  /** A wrong password, or a mailbox that may not log in. */
  readonly refused: number;
};

/** What one provider has told of a day. The providers' logs have nothing in common, so a day's logins are the sum over them. */
export type Told = {
  /** Milliseconds: what was logged before is counted, what came later is not. */
  readonly until: number;
  /** By the organization's account in the directory. */
  readonly organizations: Readonly<Record<string, Logins>>;
};

/** By the provider's name. */
export type ToldByProvider = Readonly<Record<string, Told>>;

export const noLogins: Logins = { succeeded: 0, refused: 0 };

export function addLogins(one: Logins, other: Logins): Logins {
  return { succeeded: one.succeeded + other.succeeded, refused: one.refused + other.refused };
}

/** Part of a day that is still to be asked for; `to` does not belong to it. */
export type Gap = { readonly day: Day; readonly from: number; readonly to: number };

/**
 * What is still to be counted, day by day, the oldest first.
 * @param since until when it is counted, or when counting begins
 * @param until how far a provider has written everything down
 */
export function gapsOf(since: number, until: number, dayOf: (time: number) => Day): readonly Gap[] {
  const gaps: Gap[] = [];
  for (let from = since; from < until; ) {
    const day = dayOf(from);
    const to = Math.min(startOf(nextDay(day)), until);
    gaps.push({ day, from, to });
    from = to;
  }
  return gaps;
}

/** Counts the logins of one gap, in addition to what was told of its day before. */
export class LoginCount {
  readonly #ownerOf: (account: string) => string;
  readonly #organizations: Map<string, Logins>;

  /** @param ownerOf the organization of an account; '' where nobody knows it any more */
  constructor(before: Told | undefined, ownerOf: (account: string) => string) {
    this.#organizations = new Map(Object.entries(before?.organizations ?? {}));
    this.#ownerOf = ownerOf;
  }

  add({ account, succeeded }: Login): void {
    const owner = this.#ownerOf(account);
    const one = succeeded ? { succeeded: 1, refused: 0 } : { succeeded: 0, refused: 1 };
    this.#organizations.set(owner, addLogins(this.#organizations.get(owner) ?? noLogins, one));
  }

  told(until: number): Told {
    return { until, organizations: Object.fromEntries(this.#organizations) };
  }
}

/** The sum over providers. */
export function loginsOf(told: ToldByProvider | undefined, isOf: (organization: string) => boolean): Logins {
  const counts = Object.values(told ?? {}).flatMap(({ organizations }) => Object.entries(organizations));
  return counts.reduce((sum, [id, one]) => (isOf(id) ? addLogins(sum, one) : sum), noLogins);
}

/** Whether every provider has told all of the day. */
export function isWhole(day: Day, told: ToldByProvider | undefined, providers: readonly string[]): boolean {
  return providers.every((name) => (told?.[name]?.until ?? 0) >= startOf(nextDay(day)));
}
