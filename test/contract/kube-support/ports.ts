import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** A port of 127.0.0.1 that nothing listens on; it is not kept, so use it at once. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Waits until `condition` gives something other than undefined, for at most `seconds`. @throws Error saying `what` */
export async function eventually<T>(
  what: string,
  condition: () => Promise<T | undefined> | T | undefined,
  seconds = 20,
): Promise<T> {
  const endsAt = performance.now() + seconds * 1000;
  for (;;) {
    const result = await condition();
    if (result !== undefined) return result;
    if (performance.now() > endsAt) throw new Error(`not within ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
