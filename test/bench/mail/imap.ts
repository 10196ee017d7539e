/**
 * Logins and fetches over IMAP with TLS. A client that understands what it reads would take more CPU than the server it measures:
 * this one sends commands, counts bytes and looks for the line that ends an answer.
 */
import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { atOnce } from '../world.ts';

export type ImapTarget = {
  readonly host: string;
  readonly port: number;
  readonly servername: string;
  readonly ca: string;
  readonly domain: string;
  readonly password: string;
};

const connections = 8;
/** An answer ends with one line, which is shorter. */
const tailLength = 2_000;
const patience = 60_000;

export class Session {
  readonly #socket: TLSSocket;
  #tag = 0;
  #tail = '';
  #bytes = 0;
  #settle: (() => void) | undefined;

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#bytes += chunk.length;
      this.#tail = (this.#tail + chunk.toString('latin1', Math.max(0, chunk.length - tailLength))).slice(
        -tailLength,
      );
      this.#settle?.();
    });
    socket.setTimeout(patience, () => socket.destroy());
    socket.on('close', () => this.#settle?.());
  }

  static async open({ host, port, servername, ca }: ImapTarget): Promise<Session> {
    const socket = connect({ host, port, servername, ca });
    socket.setNoDelay(true);
    await once(socket, 'secureConnect');
    const session = new Session(socket);
    await session.#until(/^\* OK .*\r\n$/);
    return session;
  }

  /** Sends a command and waits for its end. @returns bytes of the answer @throws Error with an answer that is not OK */
  async command(text: string): Promise<number> {
    this.#tag += 1;
    this.#tail = '';
    this.#bytes = 0;
    this.#socket.write(`t${this.#tag} ${text}\r\n`);
    const answer = await this.#until(new RegExp(`(?:^|\\n)t${this.#tag} (OK|NO|BAD)[^\\n]*\\n$`));
    if (!answer.startsWith('OK', answer.lastIndexOf(`t${this.#tag} `) + `t${this.#tag} `.length))
      throw new Error(`${text.split(' ')[0]}: ${answer}`);
    return this.#bytes;
  }

  async logout(): Promise<void> {
    await this.command('LOGOUT');
    this.#socket.destroy();
  }

  #until(end: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#settle = () => {
        if (end.test(this.#tail)) resolve(this.#tail);
        else if (this.#socket.destroyed) reject(new Error(`the server hung up: ${this.#tail}`));
        else return;
        this.#settle = undefined;
      };
      this.#settle();
    });
  }
}

async function logIn(target: ImapTarget, person: string): Promise<Session> {
  const session = await Session.open(target);
  await session.command(`LOGIN ${person}@${target.domain} ${target.password}`);
  return session;
}

export type Timed = { readonly seconds: number; readonly count: number };

async function timed(count: number, work: () => Promise<void>): Promise<Timed> {
  const started = performance.now();
  await work();
  return { seconds: (performance.now() - started) / 1000, count };
}

/** Logs in and out, eight at once. */
export function logins(target: ImapTarget, people: readonly string[]): Promise<Timed> {
  return timed(people.length, () =>
    atOnce(connections, people, async (person) => (await logIn(target, person)).logout()),
  );
}

/** Logs eight people in and opens their folders. */
export async function openInboxes(
  target: ImapTarget,
  people: readonly string[],
): Promise<readonly Session[]> {
  const sessions: Session[] = [];
  for (const person of people.slice(0, connections)) {
    const session = await logIn(target, person);
    await session.command('SELECT INBOX');
    sessions.push(session);
  }
  return sessions;
}

/** Messages read whole, one command each, in all sessions at once. @param messages how many each folder has */
export async function fetches(
  sessions: readonly Session[],
  perSession: number,
  messages: number,
): Promise<Timed> {
  return timed(sessions.length * perSession, () =>
    atOnce(connections, sessions, async (session) => {
      for (let count = 0; count < perSession; count += 1) {
        const bytes = await session.command(`FETCH ${(count % messages) + 1} (UID FLAGS BODY.PEEK[])`);
        if (bytes < 10_000) throw new Error(`a message of ${bytes} bytes`);
      }
    }),
  );
}
