/** Two officials exchange mail; the limits of the regulation hold. */
import { randomBytes } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { daNang as site } from '../support/sites.ts';
import { largeLetters, mailJourney } from './support/mail-journey.ts';
import { replyTo } from './support/reply.ts';

const mebibyte = 2 ** 20;

mailJourney(site, 15 * mebibyte);

it('R31 an attachment of 12 MiB comes to an empty mailbox of 15 MiB, and a larger one is refused', async () => {
  const { sender, reader } = await largeLetters(site);
  await sender.send({
    to: reader.address,
    subject: 'Mười hai',
    attachment: randomBytes(12 * mebibyte),
  });
  await reader.receive('Mười hai');
  const over = {
    to: sender.address,
    subject: 'Quá lớn',
    attachment: randomBytes(12 * mebibyte + 1),
  };
  expect(await replyTo(sender.send(over))).toEqual({
    code: 554,
    reply: expect.stringContaining('12 MiB'),
  });
  const { limit, used } = await reader.quota();
  expect(used).toBeGreaterThan(limit); // the grace is one largest message
});
