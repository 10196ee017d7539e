/** Two officials exchange mail; the limits of the regulation hold. */
import { randomBytes } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { socTrang as site } from '../support/sites.ts';
import { largeLetters, mailJourney } from './support/mail-journey.ts';
import { replyTo } from './support/reply.ts';

const mebibyte = 2 ** 20;

mailJourney(site, 500 * mebibyte);

it('R31 an attachment of 15 MiB is accepted, a larger one refused with the limit', async () => {
  const { sender, reader } = await largeLetters(site);
  await sender.send({
    to: reader.address,
    subject: 'Mười lăm',
    attachment: randomBytes(15 * mebibyte),
  });
  await reader.receive('Mười lăm');
  const over = { to: reader.address, subject: 'Quá lớn' };
  for (const [bytes, code] of [
    [15 * mebibyte + 1, 554],
    [17 * mebibyte, 552],
  ] as const) {
    const sending = sender.send({ ...over, attachment: randomBytes(bytes) });
    expect(await replyTo(sending)).toEqual({ code, reply: expect.stringContaining('15 MiB') });
  }
});
