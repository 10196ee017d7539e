/**
 * The operator's connection to slapd: mends what was measured of bare ldapts. After a drop exactly one new session
 * is opened and bound before anybody proceeds; every call ends within its deadline; no more than a few operations
 * are in flight, because slapd closes the connection on a client that pipelines too far (conn_max_pending_auth).
 */
import { debuglog } from 'node:util';
import { type Client, ResultCodeError } from 'ldapts';
import { Invalid, Unavailable } from '../errors.ts';
import { whileProgressing, withDeadline } from './deadline.ts';
import { type Account, Session } from './session.ts';
import { Slots } from './slots.ts';

export type ConnectionOptions = Account & {
  /** Operations at once, 1 to 16. More only adds waiting time: slapd has one writer. @default 8 */
  readonly maxInFlight?: number;
  /** Milliseconds for connecting and binding, and for each operation after that. @default 10000 */
  readonly deadline?: number;
  /** A new session stands in place of a lost one. It may lead to another provider, which lacks the last moment's writes. */
  readonly onReconnect?: () => void;
};

type Operation<T> = (client: Client, progress: () => void) => Promise<T>;

/** What readiness and metrics show. */
export type ConnectionState = {
  /** Since when the session stands, bound and verified; absent while there is none. */
  readonly connectedSince?: Date;
  /** Sessions opened after the first one. */
  readonly reconnects: number;
  readonly inFlight: number;
  readonly queued: number;
  /** Why the last attempt to connect failed; absent once one succeeded. */
  readonly lastFailure?: string;
};

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #deadline: number;
  readonly #slots: Slots;
  #session: Session | undefined;
  #opening: Promise<Session> | undefined;
  #opened = 0;
  #lastFailure: string | undefined;
  #closed = false;

  /** @throws Invalid when the process would print passwords, or for a size out of bounds */
  constructor(options: ConnectionOptions) {
    if (debuglog('ldapts').enabled) {
      throw new Invalid('NODE_DEBUG', 'ldapts prints passwords when it is debugged; take it out');
    }
    const size = options.maxInFlight ?? 8;
    if (!Number.isInteger(size) || size < 1 || size > 16) {
      throw new Invalid('maxInFlight', `${size} is out of bounds: use 1 to 16`);
    }
    this.#options = options;
    this.#deadline = options.deadline ?? 10_000;
    this.#slots = new Slots(size);
  }

  /**
   * Runs one operation on a bound session, once a slot is free. One of many answers says `progress` after each: its
   * deadline begins anew then, so that a directory of any size can be read and silence is noticed as soon as ever.
   * @throws Unavailable when the answer did not come, and so may or may not have taken effect
   * @throws ResultCodeError as slapd answered
   */
  async run<T>(operation: Operation<T>): Promise<T> {
    await this.#slots.acquire();
    try {
      const session = await this.#bound();
      return await this.#finish(session, operation);
    } finally {
      this.#slots.release();
    }
  }

  state(): ConnectionState {
    return {
      ...(this.#session?.isOpen === true && { connectedSince: this.#session.since }),
      reconnects: Math.max(0, this.#opened - 1),
      inFlight: this.#slots.used,
      queued: this.#slots.waiting,
      ...(this.#lastFailure !== undefined && { lastFailure: this.#lastFailure }),
    };
  }

  /** Ends the session for good. What is queued or in flight fails with Unavailable. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#slots.refuseWaiting(closed());
    const session = this.#session ?? (await this.#opening?.catch(() => undefined));
    if (session?.isOpen !== true) return;
    try {
      await withDeadline(session.unbind(), this.#deadline, closed);
    } finally {
      session.destroy(closed());
    }
  }

  async #finish<T>(session: Session, operation: Operation<T>): Promise<T> {
    const { host } = this.#options;
    const deadline = this.#deadline;
    const expire = () => {
      const error = new Unavailable('LDAP', `no answer from ${host} within ${deadline} ms`);
      // Nothing else on this socket will be answered either.
      session.destroy(error);
      return error;
    };
    try {
      return await whileProgressing((progress) => operation(session.client, progress), deadline, expire);
    } catch (error) {
      if (error instanceof ResultCodeError || error instanceof Unavailable) throw error;
      throw new Unavailable('LDAP', `lost the connection to ${host} before an answer came`, error);
    }
  }

  /** The session that stands, or the one that is being opened for everybody who waits. */
  #bound(): Promise<Session> {
    if (this.#closed) return Promise.reject(closed());
    if (this.#session?.isOpen === true) return Promise.resolve(this.#session);
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #open(): Promise<Session> {
    try {
      this.#session = await Session.open(this.#options, this.#deadline);
      this.#opened += 1;
      this.#lastFailure = undefined;
      if (this.#opened > 1) this.#options.onReconnect?.();
      return this.#session;
    } catch (error) {
      this.#session = undefined;
      const failure = error instanceof Unavailable ? error : new Unavailable('LDAP', String(error), error);
      this.#lastFailure = failure.message;
      // Those in the queue would each wait for the same failure in turn.
      this.#slots.refuseWaiting(failure);
      throw failure;
    }
  }
}

function closed(): Unavailable {
  return new Unavailable('LDAP', 'the connection was closed by the operator itself');
}
