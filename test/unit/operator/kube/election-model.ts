/** Candidates of an election in simulated time: each with a clock of its own, pauses, and calls that are slow or fail. */
import { Conflict, Unavailable } from '../../../../operator/errors.ts';
import {
  clientGoTimes,
  Election,
  type LeaseRecord,
  type LeaseStore,
} from '../../../../operator/kube/election.ts';

/** One call to the store: milliseconds until it takes effect and from there to the answer, and whether either is lost. */
export type CallFate = {
  readonly there: number;
  readonly back: number;
  readonly lost: 'no' | 'there' | 'back';
};

/** `rate` is how fast its clock runs; during `pauses` (start and length in milliseconds) it does nothing. */
export type Candidate = {
  readonly offset: number;
  readonly rate: number;
  readonly pauses: readonly (readonly [start: number, length: number])[];
  readonly fates: readonly CallFate[];
};

type Task = { readonly at: number; readonly run: () => void };

/** Milliseconds after which a call is given up, as those of `leaseStore` are. */
const deadline = clientGoTimes.renewWithin / 2;

export class ElectionModel {
  now = 0;
  record: LeaseRecord | undefined;
  readonly elections: readonly Election[];
  readonly #tasks: Task[] = [];
  #versions = 0;

  constructor(candidates: readonly Candidate[]) {
    this.elections = candidates.map((candidate, index) => {
      const election = new Election({
        store: this.#store(candidate),
        identity: `operator-${index}`,
        times: clientGoTimes,
        now: () => candidate.offset + this.now * candidate.rate,
        report: () => undefined,
        onChange: () => undefined,
      });
      const turn = (): void => {
        const again = () => this.#later(candidate, clientGoTimes.retry / candidate.rate, turn);
        election.step().then(again, again);
      };
      this.#later(candidate, 0, turn);
      return election;
    });
  }

  /**
   * Runs until `end`, and calls `check` before and after everything that happens: in between a candidate can only
   * cease to lead.
   */
  async run(end: number, check: () => void): Promise<void> {
    for (;;) {
      this.#tasks.sort((a, b) => a.at - b.at);
      const next = this.#tasks[0];
      this.now = Math.min(next?.at ?? end, end);
      check();
      if (next === undefined || next.at > end) return;
      this.#tasks.shift();
      next.run();
      // Everything that follows from it without waiting.
      await new Promise((resolve) => setImmediate(resolve));
      check();
    }
  }

  get leaders(): readonly number[] {
    return this.elections.flatMap(({ leads }, index) => (leads ? [index] : []));
  }

  #later({ pauses }: Pick<Candidate, 'pauses'>, delay: number, run: () => void): void {
    const due = this.now + delay;
    const pause = pauses.find(([start, length]) => due >= start && due < start + length);
    const at = pause === undefined ? due : pause[0] + pause[1];
    this.#tasks.push({ at, run });
  }

  #store(candidate: Candidate): LeaseStore {
    const fates = [...candidate.fates];
    const reliable: CallFate = { there: 5, back: 5, lost: 'no' };
    const call = <T>(effect: () => T): Promise<T> => {
      const { there, back, lost } = fates.shift() ?? reliable;
      return new Promise((resolve, reject) => {
        const giveUp = () => reject(new Unavailable('Kubernetes', 'no answer'));
        this.#later(candidate, deadline, giveUp);
        if (lost === 'there') return;
        // The server is never paused: what was sent takes effect while its sender stands still.
        this.#later({ pauses: [] }, there, () => {
          const answer = attempt(effect);
          if (lost === 'no') this.#later(candidate, back, () => answer(resolve, reject));
        });
      });
    };
    return {
      read: () => call(() => this.record),
      write: (next, previous) =>
        call(() => {
          if (this.record?.version !== previous?.version) throw new Conflict('changed');
          this.#versions += 1;
          this.record = { ...next, version: `${this.#versions}` };
          return this.record;
        }),
    };
  }
}

function attempt<T>(effect: () => T) {
  try {
    const value = effect();
    return (resolve: (value: T) => void) => resolve(value);
  } catch (error) {
    return (_: unknown, reject: (error: unknown) => void) => reject(error);
  }
}
