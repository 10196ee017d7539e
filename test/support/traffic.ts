/** People who write, are written to and read without a pause, and what they notice: nothing may be lost or doubled, and a client tries again. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Person } from '../e2e/support/person.ts';

/** One kind of work, done over and over; what fails is tried again until it succeeds. */
export type Work = {
  readonly name: string;
  /** @throws when it did not succeed and has to be tried again */
  readonly once: () => Promise<void>;
};

/** What one kind of work noticed. */
export type Noticed = {
  readonly name: string;
  readonly done: number;
  /** How many of those did not succeed at once, and what they tried again. */
  readonly interrupted: number;
  readonly retries: number;
  /** Of the one that waited longest, until it succeeded. */
  readonly longestSeconds: number;
  /** Different reasons, shortened. */
  readonly reasons: readonly string[];
};

/** Between two pieces of work, and before another try: a mail program waits no less. */
const pauseMs = 1_000;
const retryMs = 5_000;

/** Does each kind of work until it is stopped; then tells what was noticed. */
export class Traffic {
  readonly #streams: readonly Promise<Noticed>[];
  #isStopped = false;

  constructor(works: readonly Work[]) {
    this.#streams = works.map((work) => this.#stream(work));
  }

  /** What is under way comes to its end. */
  async stop(): Promise<readonly Noticed[]> {
    this.#isStopped = true;
    return Promise.all(this.#streams);
  }

  async #stream({ name, once }: Work): Promise<Noticed> {
    const reasons = new Set<string>();
    let [done, interrupted, retries, longestSeconds] = [0, 0, 0, 0];
    while (!this.#isStopped) {
      const started = performance.now();
      for (let tries = 0; !(await succeeds(once, reasons)); tries += 1) {
        if (tries === 0) interrupted += 1;
        retries += 1;
        await sleep(retryMs);
      }
      longestSeconds = Math.max(longestSeconds, (performance.now() - started) / 1000);
      done += 1;
      await sleep(pauseMs);
    }
    return { name, done, interrupted, retries, longestSeconds, reasons: [...reasons] };
  }
}

async function succeeds(once: Work['once'], reasons: Set<string>): Promise<boolean> {
  try {
    await once();
    return true;
  } catch (error) {
    reasons.add((error instanceof Error ? error.message : String(error)).split('\n')[0]?.slice(0, 90) ?? '');
    return false;
  }
}

/** Letters to one person, known by their Message-IDs; one that is sent again is the same letter. */
export class Letters {
  readonly #to: Person;
  readonly #run = Date.now().toString(36);
  readonly #accepted = new Set<string>();

  constructor(to: Person) {
    this.#to = to;
  }

  /**
   * @param senders take turns
   * @param send hands one over; when it returns the letter is accepted
   */
  work<T extends { readonly address: string }>(
    name: string,
    senders: readonly [T, ...T[]],
    send: (raw: Buffer, sender: T) => Promise<void>,
  ): Work {
    let count = 0;
    return {
      name,
      once: async () => {
        const sender = senders[count % senders.length] ?? senders[0];
        const id = `<${name.replaceAll(' ', '-')}.${count}.${this.#run}@example.vn>`;
        const headers = [
          `Message-ID: ${id}`,
          `Date: ${new Date().toUTCString()}`,
          `From: ${sender.address}`,
          `To: ${this.#to.address}`,
          `Subject: Cong van so ${count}`,
        ];
        await send(Buffer.from(`${headers.join('\r\n')}\r\n\r\nKinh gui: ong ba. So ${count}.\r\n`), sender);
        this.#accepted.add(id);
        count += 1;
      },
    };
  }

  get count(): number {
    return this.#accepted.size;
  }

  /** Every accepted letter that is not there exactly once, as lines; waits for those that are on their way. */
  async wrong(withinMs = 240_000): Promise<readonly string[]> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const copies = await this.#copies();
      const lost = [...this.#accepted].filter((id) => !copies.has(id));
      if (lost.length > 0 && performance.now() < deadline) {
        await sleep(1_000);
        continue;
      }
      const doubled = [...copies].filter(([, count]) => count > 1);
      return [
        ...lost.map((id) => `${id}: accepted, and not there`),
        ...doubled.map(([id, count]) => `${id}: there ${count} times`),
      ];
    }
  }

  /** How often each letter of this run lies in the mailbox, Junk included. */
  async #copies(): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    await this.#to.imap(async (client) => {
      for (const folder of ['INBOX', 'Junk']) {
        await client.mailboxOpen(folder);
        if (client.mailbox === false || client.mailbox.exists === 0) continue;
        for (const { envelope } of await client.fetchAll('1:*', { envelope: true })) {
          const id = envelope?.messageId ?? '';
          if (id.includes(`.${this.#run}@`)) counts.set(id, (counts.get(id) ?? 0) + 1);
        }
      }
    });
    return counts;
  }
}

/** One line of a table. */
export function noticedRow({ name, done, interrupted, retries, longestSeconds }: Noticed): string {
  return `| ${name} | ${done} | ${interrupted} | ${retries} | ${longestSeconds.toFixed(0)} |`;
}
