import { setTimeout as sleep } from 'node:timers/promises';
import { type KubeConfig, Watch } from '@kubernetes/client-node';
import { type Copied, Copy } from './copy.ts';

/** One page of a list, in the objects' full form. */
export type Page = {
  readonly items: readonly unknown[];
  readonly resourceVersion: string;
  readonly next?: string;
};

/** What one informer follows: one kind in one namespace. */
export type Source<T extends Copied> = {
  /** For reports and metrics, such as `mailboxes in soc-trang-accounts`. */
  readonly name: string;
  readonly path: string;
  readonly fieldSelector?: string;
  listPage(next: string | undefined): Promise<Page>;
  trim(object: unknown): T;
};

/** Times in milliseconds; the defaults are `defaultPace`. */
export type Pace = {
  /** A watch that carries neither event nor bookmark for this long is dead: it is cut and everything listed again. */
  readonly silenceMs: number;
  /** A whole new list this often (±10 %), whatever the watch says. */
  readonly relistMs: number;
  readonly firstBackoffMs: number;
  readonly maxBackoffMs: number;
};

export const defaultPace: Pace = {
  silenceMs: 25_000,
  relistMs: 600_000,
  firstBackoffMs: 200,
  maxBackoffMs: 4_000,
};

/** Told of everything that went wrong and was survived; `where` names the part. */
export type Report = (where: string, error: unknown) => void;

export type InformerCounters = {
  readonly restarts: number;
  readonly events: number;
  /** Seconds since the API server was last heard, Infinity when it never was. */
  readonly silentSeconds: number;
};

/**
 * Keeps a trimmed copy of one kind in one namespace. On client-node's raw Watch, because its ListWatch lists unpaged,
 * asks no bookmarks, stops for good at the first error and lets a throwing handler kill the process. Here any failure
 * ends in a new list, compared with what is cached, so that no change and no deletion is missed.
 */
export class Informer<T extends Copied> {
  readonly #config: KubeConfig;
  readonly #source: Source<T>;
  readonly #pace: Pace;
  readonly #report: Report;
  readonly #copy: Copy<T>;
  readonly #onChange: (name?: string) => void;
  readonly #stop = new AbortController();
  #version = '';
  #hasSynced = false;
  #lastSeen = Number.NEGATIVE_INFINITY;
  #restarts = 0;
  #events = 0;
  #failuresInRow = 0;

  /** @param onChange called after every change of the copy, with the object's name where it is one; it must not throw */
  constructor(
    config: KubeConfig,
    source: Source<T>,
    pace: Pace,
    report: Report,
    onChange: (name?: string) => void,
  ) {
    this.#config = config;
    this.#source = source;
    this.#pace = pace;
    this.#report = report;
    this.#copy = new Copy(onChange);
    this.#onChange = onChange;
  }

  get name(): string {
    return this.#source.name;
  }

  /** Whether one list was complete since the start. */
  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  get objects(): Iterable<T> {
    return this.#copy.objects;
  }

  get(name: string): T | undefined {
    return this.#copy.get(name);
  }

