/** Waits for a condition, never for a time. */
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Repeats `attempt` until it does not throw; gives its result.
 * @param within milliseconds, after which the last error is thrown
 */
export async function eventually<T>(within: number, attempt: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + within;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(250);
    }
  }
}
