/** Dovecot's HTTP API (doveadm): TLS, and a key that allows the commands of `doveadm_allowed_commands` alone. */
import { request } from 'node:https';
import { Unavailable } from '../errors.ts';

export type DoveadmOptions = {
  readonly host: string;
  readonly port: number;
  /** Name that its certificate has to have. @default host */
  readonly servername?: string;
  /** Both are read before every call, so that they may be renewed while the operator runs. */
  readonly ca: () => Promise<string>;
  readonly key: () => Promise<string>;
  /** Milliseconds for one call. @default 5000 */
  readonly deadline?: number;
};

export type Command = readonly [name: 'who' | 'kick' | 'quotaGet', parameters: object];

/** What one command gave; `error` as Dovecot words it. */
export type Answer = { readonly result: unknown } | { readonly error: string };

export class Doveadm {
  readonly #options: DoveadmOptions;

  constructor(options: DoveadmOptions) {
    this.#options = options;
  }

  /**
   * @param before runs right before the commands are sent, and forbids it by throwing
   * @returns what each command gave, in their order
   * @throws Unavailable when there is no answer to all of them
   */
  async ask(commands: readonly Command[], before?: () => void): Promise<readonly Answer[]> {
    const tagged = commands.map(([name, parameters], index) => [name, parameters, `${index}`]);
    const text = await this.#post(JSON.stringify(tagged), before);
    let answers: unknown;
    try {
      answers = JSON.parse(text);
    } catch (error) {
      throw this.failure('answered with no JSON', error);
    }
    if (!Array.isArray(answers) || answers.length !== commands.length) {
      throw this.failure(`answered ${commands.length} commands with ${text.slice(0, 200)}`);
    }
    return answers.map(([kind, result]: [string, unknown]) =>
      kind === 'doveadmResponse' ? { result } : { error: JSON.stringify(result) },
    );
  }

  /** The same, where none of the commands may be refused. @throws Unavailable */
  async run(commands: readonly Command[], before?: () => void): Promise<readonly unknown[]> {
    const answers = await this.ask(commands, before);
    return answers.map((answer) => {
      if ('error' in answer) throw this.failure(`refused: ${answer.error}`);
      return answer.result;
    });
  }

  failure(what: string, cause?: unknown): Unavailable {
    const { host, port } = this.#options;
    return new Unavailable('Dovecot', `${host}:${port} ${what}`, cause);
  }

  async #post(body: string, before?: () => void): Promise<string> {
    const { host, port, servername = host, deadline = 5_000 } = this.#options;
    const [ca, key] = await Promise.all([this.#options.ca(), this.#options.key()]);
    before?.();
    const headers = {
      authorization: `X-Dovecot-API ${Buffer.from(key).toString('base64')}`,
      'content-type': 'application/json',
    };
    // A connection of its own for each call: Dovecot closes idle ones, and a reused one would fail now and then.
    const place = { host, port, servername, path: '/doveadm/v1' };
    const options = { ...place, method: 'POST', ca, headers, agent: false };
    return new Promise((resolve, reject) => {
      const signal = AbortSignal.timeout(deadline);
      const fail = (error: Error) =>
        reject(this.failure(signal.aborted ? `gave no answer within ${deadline} ms` : error.message, error));
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
}
