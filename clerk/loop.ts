/** When passes run: one at a time, soon after a change, again after a failure, and at every resync. */
import { backoff } from '../operator/reconcile/loop.ts';

export type LoopOptions = {
  /** @returns whether something failed that is to be tried again */
  readonly pass: () => Promise<boolean>;
  readonly onFailure: (error: Error, retryIn: number) => void;
  /** Milliseconds. */
  readonly resync: number;
  /** 0 ≤ x < 1; spreads retries. */
  readonly random: () => number;
};

/** Milliseconds that changes are gathered for. */
const gathering = 250;
/** Longest wait in milliseconds before what failed is tried again. */
const ceiling = 60_000;

export class Loop {
  readonly #options: LoopOptions;
  #wakened = true;
  #isStopped = false;
  #alarm: (() => void) | undefined;

  constructor(options: LoopOptions) {
    this.#options = options;
  }

  /** Something changed: a pass runs soon. Calls during a pass are one further pass. */
  wake(): void {
    this.#wakened = true;
    this.#alarm?.();
  }

  stop(): void {
    this.#isStopped = true;
    this.#alarm?.();
  }

  /** Resolves after `stop`, when the pass that ran has ended. */
  async run(): Promise<void> {
    let failures = 0;
    while (!this.#isStopped) {
      this.#wakened = false;
      failures = (await this.#pass(failures)) ? failures + 1 : 0;
      const pause =
        failures === 0 ? this.#options.resync : backoff(failures, this.#options.random(), ceiling);
      await this.#sleep(pause, () => this.#wakened && failures === 0);
      await this.#sleep(gathering, () => false);
    }
  }

  /** @returns whether it failed */
  async #pass(failures: number): Promise<boolean> {
    try {
      return await this.#options.pass();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.#options.onFailure(error, backoff(failures + 1, this.#options.random(), ceiling));
      return true;
    }
  }

  /** Ends early when it is stopped, or at a call that `isOver` answers. */
  async #sleep(milliseconds: number, isOver: () => boolean): Promise<void> {
    if (this.#isStopped || isOver()) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#alarm = () => {
        if (!this.#isStopped && !isOver()) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.#alarm = undefined;
  }
}
