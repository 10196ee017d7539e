/** When passes run: one at a time, at once after a change, again after a failure, and at every resync. */
import type { PassResult } from './pass.ts';

export type LoopOptions = {
  readonly pass: () => Promise<PassResult>;
  /** Every pass waits for it: resolves when this process may write, or when the loop was stopped. */
  readonly turn?: () => Promise<void>;
  /** Milliseconds between two passes that see everything anew. */
  readonly resync: number;
  /** Runs before such a pass. */
  readonly onResync: () => void;
  readonly onResult: (result: PassResult, seconds: number) => void;
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

export class Loop {
  readonly #options: LoopOptions;
  readonly #stopped = new AbortController();
  #wakened = true;
  #alarm: (() => void) | undefined;
  #failures = 0;
  #agains = 0;
  #resyncedAt = Number.NEGATIVE_INFINITY;

  constructor(options: LoopOptions) {
    this.#options = options;
  }

  /** Something changed: run a pass soon. Calls during a pass are one further pass. */
  wake(): void {
    this.#wakened = true;
    this.#alarm?.();
  }

  /** Lets the running pass end; `run` returns then. */
  stop(): void {
    this.#stopped.abort();
    this.#alarm?.();
  }

  /** Runs passes until `stop`. */
  async run(): Promise<void> {
    for (;;) {
      await this.#options.turn?.();
      if (this.#stopped.signal.aborted) return;
      this.#wakened = false;
      const wait = await this.#once();
      if (!this.#wakened) await this.#sleep(wait);
    }
  }

  async #once(): Promise<number> {
    const { pass, resync, onResync, onResult, onFailure, random } = this.#options;
    const started = performance.now();
    if (started - this.#resyncedAt >= resync) {
      onResync();
      this.#resyncedAt = started;
    }
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
      this.#failures += 1;
      const retryIn = backoff(this.#failures, random(), worldCeiling);
      onFailure(error, retryIn);
      // A change does not shorten the wait while the world cannot be read: what failed would fail again.
      this.#wakened = false;
      await this.#sleep(retryIn, true);
      return 0;
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
