/** Open sessions over Dovecot's HTTP API (doveadm): TLS, and a key that allows `who` and `kick` alone. */
import { request } from 'node:https';
import { Unavailable } from '../errors.ts';
import type { Sessions } from '../ports.ts';

export type DoveadmOptions = {
  readonly host: string;
  readonly port: number;
  /** Both are read before every call, so that they may be renewed while the operator runs. */
  readonly ca: () => Promise<string>;
  readonly key: () => Promise<string>;
  /** Milliseconds for one call. @default 5000 */
  readonly deadline?: number;
  /** Runs right before sessions are ended, and forbids it by throwing. */
  readonly beforeWrite?: () => void;
};

type Command = readonly [name: 'who' | 'kick', parameters: object, tag: string];

/** Services of people; `who` names deliveries and the indexer as well. */
const ofPeople = new Set<unknown>(['imap', 'pop3', 'managesieve']);

export class DoveadmSessions implements Sessions {
  readonly #options: DoveadmOptions;

  constructor(options: DoveadmOptions) {
    this.#options = options;
  }

  async open(): Promise<readonly string[]> {
    const [sessions] = await this.#run([['who', {}, 'who']]);
    if (!Array.isArray(sessions)) throw this.#failure('answered "who" with no list');
    const names = sessions
      .filter(({ service }: Record<string, unknown>) => ofPeople.has(service))
      .map(({ username }: Record<string, unknown>) => String(username));
    return [...new Set(names)];
  }

  async end(names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    await this.#run(
      names.map((name, index) => ['kick', { mask: [name] }, `${index}`]),
      this.#options.beforeWrite,
    );
  }

  /** @returns what each command gave, in their order */
  async #run(commands: readonly Command[], before?: () => void): Promise<readonly unknown[]> {
    const text = await this.#post(JSON.stringify(commands), before);
    let answers: unknown;
    try {
      answers = JSON.parse(text);
    } catch (error) {
      throw this.#failure('answered with no JSON', error);
    }
    if (!Array.isArray(answers) || answers.length !== commands.length) {
      throw this.#failure(`answered ${commands.length} commands with ${text.slice(0, 200)}`);
    }
    return answers.map(([kind, result]: [string, unknown]) => {
      if (kind !== 'doveadmResponse') throw this.#failure(`refused: ${JSON.stringify(result)}`);
      return result;
    });
  }

  async #post(body: string, before?: () => void): Promise<string> {
    const { host, port, deadline = 5_000 } = this.#options;
    const [ca, key] = await Promise.all([this.#options.ca(), this.#options.key()]);
    before?.();
    const headers = {
      authorization: `X-Dovecot-API ${Buffer.from(key).toString('base64')}`,
      'content-type': 'application/json',
    };
    // A connection of its own for each call: Dovecot closes idle ones, and a reused one would fail now and then.
    const options = { host, port, path: '/doveadm/v1', method: 'POST', ca, headers, agent: false };
    return new Promise((resolve, reject) => {
      const signal = AbortSignal.timeout(deadline);
      const fail = (error: Error) =>
        reject(this.#failure(signal.aborted ? `gave no answer within ${deadline} ms` : error.message, error));
      const call = request({ ...options, signal }, (response) => {
        const chunks: Buffer[] = [];
        response.on('error', fail);
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          if (response.statusCode === 200) resolve(Buffer.concat(chunks).toString('utf8'));
          else fail(new Error(`answered with HTTP ${response.statusCode}`));
        });
      });
      call.on('error', fail);
      call.end(body);
    });
  }

  #failure(what: string, cause?: unknown): Unavailable {
    const { host, port } = this.#options;
    return new Unavailable('Dovecot', `${host}:${port} ${what}`, cause);
  }
}
