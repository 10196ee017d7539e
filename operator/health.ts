/** `/healthz` (the process turns), `/readyz` (its view of the cluster is complete) and `/metrics`. */
import { createServer, type Server } from 'node:http';
import type { Registry } from 'prom-client';

export type Health = {
  readonly registry: Registry;
  readonly isReady: () => boolean;
  /** Metrics of a daemon beside, as Prometheus reads them; where they cannot be had, none. */
  readonly beside?: () => Promise<string>;
};

/** Listens on `port`; resolves when it does. */
export async function serveHealth(
  port: number,
  { registry, isReady, beside = async () => '' }: Health,
): Promise<Server> {
  const server = createServer((request, response) => {
    const send = (status: number, type: string, body: string) => {
      response.writeHead(status, { 'content-type': type }).end(body);
    };
    if (request.url === '/healthz') send(200, 'text/plain', 'ok\n');
    else if (request.url === '/readyz')
      send(isReady() ? 200 : 503, 'text/plain', isReady() ? 'ok\n' : 'not synced\n');
    else if (request.url === '/metrics') {
      // In this order: what was found out beside is shown by the own ones.
      beside()
        .then(async (other) => `${await registry.metrics()}\n${other}`)
        .then(
          (body) => send(200, registry.contentType, body),
          (error: unknown) => send(500, 'text/plain', `${error}\n`),
        );
    } else send(404, 'text/plain', 'not found\n');
  });
  await new Promise<void>((resolve) => server.listen(port, resolve));
  return server;
}

/** Whoever ends the process is obeyed: what is being answered ends, nothing new begins. */
export function closeOnSignal(servers: readonly Pick<Server, 'close' | 'closeIdleConnections'>[]): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      for (const server of servers) {
        server.close();
        server.closeIdleConnections();
      }
    });
  }
}
