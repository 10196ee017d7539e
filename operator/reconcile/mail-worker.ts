/**
 * Carries out what `mailWork` and `moveTasks` decide, one step at a time beside the passes, since an account of gigabytes takes minutes.
 * Nothing is remembered: each step ends with a write to the directory, from which the next pass goes on. A step that
 * failed is told, and tried again after a while.
 */
import { formatDiscarded, formatReceipt } from '../core/archive.ts';
import type { HeldArchives } from '../core/archive-retention.ts';
import { attribute } from '../core/layout.ts';
import { type MailTask, remembered } from '../core/mail-work.ts';
import type { MoveTask } from '../core/moves.ts';
import { rfc3339 } from '../core/time.ts';
import { Blocked, Conflict, Unavailable } from '../errors.ts';
import type { Clock } from '../ports.ts';
import { writeFirst } from './apply.ts';
import { backoff } from './loop.ts';
import { isMove, type Movers, moveStep } from './move-step.ts';

export type MailWorkerOptions = Movers & {
  readonly clock: Clock;
  /** The directory has changed, or what failed may be tried again: another pass shall look. */
  readonly onChange: () => void;
  readonly onStep: (task: Task, error?: Error) => void;
};

type Task = MailTask | MoveTask;

/** Longest wait in milliseconds before a step that failed is tried again. */
const ceiling = 600_000;

type Failure = { readonly error: Error; readonly count: number; readonly retryAt: number };

export class MailWorker {
  readonly #options: MailWorkerOptions;
  readonly #failures = new Map<string, Failure>();
  #queue: readonly Task[] = [];
  #current: Task | undefined;
  #running: Promise<void> | undefined;
  #alarm: NodeJS.Timeout | undefined;
  #isDue = true;
  #held: HeldArchives = { count: 0 };
  #isStopped = false;

  constructor(options: MailWorkerOptions) {
    this.#options = options;
  }

  /** Why the last step for an account failed, while that is so. */
  problem(account: string): Error | undefined {
    return this.#failures.get(account)?.error;
  }

  /** Shall the next pass say what is to be done? Others need not look: what is open now is not closed long enough. */
  get isDue(): boolean {
    return this.#isDue;
  }

  due(): void {
    this.#isDue = true;
  }

  /** How many steps wait, the one under way included. */
  get waiting(): number {
    return this.#queue.length + (this.#current === undefined ? 0 : 1);
  }

  /** Archives whose retention has ended, and that are so many that a person has to say so. */
  get held(): HeldArchives {
    return this.#held;
  }

  /** Takes the steps of a pass in place of those of the pass before; waits for none of them. */
  offer(tasks: readonly Task[], held: HeldArchives): void {
    if (this.#isStopped) return;
    this.#held = held;
    this.#isDue = false;
    const accounts = new Set(tasks.map(({ account }) => account));
    for (const account of this.#failures.keys()) if (!accounts.has(account)) this.#failures.delete(account);
    const now = performance.now();
    this.#queue = tasks.filter(
      ({ account }) =>
        account !== this.#current?.account && (this.#failures.get(account)?.retryAt ?? now) <= now,
    );
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /** Resolves when no step is under way. */
  async idle(): Promise<void> {
    await this.#running;
  }

  /** Lets the step under way end, and begins no other. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#queue = [];
    clearTimeout(this.#alarm);
    await this.idle();
  }

  async #run(): Promise<void> {
    for (;;) {
      const [task, ...rest] = this.#queue;
      if (task === undefined) return;
      this.#queue = rest;
      this.#current = task;
      try {
        await this.#step(task);
        this.#failures.delete(task.account);
        this.#options.onStep(task);
        this.#again();
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        if (error instanceof Unavailable && error.part === 'Lease') this.#pause();
        // Somebody else has the account by now: the next pass knows.
        else if (error instanceof Conflict) this.#again();
        else this.#fail(task, error);
      } finally {
        this.#current = undefined;
      }
    }
  }

  /** Without the lease nothing is done; who has it again looks again. */
  #pause(): void {
    this.#queue = [];
    this.#isDue = true;
  }

  #fail(task: Task, error: Error): void {
    const count = (this.#failures.get(task.account)?.count ?? 0) + 1;
    const delay = backoff(count, 0, ceiling);
    this.#failures.set(task.account, { error, count, retryAt: performance.now() + delay });
    this.#options.onStep(task, error);
    clearTimeout(this.#alarm);
    this.#alarm = setTimeout(() => this.#again(), delay + 1).unref();
  }

  #again(): void {
    this.#isDue = true;
    this.#options.onChange();
  }

  async #step(task: Task): Promise<void> {
    if (isMove(task)) return moveStep(this.#options, task);
    const { directory, clock } = this.#options;
    const { account, dn, ownerUid, host } = task;
    const store = this.#options.store(host);
    const note = (...values: readonly string[]) =>
      directory.modify(dn, ownerUid, [{ attribute: attribute.archive, values }]);
    switch (task.kind) {
      case 'mark':
        return note(formatDiscarded(rfc3339(clock())));
      case 'archive':
        return note(formatReceipt(await store.archive(account)));
      case 'restore':
        await store.restore(account, task.receipt);
        return note();
      case 'expire':
        // Who it was is forgotten with it: nobody is given back what is about to go.
        return directory.modify(dn, ownerUid, [
          ...remembered.map((name) => ({ attribute: name, values: [] })),
          { attribute: attribute.archive, values: [formatReceipt(task.receipt, 'expired')] },
        ]);
      case 'purge':
        await store.purge(account, task.receipt);
        return note();
      case 'discard':
        await store.discard(account);
        for (const write of task.first) await writeFirst(directory, write);
        return directory.remove(dn, ownerUid);
      case 'remove':
        try {
          await store.remove(account, task.receipt);
        } catch (error) {
          // Mail came after the archive: it is archived anew.
          if (error instanceof Blocked && error.reason === 'ArchiveDiffers') await note();
          throw error;
        }
        if (task.first === undefined) return note(formatReceipt(task.receipt, 'removed'));
        for (const write of task.first) await writeFirst(directory, write);
        return directory.remove(dn, ownerUid);
    }
  }
}
