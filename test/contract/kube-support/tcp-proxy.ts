import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy on loopback that counts connections and can fail as networks do. */
export type TcpProxy = {
  readonly port: number;
  /** Connections accepted so far. */
  connections(): number;
  /** Stops carrying bytes but keeps every connection open, new ones included: a black hole. */
  freeze(): void;
  /** Cuts every connection and refuses new ones. */
  cut(): void;
  /** Carries new connections again; those that were frozen stay so. */
  heal(): void;
  close(): Promise<void>;
};

type Mode = 'carrying' | 'frozen' | 'cut';

/** Starts a proxy to a port of 127.0.0.1. */
export async function startProxy(target: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let mode: Mode = 'carrying';
  let accepted = 0;
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    // Resets are what these tests provoke.
    return socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  };
  const server = createServer((client) => {
    keep(client);
    accepted++;
    if (mode === 'cut') client.destroy();
    if (mode !== 'carrying') return;
    const upstream = keep(connect(target, '127.0.0.1'));
    client.pipe(upstream).pipe(client);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const destroyAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => accepted,
    freeze() {
      mode = 'frozen';
      for (const socket of sockets) socket.unpipe().pause();
    },
    cut() {
      mode = 'cut';
      destroyAll();
    },
    heal() {
      mode = 'carrying';
    },
    async close() {
      server.close();
      destroyAll();
      await once(server, 'close');
    },
  };
}
