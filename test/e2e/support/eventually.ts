/** Waits for a condition, never for a time. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds between two attempts. */
const [shortest, longest] = [250, 1_000];

/**
 * Repeats `attempt` until it does not throw; gives its result.
 * @param within milliseconds, after which the last error is thrown
 */
export async function eventually<T>(within: number, attempt: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + within;
  for (;;) {
    const asked = performance.now();
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      // Asking takes processor time from what is waited for: no more than half of it.
      await sleep(Math.min(Math.max(shortest, performance.now() - asked), longest));
    }
  }
}
