/** A TCP relay in front of slapd that can go silent or cut, as networks do. */
import { createServer, connect as dial, type Server, type Socket } from 'node:net';

type Pair = { readonly client: Socket; readonly server: Socket };

export class Relay {
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  #target = 0;
  #opened = 0;
  #requestsFlow = true;
  #answersFlow = true;
  #answered = 0;
  #cutAt = Number.POSITIVE_INFINITY;

  private constructor() {
    this.#server = createServer((client) => this.#join(client));
  }

  static async start(target: number): Promise<Relay> {
    const relay = new Relay();
    relay.#target = target;
    await new Promise<void>((resolve) => relay.#server.listen(0, '127.0.0.1', resolve));
    return relay;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the relay does not listen');
    return address.port;
  }

  /** Connections that stand now. */
  get open(): number {
    return this.#pairs.size;
  }

  /** Connections ever made. */
  get opened(): number {
    return this.#opened;
  }

  /** Bytes of answers so far. */
  get answered(): number {
    return this.#answered;
  }

  /** A black hole: connections stand, nothing passes in either direction. */
  swallowAll(): void {
    this.#requestsFlow = false;
    this.#answersFlow = false;
  }

  /** Requests arrive, answers get lost. */
  swallowAnswers(): void {
    this.#answersFlow = false;
  }

  /** Passes everything again; what was swallowed stays lost. */
  restore(): void {
    this.#requestsFlow = true;
    this.#answersFlow = true;
    this.#cutAt = Number.POSITIVE_INFINITY;
  }

  /** Cuts every connection now. */
  cut(): void {
    for (const { client, server } of this.#pairs) {
      client.destroy();
      server.destroy();
    }
  }

  /** Cuts each connection that has brought this many bytes of answers from now on. */
  cutAfter(bytes: number): void {
    this.#cutAt = this.#answered + bytes;
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(client: Socket): void {
    const server = dial(this.#target, '127.0.0.1');
    const pair = { client, server };
    this.#opened += 1;
    this.#pairs.add(pair);
    const end = () => {
      this.#pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) socket.on('close', end).on('error', end);
    client.on('data', (data) => {
      if (this.#requestsFlow) server.write(data);
    });
    server.on('data', (data) => {
      if (!this.#answersFlow) return;
      this.#answered += data.length;
      if (this.#answered > this.#cutAt) end();
      else client.write(data);
    });
  }
}
