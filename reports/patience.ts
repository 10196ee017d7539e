import { setTimeout as sleep } from 'node:timers/promises';
import { Unavailable } from '../operator/errors.ts';

/**
 * Asks again while a part does not answer: what lets a new pod through the network may know it only some seconds after it has
 * started, and a job that ends at once has used up its tries by then.
 * @param within milliseconds, after which the last error is thrown
 * @param pause milliseconds before the next try
 * @throws Unavailable, and at once whatever else `ask` throws
 */
export async function patiently<T>(ask: () => Promise<T>, within = 60_000, pause = 1_000): Promise<T> {
  const endsAt = performance.now() + within;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Unavailable) || performance.now() > endsAt) throw error;
      await sleep(pause);
    }
  }
}
