import { createServer } from 'node:net';
import type { PortMapping } from './cluster-config.ts';

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** The host ports of a cluster to be made that another program on this machine holds. */
export async function busyPorts(ports: readonly PortMapping[]): Promise<number[]> {
  const busy: number[] = [];
  for (const { hostPort } of ports) {
    if (!(await isFree(hostPort))) busy.push(hostPort);
  }
  return busy;
}
