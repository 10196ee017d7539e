/** Whole accounts to the archive and back, by the script beside Dovecot (charts/config/dovecot/store): TLS, certificates. */
import { connect } from 'node:tls';
import { Blocked, Unavailable } from '../errors.ts';
import type { ArchiveReceipt, Store } from '../ports.ts';

export type StoreOptions = {
  readonly host: string;
  readonly port: number;
  /** Name that its certificate has to have. @default host */
  readonly servername?: string;
  /** Read before every request, so that they may be renewed while the operator runs. */
  readonly ca: () => Promise<string>;
  readonly certificate: () => Promise<string>;
  readonly key: () => Promise<string>;
  /** RFC 3339: the time of an archive. */
  readonly now: () => string;
  /** Milliseconds for one request: half a gigabyte took 17 s. @default one hour */
  readonly deadline?: number;
  /** Runs right before a request is sent, and forbids it by throwing. */
  readonly beforeWrite?: () => void;
};

export class StoreClient implements Store {
  readonly #options: StoreOptions;

  constructor(options: StoreOptions) {
    this.#options = options;
  }

  async archive(account: string): Promise<ArchiveReceipt> {
    const answer = await this.#ask(`archive ${account}`);
    const [, messages, bytes, sha256] = /^(\d+) (\d+) ([0-9a-f]{64})$/.exec(answer) ?? [];
    if (sha256 === undefined) throw this.#failure(`answered with no receipt: ${answer.slice(0, 200)}`);
    return { at: this.#options.now(), messages: Number(messages), bytes: Number(bytes), sha256 };
  }

  async remove(account: string, { sha256 }: ArchiveReceipt): Promise<void> {
    await this.#ask(`remove ${account} ${sha256}`);
  }

  async discard(account: string): Promise<void> {
    await this.#ask(`discard ${account}`);
  }

  async restore(account: string, { sha256 }: ArchiveReceipt): Promise<void> {
    await this.#ask(`restore ${account} ${sha256}`);
  }

  async purge(account: string, { sha256 }: ArchiveReceipt): Promise<void> {
    await this.#ask(`purge ${account} ${sha256}`);
  }

  async copy(account: string, from: string): Promise<void> {
    await this.#ask(`copy ${account} ${from}`);
  }

  async seal(account: string): Promise<void> {
    await this.#ask(`seal ${account}`);
  }

  async unseal(account: string): Promise<void> {
    await this.#ask(`unseal ${account}`);
  }

  async place(account: string, from: string): Promise<void> {
    await this.#ask(`place ${account} ${from}`);
  }

  async retire(account: string): Promise<void> {
    await this.#ask(`retire ${account}`);
  }

  async collect(account: string, from: string): Promise<void> {
    await this.#ask(`collect ${account} ${from}`);
  }

  async clear(account: string): Promise<void> {
    await this.#ask(`clear ${account}`);
  }

  /** @returns what follows "ok" */
  async #ask(request: string): Promise<string> {
    const line = await this.#exchange(request);
    const [, kind, text = ''] = /^(ok|refused|failed)(?: (.*))?\n$/.exec(line) ?? [];
    if (kind === 'ok') return text;
    if (kind === 'refused') {
      const [reason = '', ...words] = text.split(' ');
      throw new Blocked(reason, words.join(' '));
    }
    throw this.#failure(kind === 'failed' ? text : `answered with ${JSON.stringify(line.slice(0, 200))}`);
  }

  async #exchange(request: string): Promise<string> {
    const { host, port, servername = host, deadline = 3_600_000, beforeWrite } = this.#options;
    const [ca, cert, key] = await Promise.all([
      this.#options.ca(),
      this.#options.certificate(),
      this.#options.key(),
    ]);
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port, ca, cert, key, servername, minVersion: 'TLSv1.3' });
      const fail = (error: Error) => {
        clearTimeout(timer);
        socket.destroy();
        reject(error instanceof Unavailable ? error : this.#failure(error.message, error));
      };
      const timer = setTimeout(() => fail(new Error(`gave no answer within ${deadline} ms`)), deadline);
      let answer = '';
      socket.setEncoding('utf8');
      socket.on('error', fail);
      socket.on('data', (text: string) => {
        answer += text;
      });
      socket.on('close', () => {
        clearTimeout(timer);
        resolve(answer);
      });
      socket.on('secureConnect', () => {
        try {
          beforeWrite?.();
          socket.write(`${request}\n`);
        } catch (error) {
          if (error instanceof Error) fail(error);
        }
      });
    });
  }

  #failure(what: string, cause?: unknown): Unavailable {
    const { host, port } = this.#options;
    return new Unavailable('Dovecot', `${host}:${port} ${what}`, cause);
  }
}
