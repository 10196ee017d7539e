/** Faults in the middle of a burst of grants, against a real slapd; its database is then read past slapd and checked. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Unavailable } from '../../operator/errors.ts';
import { killAt, type Perturbation } from '../support/perturbed.ts';
import { Burst } from './support/burst.ts';
import { Relay } from './support/relay.ts';
import { Slapd, suffix } from './support/slapd.ts';

let slapd: Slapd;
let relay: Relay;
let burst: Burst;

beforeAll(async () => {
  slapd = await Slapd.start();
  relay = await Relay.start(slapd.port);
}, 30_000);
afterAll(async () => {
  await relay?.stop();
  await slapd?.stop();
});
beforeEach(async () => {
  burst = await Burst.waiting(slapd, relay.port, 500);
});
afterEach(() => burst.end());

/** Does `fault` when the `count`-th entry is being added; the burst goes on. */
const amid =
  (count: number, fault: () => void): Perturbation =>
  async (call, run) => {
    if (call === 'directory.add' && --count === 0) fault();
    return run();
  };

describe('a burst of 50 grants', () => {
  /** Why a directory may take no writes. The full one comes first: later there would be room that others left. */
  const unwilling: Readonly<Record<string, (config: string) => string>> = {
    'full: its database may not grow': (config) => config.replaceAll(/^maxsize .*$/gm, 'maxsize 65536'),
    'read-only (53)': (config) => `${config}\nreadonly on\n`,
    'a replica that refers to its provider (10)': (config) =>
      `${config}\nsyncrepl rid=1 provider=ldaps://127.0.0.1:1 searchbase="${suffix}" bindmethod=simple\nupdateref ldaps://provider.example\n`,
  };

  it.each(Object.entries(unwilling))(
    'waits while slapd is %s, says so, and is finished after',
    async (_, edit) => {
      let production = '';
      const restart = async (change: (config: string) => string) => {
        await slapd.kill();
        await slapd.configure(change);
        await slapd.resume();
      };
      await restart((config) => {
        production = config;
        return edit(config);
      });
      await burst.pass().catch(() => undefined);
      const { failures } = await burst.pass();
      expect(failures).toBeGreaterThan(0);
      const { mailboxes } = await burst.cluster.snapshot();
      const told = mailboxes.map(({ status }) => JSON.stringify(status));
      expect(told.filter((status) => status.includes('"reason":"LDAPUnavailable"')).length).toBeGreaterThan(
        0,
      );
      expect(told.join()).not.toContain('DirectoryRefused');
      await restart(() => production);
      await burst.settle();
      await burst.expectSound();
    },
    60_000,
  );

  it('is finished after slapd was killed in the middle of it', async () => {
    let killed: Promise<void> | undefined;
    await burst
      .pass(
        amid(20, () => {
          killed = slapd.kill();
        }),
      )
      .catch(() => undefined);
    await killed;
    await expect(burst.pass()).rejects.toThrow(Unavailable);
    await slapd.resume();
    await burst.settle();
    await burst.expectSound();
  }, 60_000);

  it('is finished after slapd did what was asked and the answers got lost', async () => {
    await burst.pass(amid(20, () => relay.swallowAnswers())).catch(() => undefined);
    relay.restore();
    await burst.settle();
    await burst.expectSound();
  }, 60_000);

  it('is finished after the operator was killed in the middle of it, five times', async () => {
    for (const moment of [30, 77, 101, 140, 220])
      await burst.pass(killAt(moment).around).catch(() => undefined);
    await burst.settle();
    await burst.expectSound();
  }, 60_000);
});
