/**
 * Reads how much every mailbox uses, beside the passes: 20,000 take a minute, for which no grant shall wait. What was
 * read is handed to the next passes; what could not be read stays as it was known.
 */
import { attribute } from '../core/layout.ts';
import { accountOf, first } from '../core/observed.ts';
import { Unavailable } from '../errors.ts';
import type { DirectoryEntry, MailStore } from '../ports.ts';

/** Mailboxes per call: the store answers each within a second. */
const batch = 200;

export type SweepOptions = {
  /** Waits before the next attempt, where there is one: a pod that has just come is let through the network some seconds later. */
  readonly again: (failures: number, signal: AbortSignal) => Promise<boolean>;
  readonly store: Pick<MailStore, 'usage'>;
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
    const addresses = addressesByAccount(entries);
    for (const account of this.#known.keys()) if (!addresses.has(account)) this.#known.delete(account);
    const accounts = [...addresses];
    let read = 0;
    let changed = false;
    try {
      for (let start = 0; start < accounts.length && !this.#ending.signal.aborted; start += batch) {
        const some = accounts.slice(start, start + batch);
        const used = await this.#ask(some.map(([, address]) => address));
        for (const [account, address] of some) {
          const bytes = used.get(address);
          if (bytes === undefined) continue;
          read += 1;
          changed ||= this.#known.get(account) !== bytes;
          this.#known.set(account, bytes);
        }
      }
      onSwept(accounts.length, read);
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      onFailure(error);
    }
    if (changed) onChange();
  }

  /** @throws Unavailable when the last attempt has failed, or the operator ends */
  async #ask(addresses: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const { store, again } = this.#options;
    for (let failures = 1; ; failures += 1) {
      try {
        return await store.usage(addresses);
      } catch (error) {
        if (!(error instanceof Unavailable) || !(await again(failures, this.#ending.signal))) throw error;
      }
    }
  }
}

/** Whom Dovecot knows: they receive mail. */
const receiving = new Set<string | undefined>(['Active', 'Suspended', 'Expired']);

function addressesByAccount(entries: readonly DirectoryEntry[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const entry of entries) {
    const address = first(entry, 'mail');
    // An organization's entry has a status, too, but no address.
    if (address !== undefined && receiving.has(first(entry, attribute.status)))
      found.set(accountOf(entry), address);
  }
  return found;
}
