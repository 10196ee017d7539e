/** Events that the limits kept back, by reason: a later Event says how many, so that nothing is lost without a word. */

export type DroppedEvents = {
  /** Wall clock, RFC 3339. */
  readonly since: string;
  readonly byReason: ReadonlyMap<string, number>;
};

/** @returns one line, the most frequent reason first */
export function summaryOf({ since, byReason }: DroppedEvents): string {
  const counts = [...byReason].toSorted(([a, m], [b, n]) => n - m || a.localeCompare(b));
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  const reasons = counts.map(([reason, count]) => `${reason} ${count}`).join(', ');
  return `${total} Events since ${since} were not written, because there were too many at once: ${reasons}; statuses and the log have it all`;
}

export class DroppedEventCount {
  #since: string | undefined;
  #byReason = new Map<string, number>();

  add(reason: string, count = 1): void {
    this.#since ??= new Date().toISOString();
    this.#byReason.set(reason, (this.#byReason.get(reason) ?? 0) + count);
  }

  /** @returns what came together, which is forgotten here; undefined for nothing */
  take(): DroppedEvents | undefined {
    if (this.#since === undefined) return undefined;
    const taken = { since: this.#since, byReason: this.#byReason };
    this.#since = undefined;
    this.#byReason = new Map();
    return taken;
  }

  /** What was taken could not be told. */
  putBack({ since, byReason }: DroppedEvents): void {
    for (const [reason, count] of byReason) this.add(reason, count);
    this.#since = since;
  }
}
