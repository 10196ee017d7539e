/** How much of the directory one client fetches as files: anybody may have all of it, nobody all day (R40). */
import { type Bucket, clientKey } from '../../operator/core/throttle.ts';
import { Bounded } from '../../operator/throttle/memory.ts';

/** Clients that are remembered. */
const most = 10_000;
const hour = 3600;

export class Downloads {
  readonly #perHour: number;
  readonly #now: () => number;
  /** What each client had, in directories; it leaks away evenly. */
  readonly #clients = new Bounded<Bucket>(most);

  /**
   * @param perHour whole directories for each client
   * @param now seconds, of a clock that need not be right
   */
  constructor(perHour: number, now: () => number) {
    this.#perHour = perHour;
    this.#now = now;
  }

  /**
   * Counts what is fetched, where it may be.
   * @param address of the client
   * @param share of the whole directory, at most 1
   * @returns seconds until it may be fetched: 0 where it may now, and is counted
   */
  take(address: string, share: number): number {
    const client = clientKey(address);
    const at = this.#now();
    const before = this.#clients.get(client) ?? { level: 0, at };
    const perSecond = this.#perHour / hour;
    // A clock that was set back takes nothing away and adds nothing.
    const level = Math.max(before.level - Math.max(at - before.at, 0) * perSecond, 0);
    const excess = level + share - this.#perHour;
    if (excess > 0) return Math.ceil(excess / perSecond);
    this.#clients.set(client, { level: level + share, at });
    return 0;
  }
}
