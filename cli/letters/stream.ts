/** What the script `charts/config/dovecot/export` prints, letter by letter. */
import { Failed } from '../failure.ts';

/** A letter as the store has it. */
export type Letter = {
  /** Folder and name on the disk (Maildir++). */
  readonly folder: string;
  readonly name: string;
  /** When it was received. */
  readonly received: Date;
  readonly content: Buffer;
};

/**
 * @param chunks standard output of the script
 * @throws Failed when it ends before the script said how many there are, or there are others than it says
 */
export async function* lettersIn(chunks: AsyncIterable<Buffer>): AsyncGenerator<Letter> {
  const reader = new Reader(chunks);
  for (let count = 0; ; count += 1) {
    const line = await reader.line();
    const [, total] = /^end (\d+)$/.exec(line) ?? [];
    if (total !== undefined && Number(total) === count) return;
    const [size, seconds, folder, name] = line.split('\t');
    if (name === undefined || folder === undefined || !/^\d+$/.test(size ?? ''))
      throw new Failed(`the mail store answered with no letter: ${line.slice(0, 200)}`);
    yield {
      folder,
      name,
      received: new Date(Number(seconds) * 1000),
      content: await reader.bytes(Number(size)),
    };
  }
}

class Reader {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  async line(): Promise<string> {
    let end = this.#rest.indexOf(10);
    while (end < 0) {
      this.#rest = Buffer.concat([this.#rest, await this.#more()]);
      end = this.#rest.indexOf(10);
    }
    return this.#take(end + 1)
      .subarray(0, end)
      .toString('utf8');
  }

  async bytes(count: number): Promise<Buffer> {
    const parts = [this.#rest];
    let length = this.#rest.length;
    while (length < count) {
      const part = await this.#more();
      parts.push(part);
      length += part.length;
    }
    this.#rest = Buffer.concat(parts);
    return this.#take(count);
  }

  #take(count: number): Buffer {
    const taken = this.#rest.subarray(0, count);
    this.#rest = this.#rest.subarray(count);
    return taken;
  }

  async #more(): Promise<Buffer> {
    const { value, done } = await this.#chunks.next();
    if (done === true) throw new Failed('the mail store broke off before the last letter');
    return value;
  }
}
