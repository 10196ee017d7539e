/**
 * How fast passwords may be guessed (R25, R42): what an attempt to log in may do, given those before it. An attempt counts
 * when it is let through, and is given back once it was right: many at the same time are no way around.
 */
import type { Site } from './site.ts';

export type ThrottleRules = Site['throttle'];

/** Attempts that count; they leak away evenly, `limit` of them in `windowSeconds`. */
export type Bucket = {
  readonly level: number;
  /** Seconds. */
  readonly at: number;
};

/** What is known of one person at one address. */
export type Pair = Bucket & {
  /** Hashes of the passwords that count in `level`: the same one again tells a guesser nothing. */
  readonly tried: readonly string[];
  /** The person has logged in from here: what strangers do elsewhere, or beside her, does not concern her. */
  readonly known: boolean;
};

/** What is remembered of an attempt's address and person, and of both together. */
export type History = {
  readonly pair: Pair | undefined;
  readonly address: Bucket | undefined;
  readonly person: Bucket | undefined;
};

type Remembered = { readonly pair: Pair; readonly address: Bucket; readonly person: Bucket };

export type Verdict =
  | { readonly action: 'accept' }
  /** The answer waits; a right password still opens. */
  | { readonly action: 'delay'; readonly seconds: number }
  /** The password is not looked at. */
  | { readonly action: 'refuse'; readonly because: 'pair' | 'address' };

/** What the same password again counts: a telephone may send its former one all day, but every time costs the directory. */
const again = 1 / 64;

/**
 * Nobody is refused for what comes from other addresses: against a person alone there is a delay, and not where she is known.
 * @param password hash of it; short ones may collide
 * @param now seconds
 */
export function decide(
  history: History,
  password: string,
  rules: ThrottleRules,
  now: number,
): { readonly verdict: Verdict; readonly history: Remembered } {
  const { failures, delaySeconds } = rules;
  const { pair, address, person } = leak(history, rules, now);
  const rest = { pair, address, person };
  if (pair.level + 1 > failures.pair)
    return { verdict: { action: 'refuse', because: 'pair' }, history: rest };
  if (!pair.known && address.level + 1 > failures.address)
    return { verdict: { action: 'refuse', because: 'address' }, history: rest };
  if (pair.tried.includes(password)) {
    const counted = { pair: { ...pair, ...add(pair, again) }, address: add(address, again), person };
    return { verdict: { action: 'accept' }, history: counted };
  }
  const isFlood = !pair.known && person.level + 1 > failures.person;
  return {
    verdict: isFlood ? { action: 'delay', seconds: delaySeconds } : { action: 'accept' },
    history: {
      pair: { ...pair, level: pair.level + 1, tried: [...pair.tried, password].slice(-failures.pair) },
      address: add(address, 1),
      // Nobody is refused by it, so it would grow with a flood: one window after its end it shall be over.
      person: add(person, 1, failures.person),
    },
  };
}

/**
 * What is remembered after an attempt that was let through has ended.
 * @param outcome `failed` where the password was wrong; `unanswered` where nobody could say, as without the directory
 */
export function settle(
  history: History,
  password: string,
  outcome: 'succeeded' | 'failed' | 'unanswered',
  rules: ThrottleRules,
  now: number,
): Remembered {
  const { pair, address, person } = leak(history, rules, now);
  if (outcome === 'failed') return { pair, address, person };
  // Of several at once with one password, the first counted whole.
  const counted = pair.tried.includes(password);
  const back = counted ? 1 : again;
  return {
    pair: {
      ...add(pair, -back),
      tried: pair.tried.filter((one) => one !== password),
      known: pair.known || outcome === 'succeeded',
    },
    address: add(address, -back),
    person: add(person, counted ? -1 : 0),
  };
}

function add(bucket: Bucket, amount: number, most = Number.POSITIVE_INFINITY): Bucket {
  return { level: Math.min(Math.max(bucket.level + amount, 0), most), at: bucket.at };
}

function leak({ pair, address, person }: History, rules: ThrottleRules, now: number): Remembered {
  const { failures, windowSeconds } = rules;
  const left = (bucket: Bucket | undefined, limit: number): Bucket => {
    if (bucket === undefined) return { level: 0, at: now };
    // A clock that was set back takes nothing away and adds nothing.
    const leaked = (Math.max(now - bucket.at, 0) * limit) / windowSeconds;
    return { level: Math.max(bucket.level - leaked, 0), at: now };
  };
  const atPair = left(pair, failures.pair);
  return {
    pair: {
      ...atPair,
      tried: atPair.level === 0 ? [] : (pair?.tried ?? []),
      known: pair?.known ?? false,
    },
    address: left(address, failures.address),
    person: left(person, failures.person),
  };
}

/**
 * The address that a client is counted by: of IPv6 the network of 64 bits, which one client has whole.
 * @param text as Dovecot and PHP write it, IPv4 in IPv6 (`::ffff:192.0.2.1`) included
 */
export function clientKey(text: string): string {
  const address = text.trim().toLowerCase();
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':'));
  const front = groups(head);
  const back = groups(tail ?? '');
  const zeros = tail === undefined ? 0 : Math.max(8 - front.length - back.length, 0);
  const all = [...front, ...Array<string>(zeros).fill('0'), ...back];
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
