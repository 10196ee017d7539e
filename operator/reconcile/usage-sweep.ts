/**
 * Reads how much every mailbox uses, beside the passes: 20,000 take a minute, for which no grant shall wait. What was
 * read is handed to the next passes; what could not be read stays as it was known.
 */
import { attribute } from '../core/layout.ts';
import { accountOf, first } from '../core/observed.ts';
import { hostOf } from '../core/shards.ts';
import { Unavailable } from '../errors.ts';
import type { DirectoryEntry, MailStore } from '../ports.ts';

/** Mailboxes per call: the store answers each within a second. */
const batch = 200;

export type SweepOptions = {
  /** Waits before the next attempt, where there is one: a pod that has just come is let through the network some seconds later. */
  readonly again: (failures: number, signal: AbortSignal) => Promise<boolean>;
  /** Of each shard. */
  readonly store: (shard: string) => Pick<MailStore, 'usage'>;
  /** What was read has changed: another pass shall look at it. */
  readonly onChange: () => void;
  /** How many mailboxes the sweep asked for, and how many of them answered. */
  readonly onSwept: (asked: number, read: number) => void;
  readonly onFailure: (error: Error) => void;
};

export class UsageSweep {
  readonly #options: SweepOptions;
  readonly #known = new Map<string, number>();
  #isDue = true;
  #running: Promise<void> | undefined;
  readonly #ending = new AbortController();

  constructor(options: SweepOptions) {
    this.#options = options;
  }

  /** Used bytes by account, as last read. */
  get known(): ReadonlyMap<string, number> {
    return this.#known;
  }

  /** The next pass's mailboxes are asked for. */
  due(): void {
    this.#isDue = true;
  }

  /** Begins a sweep over the mailboxes of a pass, where one is due and none is under way; waits for nothing. */
  offer(entries: readonly DirectoryEntry[]): void {
    if (!this.#isDue || this.#running !== undefined || this.#ending.signal.aborted) return;
    this.#isDue = false;
    this.#running = this.#sweep(entries).finally(() => {
      this.#running = undefined;
    });
  }

  /** Resolves when no sweep is under way. */
  async idle(): Promise<void> {
    await this.#running;
  }

  /** Lets the call under way end, and begins no other. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await this.idle();
  }

  async #sweep(entries: readonly DirectoryEntry[]): Promise<void> {
    const { onChange, onSwept, onFailure } = this.#options;
    const accounts = accountsOf(entries);
    const names = new Set(accounts.map(({ account }) => account));
    for (const account of this.#known.keys()) if (!names.has(account)) this.#known.delete(account);
    const sum = { read: 0, changed: false, failed: false };
    for (const [shard, there] of Map.groupBy(accounts, ({ host }) => host)) {
      try {
        await this.#sweepShard(shard, there, sum);
      } catch (error) {
        if (!(error instanceof Unavailable)) throw error;
        sum.failed = true;
        onFailure(error);
      }
    }
    if (!sum.failed) onSwept(accounts.length, sum.read);
    if (sum.changed) onChange();
  }

  /** @throws Unavailable */
  async #sweepShard(shard: string, accounts: readonly Account[], sum: { read: number; changed: boolean }) {
    for (let start = 0; start < accounts.length && !this.#ending.signal.aborted; start += batch) {
      const some = accounts.slice(start, start + batch);
      const used = await this.#ask(
        shard,
        some.map(({ address }) => address),
      );
      for (const { account, address } of some) {
        const bytes = used.get(address);
        if (bytes === undefined) continue;
        sum.read += 1;
        sum.changed ||= this.#known.get(account) !== bytes;
        this.#known.set(account, bytes);
      }
    }
  }

  /** @throws Unavailable when the last attempt has failed, or the operator ends */
  async #ask(shard: string, addresses: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const { store, again } = this.#options;
    for (let failures = 1; ; failures += 1) {
      try {
        return await store(shard).usage(addresses);
      } catch (error) {
        if (!(error instanceof Unavailable) || !(await again(failures, this.#ending.signal))) throw error;
      }
    }
  }
}

/** Whom Dovecot knows: they receive mail. */
const receiving = new Set<string | undefined>(['Active', 'Suspended', 'Expired']);

type Account = { readonly account: string; readonly address: string; readonly host: string };

function accountsOf(entries: readonly DirectoryEntry[]): readonly Account[] {
  return entries.flatMap((entry) => {
    const address = first(entry, 'mail');
    // An organization's entry has a status, too, but no address.
    if (address === undefined || !receiving.has(first(entry, attribute.status))) return [];
    return [{ account: accountOf(entry), address, host: hostOf(entry) }];
  });
}
