/** A client for protocols of lines, such as POP3 (RFC 1939) and ManageSieve (RFC 5804): say a line, read an answer. */
import { once } from 'node:events';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export type Peer = { readonly port: number; readonly servername: string; readonly ca: string };

const patience = 15_000;

export class LineClient {
  #socket: Socket;
  readonly #peer: Peer;
  #received = '';

  private constructor(socket: Socket, peer: Peer) {
    this.#socket = socket;
    this.#peer = peer;
    this.#listen();
  }

  static async overTls(peer: Peer): Promise<LineClient> {
    const socket = connectTls({ ...peer, host: '127.0.0.1' });
    await once(socket, 'secureConnect');
    return new LineClient(socket, peer);
  }

  static async plain(peer: Peer): Promise<LineClient> {
    const socket = connectPlain({ host: '127.0.0.1', port: peer.port });
    await once(socket, 'connect');
    return new LineClient(socket, peer);
  }

  /** Goes on over TLS on the same connection. */
  async startTls(): Promise<void> {
    this.#socket.removeAllListeners('data');
    const { servername, ca } = this.#peer;
    const secured = connectTls({ socket: this.#socket, servername, ca });
    await once(secured, 'secureConnect');
    this.#socket = secured;
    this.#listen();
  }

  /** Says a line and waits until what came since matches. @throws Error with what came instead */
  async say(line: string, answer: RegExp): Promise<string> {
    this.#received = '';
    this.#socket.write(`${line}\r\n`);
    return this.expect(answer);
  }

  async expect(answer: RegExp): Promise<string> {
    const deadline = AbortSignal.timeout(patience);
    while (!answer.test(this.#received)) {
      try {
        await once(this.#socket, 'data', { signal: deadline });
      } catch {
        throw new Error(`expected ${answer}, received: ${this.#received}`);
      }
    }
    return this.#received;
  }

  end(): void {
    this.#socket.destroy();
  }

  #listen(): void {
    this.#socket.on('data', (data: Buffer) => {
      this.#received += data.toString('utf8');
    });
    this.#socket.on('error', () => undefined);
  }
}
