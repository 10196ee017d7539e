/**
 * When passes run: one at a time, at once after a change, again after a failure, and at every resync. A change of one
 * mailbox is looked at beside the pass that runs, and makes no pass of its own.
 */
import type { ResourceKey } from '../ports.ts';
import type { PassResult } from './pass.ts';
import { turn } from './turn.ts';

export type LoopOptions = {
  readonly pass: () => Promise<PassResult>;
  /** Looks at these resources at once, also while a pass runs; undefined when only a pass can tell what to do. */
  readonly changed?: (keys: readonly ResourceKey[]) => Promise<PassResult | undefined>;
  /** Another pass is wanted: the one that runs shall end, at once or when it had some time. */
  readonly interrupt?: (atOnce: boolean) => void;
  /** Every pass waits for it: resolves when this process may write, or when the loop was stopped. */
  readonly turn?: () => Promise<void>;
  /** Milliseconds between two passes that see everything anew. */
  readonly resync: number;
  /** Runs before such a pass. */
  readonly onResync: () => void;
  /** @param changed of how many resources; undefined for a whole pass */
  readonly onResult: (result: PassResult, seconds: number, changed?: number) => void;
  readonly onFailure: (error: Error, retryIn: number) => void;
  /** 0 ≤ x < 1; spreads retries. */
  readonly random: () => number;
};

/** Longest wait in milliseconds for a world that cannot be read: it is found back within this time. */
const worldCeiling = 5_000;
/** Longest wait in milliseconds before changes that failed are tried again. */
const changeCeiling = 60_000;

/** Passes in a row that may each ask for another at once: a resource goes in two or three. */
const freeAgains = 3;

/** Milliseconds until the next try after `failures` in a row: 1 s doubling to `ceiling`, less up to half of it. */
export function backoff(failures: number, random: number, ceiling: number): number {
  const full = Math.min(ceiling, 1_000 * 2 ** Math.min(failures - 1, 10));
  return Math.round(full * (1 - random / 2));
}

/** Looks at changes that may be under way at once; what comes meanwhile is the next one's. */
const mostLooks = 4;

export class Loop {
  readonly #options: LoopOptions;
  readonly #stopped = new AbortController();
  #wakened = true;
  #alarm: (() => void) | undefined;
  #failures = 0;
  #agains = 0;
  #resyncedAt = Number.NEGATIVE_INFINITY;
  #isPassing = false;
  /** A pass has begun, and since then nothing showed that the world cannot be read. */
  #mayLook = false;
  readonly #changed = new Map<string, ResourceKey>();
  /** A resource that changes all the time is looked at by one look at a time. */
  readonly #lookedAt = new Set<string>();
  readonly #looks = new Set<Promise<void>>();
  #retry: NodeJS.Timeout | undefined;

  constructor(options: LoopOptions) {
    this.#options = options;
  }

  /**
   * Something changed. One mailbox is looked at now; for anything else a pass runs soon. Calls during a pass are one
   * further pass.
   */
  wake(key?: ResourceKey): void {
    if (key?.kind === 'Mailbox' && this.#mayLook && this.#options.changed !== undefined) {
      this.#changed.set(`${key.namespace}/${key.name}`, key);
      this.#look();
      return;
    }
    this.#wakened = true;
    if (this.#isPassing) this.#options.interrupt?.(key === undefined);
    this.#alarm?.();
  }

  /** Lets the running pass end; `run` returns then. */
  stop(): void {
    this.#stopped.abort();
    clearTimeout(this.#retry);
    if (this.#isPassing) this.#options.interrupt?.(true);
    this.#alarm?.();
  }

  /** Runs passes until `stop`. */
  async run(): Promise<void> {
    for (;;) {
      await this.#options.turn?.();
      if (this.#stopped.signal.aborted) break;
      this.#wakened = false;
      const wait = await this.#once();
      if (!this.#wakened) await this.#sleep(wait);
    }
    await Promise.all(this.#looks);
  }

  #look(): void {
    if (this.#looks.size >= mostLooks) return;
    const look = this.#lookAtChanges().finally(() => {
      this.#looks.delete(look);
      if (this.#isAnyFree()) this.#look();
    });
    this.#looks.add(look);
  }

  async #lookAtChanges(): Promise<void> {
    const { changed, onResult, onFailure, random } = this.#options;
    // Changes that come together are looked at together.
    await turn();
    while (this.#isAnyFree() && this.#mayLook && !this.#stopped.signal.aborted) {
      const taken = [...this.#changed].filter(([name]) => !this.#lookedAt.has(name));
      for (const [name] of taken) {
        this.#changed.delete(name);
        this.#lookedAt.add(name);
      }
      const keys = taken.map(([, key]) => key);
      const started = performance.now();
      try {
        const result = await changed?.(keys);
        if (result !== undefined) onResult(result, (performance.now() - started) / 1000, keys.length);
        if (result === undefined || result.again) this.wakeSoon();
        else if (result.failures > 0) this.#wakeIn(backoff(1, random(), changeCeiling));
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        this.#mayLook = false;
        onFailure(error, 0);
        this.wakeSoon();
      } finally {
        for (const [name] of taken) this.#lookedAt.delete(name);
      }
    }
    // The pass that comes sees them.
    if (!this.#mayLook || this.#stopped.signal.aborted) this.#changed.clear();
  }

  #isAnyFree(): boolean {
    for (const name of this.#changed.keys()) if (!this.#lookedAt.has(name)) return true;
    return false;
  }

  /** A pass is wanted; the one that runs has its time. */
  wakeSoon(): void {
    this.#wakened = true;
    if (this.#isPassing) this.#options.interrupt?.(false);
    this.#alarm?.();
  }

  #wakeIn(milliseconds: number): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.wakeSoon(), milliseconds);
  }

  async #once(): Promise<number> {
    const { pass, resync, onResync, onResult, onFailure, random } = this.#options;
    const started = performance.now();
    if (started - this.#resyncedAt >= resync) {
      onResync();
      this.#resyncedAt = started;
    }
    this.#isPassing = true;
    this.#mayLook = true;
    try {
      const result = await pass();
      onResult(result, (performance.now() - started) / 1000);
      this.#failures = result.failures > 0 ? this.#failures + 1 : 0;
      this.#agains = result.again ? this.#agains + 1 : 0;
      if (result.again && this.#agains <= freeAgains) this.#wakened = true;
      // A timer may be early by a fraction of a millisecond; a pass then would not be the resync.
      const untilResync = Math.max(0, Math.ceil(this.#resyncedAt + resync - performance.now())) + 1;
      if (result.failures > 0) return Math.min(untilResync, backoff(this.#failures, random(), changeCeiling));
      // What it waits for may not come: a write that loses against a version that no watch brings, for one.
      if (result.again) return backoff(this.#agains - freeAgains, random(), worldCeiling) / 10;
      return untilResync;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.#mayLook = false;
      this.#failures += 1;
      const retryIn = backoff(this.#failures, random(), worldCeiling);
      onFailure(error, retryIn);
      // A change does not shorten the wait while the world cannot be read: what failed would fail again.
      this.#wakened = false;
      this.#isPassing = false;
      await this.#sleep(retryIn, true);
      return 0;
    } finally {
      this.#isPassing = false;
    }
  }

  async #sleep(milliseconds: number, undisturbed = false): Promise<void> {
    if (this.#stopped.signal.aborted || milliseconds === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#alarm = () => {
        if (undisturbed && !this.#stopped.signal.aborted) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.#alarm = undefined;
  }
}
