/**
 * Carries decisions out: many at once, each resource by one writer at a time, what takes access away before anything
 * else. A decision that has not begun may still be dropped for a newer one.
 */
import type { Desired } from '../core/desired.ts';
import { type Change, removesAccess, waitsForSessions } from '../core/plan.ts';
import type { Site } from '../core/site.ts';
import type { Outcome } from '../core/status.ts';
import type { Problem } from '../core/verdict.ts';
import { Conflict } from '../errors.ts';
import type { Clock, Cluster, Directory, DirectoryEntry, Sessions } from '../ports.ts';
import { type Applied, applyOne } from './apply.ts';
import { type EndedMail, withUnrestored } from './ended-mail.ts';
import type { Report } from './pass.ts';
import type { Patience } from './patience.ts';
import { emptyTally, note, type Tally } from './results.ts';
import { endSessions } from './sessions.ts';
import { hearsOfSessions, idleOutcome, settleOne, type Usage } from './settle.ts';
import { isOfOneResource } from './tell-waiting.ts';
import { atOnce, type Priority, priority, Writers } from './writers.ts';

/** A resource for which there is something to do. */
export type Task = {
  readonly desired: Desired;
  /** What is to be written to the directory. */
  readonly write?: Change;
  /** What its status tells unless the write fails; what came of the write where this is absent. */
  readonly outcome?: Outcome;
  /** There is no resource any more that could be told. */
  readonly isGone?: boolean;
  /** A resource whose deletion was rejected may go only when nothing else of that plan is open. */
  readonly letGo: boolean;
};

export type CarrierOptions = {
  readonly site: Site;
  readonly cluster: Cluster;
  readonly directory: Directory;
  readonly sessions: Sessions;
  readonly usage?: Usage;
  readonly mail?: EndedMail;
  readonly clock: Clock;
  readonly patience?: Patience;
  readonly report: Report;
  /** Told when a task is over, whatever came of it. */
  readonly onOver: (task: Task, applied: Applied | undefined) => void;
};

/** Milliseconds for which the bulk goes on at least, so that it comes to an end however often all is decided anew. */
const grace = 5_000;

type Job = {
  readonly task: Task;
  state: 'waiting' | 'underWay' | 'dropped';
  /** Those who wait for its end; made when there is one, because a province of promises takes room. */
  awaited?: PromiseWithResolvers<void>;
};

export class Carrier {
  readonly #options: CarrierOptions;
  readonly #writers = new Writers();
  /** By UID of the resource. */
  readonly #jobs = new Map<string, Job>();
  readonly #rounds = new Set<Promise<unknown>>();
  /** Writes beside the rounds, by UID of the resource. */
  readonly #beside = new Map<string, Promise<void>>();
  #bulkSince = 0;
  /** Whether somebody wants all to be decided anew. */
  #wanted: 'no' | 'soon' | 'now' = 'no';

