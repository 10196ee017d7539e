/**
 * Tells people what is due, one notice after another beside the passes, at the rate that the site allows: a pass waits for
 * none of them. Each ends with a write to the directory, from which the next pass goes on. What failed is tried again.
 */
import type { NoticeTopic } from '../api/mailbox.ts';
import type { Resource } from '../api/resource.ts';
import { attribute } from '../core/layout.ts';
import { type DueNotice, keyOf, urgencyOf } from '../core/notices/due.ts';
import { type Composed, compose, hasOthers, rememberedAfter } from '../core/notices/message.ts';
import { type Readers, readersOf } from '../core/notices/readers.ts';
import { first } from '../core/observed.ts';
import type { Organizations } from '../core/organizations.ts';
import type { Site } from '../core/site.ts';
import { Conflict, Unavailable } from '../errors.ts';
import type { Clock, Cluster, Notices } from '../ports.ts';
import { backoff } from './loop.ts';
import type { RememberedDirectory } from './remembered-directory.ts';
import { turn } from './turn.ts';

export type OnNotice = (resource: Resource, topic: NoticeTopic, isSent: boolean) => void;

export type NoticeWorkerOptions = {
  readonly site: Site;
  readonly notices: Notices;
  readonly directory: RememberedDirectory;
  readonly cluster: Pick<Cluster, 'event'>;
  readonly clock: Clock;
  readonly report: { failure(what: string, error: Error): void };
  /** Writes for the resource of this UID while nobody else does. */
  readonly beside: (uid: string, write: () => Promise<void>) => Promise<void>;
  /** The entry of this DN remembers something new. */
  readonly onNoted: (dn: string) => void;
  readonly onNotice?: OnNotice;
  /** @default by the wall clock */
  readonly pause?: (milliseconds: number) => Promise<void>;
};

type Waiting = {
  due: DueNotice;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** The mail system has it, and the directory does not know. */
  sent?: Date;
  /** Refused for good: milliseconds since the epoch until which nobody asks again. */
  retryAt?: number;
};

/** What waits of one topic, for metrics. */
export type Backlog = { readonly count: number; readonly since: number };

/** Milliseconds until a notice that was refused is tried again, and the longest until any is while the mail system is away. */
const [patience, ceiling] = [3_600_000, 60_000];

/** Notices that come to nothing between two turns of the event loop. */
const atOnce = 100;

export class NoticeWorker {
  readonly #options: NoticeWorkerOptions;
  #waiting = new Map<string, Waiting>();
  /** The most urgent last. */
  #queue: Waiting[] = [];
  #organizations: Organizations | undefined;
  #readers: Readers | undefined;
  #running: Promise<void> | undefined;
  #failures = 0;
  #alarm: NodeJS.Timeout | undefined;
  #wake: () => void = () => undefined;
  #isStopped = false;

  constructor(options: NoticeWorkerOptions) {
    this.#options = options;
  }

  /** What is due by a look at everything, in place of what was due before; waits for nothing. */
  offer(due: readonly DueNotice[], organizations: Organizations): void {
    const before = this.#waiting;
    this.#waiting = new Map();
    this.#take(due, organizations, before);
  }

  /** What is due by a look at some, beside what waits. */
  add(due: readonly DueNotice[], organizations: Organizations): void {
    if (due.length > 0) this.#take(due, organizations, this.#waiting);
  }

  /** What is due and not sent, by topic. */
  get backlog(): ReadonlyMap<NoticeTopic, Backlog> {
    const backlog = new Map<NoticeTopic, Backlog>();
    for (const { due, since } of this.#waiting.values()) {
      const { topic } = due.matter;
      if (topic === 'room') continue;
      const known = backlog.get(topic);
      backlog.set(topic, { count: (known?.count ?? 0) + 1, since: Math.min(known?.since ?? since, since) });
    }
    return backlog;
  }

  /** Resolves when nothing is being sent. */
  async idle(): Promise<void> {
    await this.#running;
  }

