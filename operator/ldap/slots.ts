/** A bound on how many pieces of work are under way at once; the rest wait in order of arrival. */

type Waiter = { readonly admit: () => void; readonly refuse: (error: Error) => void };

export class Slots {
  readonly #size: number;
  readonly #waiting: Waiter[] = [];
  #used = 0;

  constructor(size: number) {
    this.#size = size;
  }

  get used(): number {
    return this.#used;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Resolves when a slot is free and taken; rejects when `refuseWaiting` is called before. */
  async acquire(): Promise<void> {
    if (this.#used < this.#size) {
      this.#used += 1;
      return;
    }
    await new Promise<void>((admit, refuse) => this.#waiting.push({ admit, refuse }));
  }

  /** Gives a slot back, at once to the longest waiting. */
  release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#used -= 1;
    else next.admit();
  }

  /** Sends everyone who waits away with `error`; work under way goes on. */
  refuseWaiting(error: Error): void {
    for (const waiter of this.#waiting.splice(0)) waiter.refuse(error);
  }
}
