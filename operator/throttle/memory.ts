/** What the service remembers of addresses and people; in memory alone and bounded. */
import { createHash } from 'node:crypto';
import {
  decide,
  type History,
  type Pair,
  settle,
  type ThrottleRules,
  type Verdict,
} from '../core/throttle.ts';

/** One login, with the address that it is counted by (`clientKey`). */
export type Attempt = {
  readonly address: string;
  /** As typed, in lower case; whether the person exists is not known here. */
  readonly person: string;
  /** Hash of the password. */
  readonly password: string;
};

/** A map that forgets what was not used for longest. */
export class Bounded<T> extends Map<string, T> {
  readonly #most: number;

  constructor(most: number) {
    super();
    this.#most = most;
  }

  override set(key: string, value: T): this {
    this.delete(key);
    super.set(key, value);
    const oldest = this.size > this.#most ? this.keys().next().value : undefined;
    if (oldest !== undefined) this.delete(oldest);
    return this;
  }
}

export class Memory {
  readonly #rules: ThrottleRules;
  readonly #now: () => number;
  readonly #pairs: Bounded<Pair>;
  readonly #addresses: Bounded<NonNullable<History['address']>>;
  readonly #people: Bounded<NonNullable<History['person']>>;

  /**
   * @param most entries of each kind
   * @param now seconds, of a clock that need not be right
   */
  constructor(rules: ThrottleRules, most: number, now: () => number) {
    this.#rules = rules;
    this.#now = now;
    this.#pairs = new Bounded(most);
    this.#addresses = new Bounded(most);
    this.#people = new Bounded(most);
  }

  /** Whether the attempt may go on; it counts from now on. */
  allow(attempt: Attempt): Verdict {
    const { verdict, history } = decide(this.#read(attempt), attempt.password, this.#rules, this.#now());
    if (verdict.action !== 'refuse') this.#write(attempt, history);
    return verdict;
  }

  /** What became of an attempt that was allowed. */
  report(attempt: Attempt, outcome: 'succeeded' | 'failed' | 'unanswered'): void {
    this.#write(attempt, settle(this.#read(attempt), attempt.password, outcome, this.#rules, this.#now()));
  }

  /** Forgets the failures of an address or of a person, not where people are known. Gives whether there were any. */
  release(who: string): boolean {
    const found = [this.#addresses.delete(short(who)), this.#people.delete(short(who))].includes(true);
    const mine = [...this.#pairs].filter(([key]) => key.split(' ').includes(short(who)));
    for (const [key, pair] of mine) this.#pairs.set(key, { ...pair, level: 0, tried: [] });
    return found || mine.length > 0;
  }

  #read(attempt: Attempt): History {
    const [address, person] = [short(attempt.address), short(attempt.person)];
    return {
      pair: this.#pairs.get(`${address} ${person}`),
      address: this.#addresses.get(address),
      person: this.#people.get(person),
    };
  }

  #write(attempt: Attempt, history: History): void {
    const [address, person] = [short(attempt.address), short(attempt.person)];
    if (history.pair !== undefined) this.#pairs.set(`${address} ${person}`, history.pair);
    if (history.address !== undefined) this.#addresses.set(address, history.address);
    if (history.person !== undefined) this.#people.set(person, history.person);
  }
}

/** Of one length, so that what strangers type takes no more room than what people do. */
function short(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}
