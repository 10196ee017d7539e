/** What a site says of guessing. R25, R42 */
import { z } from 'zod';

const failures = z.int().min(3).max(10_000);

/** Limits of guessing; the service beside Dovecot reads them by the same rules. */
export const throttle = z.strictObject({
  windowSeconds: z
    .int()
    .min(60)
    .max(86_400)
    .describe('Seconds after which failures are forgotten; they fade evenly.'),
  failures: z
    .strictObject({
      pair: failures.describe(
        'Wrong passwords for one person from one address before the next is not looked at.',
      ),
      address: failures.describe(
        'Wrong passwords for anybody from one address before people who never logged in from there are refused there.',
      ),
      person: failures.describe(
        'Wrong passwords for one person from everywhere before logins from addresses that are new to her wait.',
      ),
    })
    .describe('Different wrong passwords within the window.'),
  delaySeconds: z.int().min(1).max(30).describe('Seconds for which those logins wait.'),
});
