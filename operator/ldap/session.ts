/**
 * One TLS socket with one bound ldapts Client on it. A session never reconnects: ldapts would do so once for every
 * waiting operation and without binding (ldapts#256), so its second attempt to open a socket is refused here.
 */
import { connect, type TLSSocket } from 'node:tls';
import { Client } from 'ldapts';
import { dnKey } from '../core/dn.ts';
import { Unavailable } from '../errors.ts';
import { withDeadline } from './deadline.ts';

/** RFC 4532. */
const whoAmI = '1.3.6.1.4.1.4203.1.11.3';

/** Where the directory is and who asks. */
export type Account = {
  readonly host: string;
  readonly port: number;
  readonly bindDn: string;
  /** Read at every bind, so that a rotated password takes effect without a restart. */
  readonly password: () => Promise<string>;
  /** Certificates (PEM) to trust, read at every connect. */
  readonly ca: () => Promise<string>;
  /** Name that the certificate must carry; `host` when absent. */
  readonly servername?: string;
};

export class Session {
  readonly client: Client;
  /** Wall clock. */
  readonly since = new Date();
  readonly #socket: TLSSocket;

  private constructor(client: Client, socket: TLSSocket) {
    this.client = client;
    this.#socket = socket;
  }

  /**
   * Connects, binds and asks the server who it takes us for.
   * @param milliseconds for all of it together
   * @throws Unavailable
   */
  static async open(account: Account, milliseconds: number): Promise<Session> {
    let socket: TLSSocket | undefined;
    let expired: Unavailable | undefined;
    const opening = async () => {
      const [ca, password] = await Promise.all([account.ca(), account.password()]);
      // RFC 4513 section 5.1.2: an empty password would succeed as anonymous.
      if (password === '') throw new Unavailable('LDAP', `the password of ${account.bindDn} is empty`);
      if (expired !== undefined) throw expired;
      const client = new Client({
        url: `ldaps://${account.host}:${account.port}`,
        createSecureConnection: () => {
          if (socket !== undefined) throw new Error('connection lost');
          socket = openSocket(account, ca);
          return socket;
        },
      });
      await client.bind(account.bindDn, password);
      await verifyIdentity(client, account.bindDn);
      if (socket === undefined || socket.destroyed) throw new Error('connection lost');
      return new Session(client, socket);
    };
    try {
      return await withDeadline(opening(), milliseconds, () => {
        expired = new Unavailable('LDAP', `no answer from ${account.host} within ${milliseconds} ms`);
        return expired;
      });
    } catch (error) {
      socket?.destroy();
      if (error instanceof Unavailable) throw error;
      throw new Unavailable('LDAP', `cannot log in at ${account.host}: ${textOf(error)}`, error);
    }
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed && this.client.isBound;
  }

  /** Ends the session at once; what is in flight on it fails with `reason`. */
  destroy(reason: Error): void {
    this.#socket.destroy(reason);
  }

  /** Says goodbye (RFC 4511 section 4.3) and closes the socket. */
  async unbind(): Promise<void> {
    await this.client.unbind();
  }
}

function openSocket(account: Account, ca: string): TLSSocket {
  const socket = connect({
    host: account.host,
    port: account.port,
    servername: account.servername ?? account.host,
    ca,
    minVersion: 'TLSv1.2',
  });
  socket.setKeepAlive(true, 30_000);
  return socket;
}

async function verifyIdentity(client: Client, bindDn: string): Promise<void> {
  const { value = '' } = await client.exop(whoAmI);
  if (!value.startsWith('dn:') || dnKey(value.slice('dn:'.length)) !== dnKey(bindDn)) {
    throw new Unavailable(
      'LDAP',
      `the directory takes ${bindDn} for "${value === '' ? 'anonymous' : value}"`,
    );
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