  constructor(options: CarrierOptions) {
    this.#options = options;
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await Promise.allSettled([...this.#rounds]);
  }

  /** Drops what waits for this resource; resolves when what is under way for it is over, undefined if nothing is. */
  supersede(uid: string): Promise<void> | undefined {
    const job = this.#jobs.get(uid);
    if (job?.state === 'waiting') job.state = 'dropped';
    return this.#underWay(uid);
  }

  /** Writes for a resource beside the rounds, and never while one of them does. Settles as `write` does. */
  async beside(uid: string, write: () => Promise<void>): Promise<void> {
    for (let other = this.#underWay(uid); other !== undefined; other = this.#underWay(uid)) await other;
    const end = Promise.withResolvers<void>();
    this.#beside.set(uid, end.promise);
    try {
      await write();
    } finally {
      this.#beside.delete(uid);
      end.resolve();
    }
  }

  /** Resolves when what is under way for a resource is over. */
  #underWay(uid: string): Promise<void> | undefined {
    const job = this.#jobs.get(uid);
    if (job?.state !== 'underWay') return this.#beside.get(uid);
    job.awaited ??= Promise.withResolvers<void>();
    return job.awaited.promise;
  }

  /** Drops what waits of the bulk, at once or when it had its time. Holds for what comes until `readAnew`. */
  interrupt(atOnce: boolean): void {
    if (atOnce) this.#wanted = 'now';
    else if (this.#wanted === 'no') this.#wanted = 'soon';
  }

  /** What was wanted is about to happen. */
  readAnew(): void {
    this.#wanted = 'no';
  }

  /**
   * @param tasks are taken out of the list, so that what is done takes no memory while the rest of a province waits
   * @param entries whose open sessions are ended where they may not log in
   * @throws what ends all writing, such as a lost Lease; what waits is dropped then
   */
  carryOut(tasks: Task[], at: Priority, entries: readonly DirectoryEntry[] | undefined): Promise<Tally> {
    const round = this.#carryOut(tasks, at, entries);
    this.#rounds.add(round);
    return round.finally(() => this.#rounds.delete(round));
  }

  async #carryOut(
    tasks: Task[],
    at: Priority,
    entries: readonly DirectoryEntry[] | undefined,
  ): Promise<Tally> {
    const round = emptyTally();
    if (at === priority.bulk) this.#bulkSince = performance.now();
    const open = new Set(tasks.splice(0).map((task) => this.#enlist(task)));
    const hearing = [...open].filter(hears);
    const others = [...open].filter((job) => !hears(job)).reverse();
    let hasFailed = false;
    try {
      const applied = new Map<Job, Applied>();
      const apply = async (job: Job): Promise<void> => {
        const { task } = job;
        if (task.write === undefined || applied.has(job)) return;
        const result = await applyOne(this.#options, task.write);
        applied.set(job, result);
        note(round, result);
      };
      // Access is taken away first. Nobody's sessions wait for grants then, and no grant for a Dovecot that does not answer.
      await Promise.all(hearing.filter(revokes).map((job) => this.#run(job, priority.revoke, round, apply)));
      const ended = this.#endSessions(entries, [...applied.values()]);
      const settle = async (job: Job, unended?: Problem): Promise<void> =>
        this.#settle(job.task, applied.get(job), unended, round);
      const finish = async (job: Job): Promise<void> => {
        if (!hears(job)) {
          await this.#run(job, at, round, async () => {
            await apply(job);
            await settle(job);
          });
        } else {
          const isAfter = job.task.write !== undefined && waitsForSessions(job.task.write);
          if (!isAfter) await this.#run(job, at, round, apply);
          const unended = await ended;
          if (isAfter && unended === undefined) await this.#run(job, at, round, apply);
          await this.#run(job, at, round, () => settle(job, unended));
        }
        this.#over(job, applied.get(job));
        open.delete(job);
        applied.delete(job);
      };
      // What hears of sessions keeps nobody waiting. Of the rest, a few are begun at a time: each costs memory.
      const finishSome = async (): Promise<void> => {
        for (let job = others.pop(); job !== undefined; job = others.pop()) {
          if (hasFailed) return;
          await finish(job);
        }
      };
      await Promise.all([ended, ...hearing.map(finish), ...Array.from({ length: atOnce }, finishSome)]);
      if ((await ended) !== undefined) round.failures += 1;
      return round;
    } catch (error) {
      hasFailed = true;
      this.#writers.drop();
      await this.#writers.idle();
      for (const job of open) this.#end(job);
      throw error;
    }
  }

  #endSessions(
    entries: readonly DirectoryEntry[] | undefined,
    applied: readonly Applied[],
  ): Promise<Problem | undefined> {
    const ended =
      entries === undefined ? Promise.resolve(undefined) : endSessions(this.#options, entries, applied);
    // Looked at when the tasks are over; a round that failed before does not look.
    ended.catch(() => undefined);
    return ended;
  }

  #enlist(task: Task): Job {
    const job: Job = { task, state: 'waiting' };
    this.#jobs.set(task.desired.resource.metadata.uid, job);
    return job;
  }

  /** Works on a job that was not dropped, when a writer is free. */
  async #run(job: Job, at: Priority, round: Tally, work: (job: Job) => Promise<void>): Promise<void> {
    await this.#writers.run(at, async () => {
      if (job.state === 'waiting' && at === priority.bulk && this.#stopsBulk()) {
        job.state = 'dropped';
        round.interrupted = true;
      }
      if (job.state === 'dropped') return;
      job.state = 'underWay';
      const beside = this.#beside.get(job.task.desired.resource.metadata.uid);
      if (beside !== undefined) await beside;
      await work(job);
    });
  }

  #stopsBulk(): boolean {
    return this.#wanted === 'now' || (this.#wanted === 'soon' && performance.now() - this.#bulkSince > grace);
  }

  async #settle(
    task: Task,
    applied: Applied | undefined,
    unended: Problem | undefined,
    round: Tally,
  ): Promise<void> {
    const { desired } = task;
    if (task.isGone === true) return;
    const told = unended === undefined ? desired : { ...desired, problems: [unended, ...desired.problems] };
    const { resource } = desired;
    try {
      const outcome = outcomeOf(task, applied);
      const written = await settleOne(
        this.#options,
        withUnrestored(told, this.#options.mail),
        outcome,
        task.letGo,
      );
      if (written === 'status') round.statusWrites += 1;
      if (written === 'release') round.released += 1;
    } catch (error) {
      if (!isOfOneResource(error)) throw error;
      // A write that loses against a newer version of its resource is made again when that is looked at.
      if (error instanceof Conflict) round.conflicts += 1;
      else {
        round.failures += 1;
        const { namespace, name } = resource.metadata;
        this.#options.report.failure(`status of ${resource.kind} ${namespace}/${name}`, error);
      }
    }
  }

  #over(job: Job, applied: Applied | undefined): void {
    if (job.state !== 'dropped') this.#options.onOver(job.task, applied);
    this.#end(job);
  }

  /** Whoever waits for the job need not wait any longer. */
  #end(job: Job): void {
    const { uid } = job.task.desired.resource.metadata;
    if (this.#jobs.get(uid) === job) this.#jobs.delete(uid);
    job.awaited?.resolve();
  }
}

function hears(job: Job): boolean {
  const { desired, write } = job.task;
  return revokes(job) || hearsOfSessions(desired) || (write !== undefined && waitsForSessions(write));
}

function revokes({ task: { write } }: Job): boolean {
  return write !== undefined && removesAccess(write);
}

function outcomeOf({ desired, outcome }: Task, applied: Applied | undefined): Outcome {
  if (applied?.problem !== undefined)
    return { kind: 'failed', change: applied.change, problem: applied.problem };
  return (
    outcome ??
    (applied === undefined ? idleOutcome(desired, false) : { kind: 'done', change: applied.change })
  );
}