  /** Lets the one under way end, and begins no other. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#forget();
    this.#wake();
    await this.idle();
  }

  #take(due: readonly DueNotice[], organizations: Organizations, before: ReadonlyMap<string, Waiting>): void {
    if (this.#isStopped) return;
    const now = this.#options.clock().getTime();
    for (const one of due) {
      const key = keyOf(one);
      const known = before.get(key);
      if (known !== undefined) known.due = one;
      this.#waiting.set(key, known ?? { due: one, since: now });
    }
    this.#organizations = organizations;
    this.#readers = undefined;
    this.#start();
  }

  #start(): void {
    clearTimeout(this.#alarm);
    this.#queue = [...this.#waiting.values()].sort((a, b) => urgencyOf(b.due) - urgencyOf(a.due));
    if (this.#queue.length === 0) return;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  async #run(): Promise<void> {
    const { site, pause = (milliseconds) => this.#sleep(milliseconds) } = this.#options;
    let silent = 0;
    for (let one = this.#queue.pop(); one !== undefined; one = this.#queue.pop()) {
      const started = performance.now();
      if (await this.#attempt(one)) {
        const rest = 60_000 / site.notices.perMinute - (performance.now() - started);
        if (this.#queue.length > 0) await pause(Math.max(0, rest));
      } else if (++silent % atOnce === 0) await turn();
    }
  }

  /** @returns whether the mail system was asked */
  async #attempt(one: Waiting): Promise<boolean> {
    const key = keyOf(one.due);
    if (this.#waiting.get(key) !== one) return false;
    try {
      const isAsked = await this.#tell(one, key);
      if (isAsked) this.#failures = 0;
      return isAsked;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.#failed(one, key, error);
      return true;
    }
  }

  async #tell(one: Waiting, key: string): Promise<boolean> {
    const { directory, clock, notices, onNotice } = this.#options;
    const { resource, entry, matter } = one.due;
    if (one.sent === undefined && directory.recall(entry.dn) !== entry) return false;
    if ((one.retryAt ?? 0) > clock().getTime()) return false;
    const composed = matter.topic === 'room' ? undefined : compose(this.#known(), one.due);
    if (matter.topic !== 'room' && one.sent === undefined) {
      if (composed === undefined) {
        if (!hasOthers(matter)) this.#waiting.delete(key);
        return false;
      }
      await notices.send(composed.notice);
      one.sent = clock();
    }
    await this.#note(one);
    this.#waiting.delete(key);
    this.#options.onNoted(entry.dn);
    if (matter.topic === 'room') return false;
    if (composed !== undefined) this.#tellEvent(resource, composed);
    onNotice?.(resource, matter.topic, true);
    return true;
  }

  /** Sent first and remembered afterwards: whoever dies in between sends it a second time, with the same Message-ID. */
  #note({ due, sent }: Waiting): Promise<void> {
    const { directory, clock, beside } = this.#options;
    const { dn } = due.entry;
    const owner = first(due.entry, attribute.ownerUid) ?? '';
    return beside(due.resource.metadata.uid, async () => {
      const entry = directory.recall(dn);
      if (entry === undefined) return;
      const values = rememberedAfter(due, entry, sent ?? clock());
      await directory.modify(dn, owner, [{ attribute: attribute.notice, values }]);
    });
  }

  #tellEvent(resource: Resource, { notice, summary }: Composed): void {
    const message = `told ${notice.to.join(' and ')}: ${summary}`;
    this.#options.cluster.event(resource, {
      type: 'Normal',
      reason: 'NoticeSent',
      action: 'Notify',
      message,
    });
  }

  #failed(one: Waiting, key: string, error: Error): void {
    const { report, onNotice, clock } = this.#options;
    const { resource, matter } = one.due;
    // Who has the Lease next looks again.
    if (error instanceof Unavailable && error.part === 'Lease') {
      this.#forget();
      return;
    }
    // It is another's by now: the next pass knows.
    if (error instanceof Conflict) {
      this.#waiting.delete(key);
      return;
    }
    const { namespace, name } = resource.metadata;
    report.failure(`notice to ${namespace}/${name}`, error);
    if (matter.topic !== 'room') onNotice?.(resource, matter.topic, false);
    if (error instanceof Unavailable) this.#wait();
    // Refused for good, or a defect that this one brings out: the others do not wait for it.
    else one.retryAt = clock().getTime() + patience;
  }

  /** The next one would fail in the same way. */
  #wait(): void {
    this.#queue = [];
    this.#failures += 1;
    clearTimeout(this.#alarm);
    this.#alarm = setTimeout(() => this.#start(), backoff(this.#failures, 0, ceiling)).unref();
  }

  #forget(): void {
    clearTimeout(this.#alarm);
    this.#queue = [];
    this.#waiting.clear();
  }

  #known(): Readers {
    const { site, clock, directory } = this.#options;
    const organizations = this.#organizations;
    if (organizations === undefined) throw new Error('nothing was offered');
    const recall = (dn: string) => directory.recall(dn);
    this.#readers ??= readersOf({ site, now: clock(), recall }, organizations, directory.known);
    return this.#readers;
  }

  async #sleep(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
