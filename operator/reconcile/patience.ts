/** What fails by a fault of its own is tried again ever later: it costs the others nothing, and the log is readable. */
import type { Resource } from '../api/resource.ts';
import type { Problem } from '../core/verdict.ts';

type Failure = {
  readonly problem: Problem;
  readonly generation: number;
  /** Of the resource that was tried; any other one is tried at once. */
  readonly version: string;
  readonly tries: number;
  readonly dueAt: number;
};

/** What fails the same way until the resource or the operator is another; a Secret in the way may be put right without. */
const ofItself = ['DirectoryRefused', 'Invalid', 'InternalError'];

/** Milliseconds: the first wait, doubled with each further failure, and the longest. */
const [firstWait, longestWait] = [1_000, 15 * 60_000];
/** Who was not tried for this long is forgotten: the resource is gone. */
const forgottenAfter = 4 * longestWait;

export class Patience {
  readonly #failures = new Map<string, Failure>();
  readonly #now: () => number;
  readonly #random: () => number;

  /**
   * @param now milliseconds on a clock that never goes back
   * @param random 0 ≤ x < 1; spreads the tries
   */
  constructor(now: () => number, random: () => number) {
    this.#now = now;
    this.#random = random;
  }

  /** The problem of the last try, while the next one is not due; nothing where the resource may be tried. */
  problemOf({ metadata }: Resource): Problem | undefined {
    const failure = this.#failures.get(metadata.uid);
    const waits = failure?.version === metadata.resourceVersion && this.#now() < failure.dueAt;
    return waits ? failure.problem : undefined;
  }

  /** Told of every try. */
  tried({ metadata }: Resource, problem: Problem | undefined): void {
    const { uid, generation, resourceVersion: version } = metadata;
    if (problem === undefined || !ofItself.includes(problem.reason)) {
      this.#failures.delete(uid);
      return;
    }
    const before = this.#failures.get(uid);
    const tries = before?.generation === generation ? before.tries + 1 : 1;
    const wait = Math.min(longestWait, firstWait * 2 ** Math.min(tries - 1, 20)) * (1 - this.#random() / 2);
    this.#forget();
    this.#failures.set(uid, { problem, generation, version, tries, dueAt: this.#now() + wait });
  }

  #forget(): void {
    const limit = this.#now() - forgottenAfter;
    for (const [uid, { dueAt }] of this.#failures) if (dueAt < limit) this.#failures.delete(uid);
  }
}