  counters(): InformerCounters {
    const silentSeconds = (performance.now() - this.#lastSeen) / 1000;
    return { restarts: this.#restarts, events: this.#events, silentSeconds };
  }

  /** Lists and watches until `stop`; never rejects. */
  async run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await this.#listAndWatch();
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        this.#restarts++;
        this.#report(`informer of ${this.name}`, error);
        const step = Math.min(this.#pace.firstBackoffMs * 2 ** this.#failuresInRow, this.#pace.maxBackoffMs);
        this.#failuresInRow++;
        await sleep(step * (0.5 + Math.random() / 2), undefined, { signal: this.#stop.signal }).catch(
          () => {},
        );
      }
    }
  }

  stop(): void {
    this.#stop.abort();
  }

  /**
   * Makes a write of ours to an object of this kind, see `Copy.duringWrite`.
   * @param write gives what the API server answered, or undefined when the object was gone already
   */
  async duringWrite(name: string, write: () => Promise<unknown>): Promise<T | undefined> {
    return this.#copy.duringWrite(name, async () => {
      const answer = await write();
      return answer === undefined ? undefined : this.#source.trim(answer);
    });
  }

  async #listAndWatch(): Promise<void> {
    await this.#list();
    const relistAt = performance.now() + this.#pace.relistMs * (0.9 + Math.random() / 5);
    while (!this.#stop.signal.aborted && performance.now() < relistAt) {
      const startedAt = performance.now();
      const seenBefore = this.#events;
      await this.#watch();
      this.#failuresInRow = 0;
      const wasUseless = this.#events === seenBefore && performance.now() - startedAt < 1000;
      if (wasUseless) throw new Error('the watch ended as soon as it began');
    }
  }

  async #list(): Promise<void> {
    const found = new Map<string, T>();
    let page: Page | undefined;
    do {
      page = await this.#source.listPage(page?.next);
      this.#lastSeen = performance.now();
      for (const item of page.items) {
        const object = this.#copy.known(this.#source.trim(item));
        found.set(object.metadata.name, object);
      }
    } while (page.next !== undefined && !this.#stop.signal.aborted);
    if (this.#stop.signal.aborted) return;
    this.#version = page.resourceVersion;
    const isFirst = !this.#hasSynced;
    this.#hasSynced = true;
    this.#copy.replaceAll(found);
    // An empty first list is news too: from now on there are snapshots.
    if (isFirst && found.size === 0) this.#onChange();
  }

  /** One watch from the version reached; resolves when the server ends it in order. */
  async #watch(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let request: AbortController | undefined;
    let isOver = false;
    const silence = setTimeout(() => {
      reject(new Error(`nothing heard for ${this.#pace.silenceMs / 1000} s`));
    }, this.#pace.silenceMs);
    const stopped = (): void => resolve();
    this.#stop.signal.addEventListener('abort', stopped);
    const heard = (phase: string, object: unknown): void => {
      if (isOver) return;
      silence.refresh();
      this.#lastSeen = performance.now();
      try {
        this.#take(phase, object);
      } catch (error) {
        // Thrown from here it would be swallowed: client-node takes it for a line that is no JSON.
        reject(error);
      }
    };
    const done = (error: unknown): void => (error ? reject(error) : resolve());
    // The server ends each watch in order before silence is suspected; on a quiet kind that is the only sign of life,
    // as it sends no bookmark where no version has moved.
    const query = {
      resourceVersion: this.#version,
      allowWatchBookmarks: true,
      timeoutSeconds: Math.max(1, Math.floor((this.#pace.silenceMs / 1000) * 0.8)),
      ...(this.#source.fieldSelector === undefined ? {} : { fieldSelector: this.#source.fieldSelector }),
    };
    new Watch(this.#config).watch(this.#source.path, query, heard, done).then((controller) => {
      request = controller;
      if (isOver) controller.abort();
    }, reject);
    try {
      await promise;
      this.#lastSeen = performance.now();
    } finally {
      isOver = true;
      clearTimeout(silence);
      this.#stop.signal.removeEventListener('abort', stopped);
      request?.abort();
    }
  }

  /** One line of the watch. @throws Error on an ERROR line (410 among them) and on what is no object */
  #take(phase: string, object: unknown): void {
    if (phase === 'ERROR') {
      const { code, message } = object as { code?: number; message?: string };
      throw new Error(`the watch ended with ${code ?? 'an error'}: ${message ?? ''}`);
    }
    this.#events++;
    if (phase === 'BOOKMARK') {
      this.#version = (object as { metadata: { resourceVersion: string } }).metadata.resourceVersion;
      return;
    }
    const next = this.#source.trim(object);
    this.#version = next.metadata.resourceVersion;
    if (phase === 'DELETED') this.#copy.delete(next.metadata.name);
    else this.#copy.put(next);
  }
}
