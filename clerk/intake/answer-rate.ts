/** How often one mailbox is answered: whatever a program there sends, it does not get as much back. In memory. */

/** Answers within the window, in milliseconds; and how many mailboxes are remembered. */
const perWindow = 10;
const window = 3_600_000;
const remembered = 10_000;

export class AnswerRate {
  /** Id of each answer and when it went, by address. */
  readonly #sent = new Map<string, readonly { readonly id: string; readonly at: number }[]>();

  /** An answer that was sent a moment ago is none a second time: the letter came twice. */
  allows(address: string, id: string, now: number): boolean {
    const recent = this.#recent(address, now);
    return recent.length < perWindow && !recent.some((one) => one.id === id);
  }

  count(address: string, id: string, now: number): void {
    const recent = [...this.#recent(address, now), { id, at: now }];
    this.#sent.delete(address);
    this.#sent.set(address, recent);
    for (const oldest of this.#sent.keys()) {
      if (this.#sent.size <= remembered) break;
      this.#sent.delete(oldest);
    }
  }

  #recent(address: string, now: number) {
    return (this.#sent.get(address) ?? []).filter(({ at }) => now - at < window);
  }
}
