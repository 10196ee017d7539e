/** Which one of several operators may write: client-go's leader election, judged by nobody's clock but one's own. */
import { Conflict, Unavailable } from '../errors.ts';

/** Milliseconds. Safe while `renewWithin` on a slow clock is shorter than `duration` on a fast one. */
export type ElectionTimes = {
  /** How long others leave a record alone after they saw it change. */
  readonly duration: number;
  /** How long a holder trusts its own record after it asked for it; what it sent before has the rest to take effect. */
  readonly renewWithin: number;
  /** Between two steps. */
  readonly retry: number;
};

/** The defaults of client-go's leaderelection (component-base/config/v1alpha1). */
export const clientGoTimes: ElectionTimes = { duration: 15_000, renewWithin: 10_000, retry: 2_000 };

/** Who holds the lease; `holder` is empty after it was given back. */
export type LeaseRecord = {
  readonly holder: string;
  readonly acquiredAt: Date;
  readonly transitions: number;
  /** Changes with every write. */
  readonly version: string;
};

export interface LeaseStore {
  read(): Promise<LeaseRecord | undefined>;
  /**
   * Replaces exactly `previous`, or creates the record; gives it as it was stored.
   * @throws Conflict when it changed since; Unavailable, after which it may have been written or not
   */
  write(next: Omit<LeaseRecord, 'version'>, previous: LeaseRecord | undefined): Promise<LeaseRecord>;
}

export type ElectionOptions = {
  readonly store: LeaseStore;
  /** Differs from every other candidate's that may be alive. */
  readonly identity: string;
  readonly times: ElectionTimes;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  /** Told of steps that failed; the next one tries again. */
  readonly report: (error: unknown) => void;
  /** Told when this process begins to lead, and when it no longer does. */
  readonly onChange: (leads: boolean) => void;
};

export class Election {
  readonly #options: ElectionOptions;
  #seen: LeaseRecord | undefined;
  #seenAt = 0;
  /** A write failed, and may have been stored all the same: look before the next one. */
  #unsure = true;
  /** When the last renewal that succeeded was asked for. */
  #renewedAt: number | undefined;
  #resigned = false;
  #running: Promise<void> = Promise.resolve();
  #wake: () => void = () => undefined;
  #waiting: (() => void)[] = [];

  constructor(options: ElectionOptions) {
    this.#options = options;
  }

  /** Whether nobody else can hold the lease at this moment. */
  get leads(): boolean {
    const { now, times } = this.#options;
    return !this.#resigned && this.#renewedAt !== undefined && now() - this.#renewedAt < times.renewWithin;
  }

  /** To be called right before every write, behind whatever may have made it wait. @throws Unavailable */
  readonly assertLeads = (): void => {
    if (!this.leads)
      throw new Unavailable('Lease', 'another operator may hold the lease: nothing is written');
  };

  /** Resolves when this process leads, or has resigned. */
  async turn(): Promise<void> {
    if (this.leads || this.#resigned) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Takes part until `resign`. */
  start(): void {
    this.#running = this.#run();
  }

  /** From now on `leads` is false; the lease is kept until `release`, because writes may be under way. */
  resign(): void {
    this.#resigned = true;
    this.#wake();
    this.#admit();
  }

  /** Gives the lease back, so that the next one need not wait for it to run out. After the last write has ended. */
  async release(): Promise<void> {
    this.resign();
    await this.#running;
    const { store, identity, report } = this.#options;
    if (this.#seen?.holder !== identity) return;
    try {
      await store.write({ ...this.#seen, holder: '' }, this.#seen);
    } catch (error) {
      report(error);
    }
  }

  /** Renews what is ours, or takes what nobody holds. */
  async step(): Promise<void> {
    const { identity, now, times, store } = this.#options;
    if (this.#unsure || !this.leads) this.#look(await store.read());
    const record = this.#seen;
    const holder = record?.holder ?? '';
    const ours = holder === identity;
    if (!ours) this.#renewedAt = undefined;
    if (!ours && holder !== '' && now() - this.#seenAt < times.duration) return;
    const askedAt = now();
    this.#unsure = true;
    try {
      const written = await store.write(
        {
          holder: identity,
          acquiredAt: ours && record !== undefined ? record.acquiredAt : new Date(),
          transitions: (record?.transitions ?? 0) + (ours ? 0 : 1),
        },
        record,
      );
      this.#look(written);
      this.#unsure = false;
      this.#renewedAt = askedAt;
    } catch (error) {
      // Somebody wrote it, and only looking tells who.
      if (error instanceof Conflict) this.#renewedAt = undefined;
      throw error;
    }
  }

  /** A record counts from when it was seen to change here: what another's clock says of it does not matter. */
  #look(record: LeaseRecord | undefined): void {
    if (record?.version !== this.#seen?.version) this.#seenAt = this.#options.now();
    this.#seen = record;
  }

  async #run(): Promise<void> {
    let led = false;
    while (!this.#resigned) {
      try {
        await this.step();
      } catch (error) {
        this.#options.report(error);
      }
      if (this.leads !== led) this.#options.onChange(this.leads);
      led = this.leads;
      if (led) this.#admit();
      await this.#pause();
    }
  }

  async #pause(): Promise<void> {
    if (this.#resigned) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.#options.times.retry);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #admit(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
