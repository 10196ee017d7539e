import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below what the system hands out by itself (ip(7), ip_local_port_range), and apart from the clusters' ports. */
const first = 22_000;
/** Workers of jest at most, each with ports of its own: between being found free and being used, a port is nobody's. */
const workers = 4;
const each = 2_000;

const worker = (Number(process.env['JEST_WORKER_ID'] ?? 1) - 1) % workers;
/** Not always the same ones: what a test before has closed may still be known to somebody. */
let last = Math.floor(Math.random() * each);

/** A port of 127.0.0.1 that nothing listens on; none is given twice in a row. @throws Error where all are taken */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < each; tries += 1) {
    last = (last + 1) % each;
    const port = first + worker * each + last;
    if (await isFree(port)) return port;
  }
  throw new Error('every port is taken');
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const outcome = await Promise.race([
    once(server.listen(port, '127.0.0.1'), 'listening').then(() => true),
    once(server, 'error').then(() => false),
  ]);
  if (!outcome) return false;
  server.close();
  await once(server, 'close');
  return true;
}

/** Waits until `condition` gives something other than undefined, for at most `seconds`. @throws Error saying `what` */
export async function eventually<T>(
  what: string,
  condition: () => Promise<T | undefined> | T | undefined,
  seconds = 20,
): Promise<T> {
  const endsAt = performance.now() + seconds * 1000;
  for (;;) {
    const asked = performance.now();
    const result = await condition();
    if (result !== undefined) return result;
    if (performance.now() > endsAt) throw new Error(`not within ${seconds} s: ${what}`);
    // A program that asks takes processor time from what is waited for.
    const pause = Math.min(Math.max(25, performance.now() - asked), 500);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
