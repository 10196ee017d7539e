/** A server with slapd's certificate that says yes to every bind and then takes the caller for nobody. */
import { createServer, type Server, type TLSSocket } from 'node:tls';
import type { Slapd } from './slapd.ts';

/** Tags of requests (RFC 4511 section 4). */
const bind = 0x60;
const extended = 0x77;

export class Impostor {
  /** Tag of every request that came, in order. */
  readonly requests: number[] = [];
  readonly #server: Server;

  private constructor(identity: { readonly cert: string; readonly key: string }) {
    this.#server = createServer(identity, (socket) => this.#serve(socket));
  }

  static async start(slapd: Slapd): Promise<Impostor> {
    const impostor = new Impostor(await slapd.identity());
    await new Promise<void>((resolve) => impostor.#server.listen(0, '127.0.0.1', resolve));
    return impostor;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the impostor does not listen');
    return address.port;
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Reads short messages only: SEQUENCE, INTEGER of one byte, then the request's tag. */
  #serve(socket: TLSSocket): void {
    socket.on('error', () => socket.destroy());
    socket.on('data', (data) => {
      const [id = 0, tag = 0] = [data[4], data[5]];
      this.requests.push(tag);
      const success = [0x0a, 1, 0, 4, 0, 4, 0];
      if (tag === bind) socket.write(message(id, [0x61, success.length, ...success]));
      // RFC 4532: an empty authorization identity is the anonymous one.
      if (tag === extended) socket.write(message(id, [0x78, success.length + 2, ...success, 0x8b, 0]));
    });
  }
}

function message(id: number, response: readonly number[]): Buffer {
  return Buffer.from([0x30, response.length + 3, 2, 1, id, ...response]);
}
