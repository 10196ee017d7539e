/** How many writes are under way at once (performance: 8 to 16 fill one connection), and which of those that wait is next. */
export const atOnce = 12;

/** What goes first: what takes access away, then what somebody waits for, then the rest of the province. */
export const priority = { revoke: 0, change: 1, bulk: 2 } as const;
export type Priority = (typeof priority)[keyof typeof priority];

type Job = {
  readonly work: () => Promise<void>;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
};

export class Writers {
  readonly #waiting: readonly Job[][] = [[], [], []];
  #running = 0;
  #idle: (() => void)[] = [];

  /** Runs `work` when it is its turn; settles as it does. */
  run(at: Priority, work: () => Promise<void>): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting[at]?.push({ work, done, failed });
      this.#next();
    });
  }

  /** Lets what waits go undone, but for what is more urgent than `from`; its promises resolve. */
  drop(from: Priority = priority.revoke): void {
    for (const jobs of this.#waiting.slice(from)) for (const { done } of jobs.splice(0)) done();
    this.#rest();
  }

  /** Resolves when nothing is under way nor waits. */
  async idle(): Promise<void> {
    if (this.#running > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #next(): void {
    while (this.#running < atOnce) {
      const job = this.#waiting.find((jobs) => jobs.length > 0)?.shift();
      if (job === undefined) return;
      this.#running += 1;
      void this.#start(job);
    }
  }

  async #start({ work, done, failed }: Job): Promise<void> {
    try {
      await work();
      done();
    } catch (error) {
      failed(error);
    } finally {
      this.#running -= 1;
      this.#next();
      this.#rest();
    }
  }

  #rest(): void {
    if (this.#running === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }
}
