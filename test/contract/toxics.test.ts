/** A burst of grants over a connection that is slow, chopped, ends early or late: the operator's own wrapper over toxiproxy. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Burst } from './support/burst.ts';
import { Slapd } from './support/slapd.ts';
import { type Toxic, Toxiproxy } from './support/toxiproxy.ts';

/** Milliseconds for one operation of the operator. */
const deadline = 1_000;

let slapd: Slapd;
let proxy: Toxiproxy;
let burst: Burst;

beforeAll(async () => {
  slapd = await Slapd.start();
  proxy = await Toxiproxy.start(slapd.port);
}, 600_000);
afterAll(async () => {
  await proxy?.stop();
  await slapd?.stop();
});
beforeEach(async () => {
  burst = await Burst.waiting(slapd, proxy.port, deadline);
});
afterEach(async () => {
  await proxy.heal();
  await burst.end();
});

const toxic = (type: Toxic['type'], attributes: Toxic['attributes'] = {}): readonly Toxic[] =>
  (['upstream', 'downstream'] as const).map((stream) => ({ type, stream, attributes }));

describe('a burst of 50 grants', () => {
  it.each<[string, readonly Toxic[]]>([
    ['with a latency of 30 ms and as much jitter', toxic('latency', { latency: 30, jitter: 30 })],
    ['in slices of 40 bytes', toxic('slicer', { average_size: 40, size_variation: 30, delay: 100 })],
    ['at 60 KB/s', toxic('bandwidth', { rate: 60 })],
  ])(
    'is granted in one pass over a connection %s',
    async (_, toxics) => {
      await proxy.harm(toxics);
      expect((await burst.pass()).failures).toBe(0);
      await burst.expectSound();
    },
    60_000,
  );

  it.each<[string, readonly Toxic[]]>([
    ['passes nothing more and stays open', toxic('timeout', { timeout: 0 })],
    ['passes nothing more and closes after 300 ms', toxic('timeout', { timeout: 300 })],
    [
      'closes after each 6 KB of requests',
      [{ type: 'limit_data', stream: 'upstream', attributes: { bytes: 6_000 } }],
    ],
    [
      'closes after each 6 KB of answers',
      [{ type: 'limit_data', stream: 'downstream', attributes: { bytes: 6_000 } }],
    ],
    ['is reset by the peer after 50 ms', toxic('reset_peer', { timeout: 50 })],
    ['is so slow that every deadline passes', toxic('latency', { latency: 2 * deadline })],
  ])(
    'is finished after a connection that %s',
    async (_, toxics) => {
      await proxy.harm(toxics);
      for (let count = 0; count < 3; count += 1) {
        const started = performance.now();
        const outcome = await burst.pass().catch((error: Error) => error);
        expect(outcome).toMatchObject(outcome instanceof Error ? { name: 'Unavailable' } : {});
        // Each of a few writers at a time meets its deadline, then a new connection does.
        expect(performance.now() - started).toBeLessThan(50 * deadline);
      }
      await proxy.heal();
      await burst.settle();
      await burst.expectSound();
    },
    120_000,
  );

  it('is finished after slapd was killed and its end came 3 seconds late', async () => {
    await proxy.harm(toxic('slow_close', { delay: 3_000 }));
    const passing = burst.pass().catch((error: Error) => error);
    await slapd.kill();
    expect(await passing).toMatchObject({ name: 'Unavailable' });
    await slapd.resume();
    await burst.settle();
    await burst.expectSound();
  }, 60_000);
});
