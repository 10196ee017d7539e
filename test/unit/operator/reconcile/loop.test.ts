import { describe, expect, it } from '@jest/globals';
import { Unavailable } from '../../../../operator/errors.ts';
import { backoff, Loop } from '../../../../operator/reconcile/loop.ts';
import type { PassResult } from '../../../../operator/reconcile/pass.ts';

const idle: PassResult = {
  mailboxes: 0,
  changes: [],
  planned: 0,
  failures: 0,
  held: 0,
  orphans: 0,
  statusWrites: 0,
  again: false,
};

/** A loop over `passes`, each of which may steer the loop; the last one stops it. Gives what was reported. */
async function run(
  passes: readonly ((loop: Loop) => PassResult)[],
  resync = 3_600_000,
): Promise<readonly string[]> {
  const log: string[] = [];
  const left = [...passes];
  const loop: Loop = new Loop({
    pass: async () => {
      const pass = left.shift();
      if (left.length === 0) loop.stop();
      return pass === undefined ? idle : pass(loop);
    },
    resync,
    onResync: () => log.push('all anew'),
    onResult: () => log.push('passed'),
    onFailure: (error) => log.push(error.message),
    random: () => 1,
  });
  await loop.run();
  return log;
}

describe('the loop', () => {
  it('runs at once when it starts, and ends when it is stopped', async () => {
    expect(await run([() => idle])).toEqual(['all anew', 'passed']);
  });

  it('runs once more for any number of changes during a pass', async () => {
    const log = await run([
      (loop) => {
        loop.wake();
        loop.wake();
        return idle;
      },
      () => idle,
    ]);
    expect(log).toEqual(['all anew', 'passed', 'passed']);
  });

  it('runs once more when a pass asks to look again', async () => {
    expect(await run([() => ({ ...idle, again: true }), () => idle])).toEqual([
      'all anew',
      'passed',
      'passed',
    ]);
  });

  it('does not turn in circles where every pass asks to look again', async () => {
    let passes = 0;
    const loop = new Loop({
      pass: async () => {
        passes += 1;
        return { ...idle, again: true };
      },
      resync: 3_600_000,
      onResync: () => undefined,
      onResult: () => undefined,
      onFailure: () => undefined,
      random: () => 0,
    });
    const running = loop.run();
    setTimeout(() => loop.stop(), 1_000);
    await running;
    expect(passes).toBeGreaterThan(2);
    expect(passes).toBeLessThan(10);
  });

  it('runs at every resync when nothing happens', async () => {
    expect(await run([() => idle, () => idle], 1)).toEqual(['all anew', 'passed', 'all anew', 'passed']);
  });

  it('runs no pass before its turn, and ends when it is stopped while it waits', async () => {
    const log: string[] = [];
    let mayRun: () => void = () => undefined;
    const loop = new Loop({
      pass: async () => {
        log.push('pass');
        return idle;
      },
      turn: () => {
        log.push('turn');
        return new Promise<void>((resolve) => {
          mayRun = resolve;
        });
      },
      resync: 1,
      onResync: () => undefined,
      onResult: () => undefined,
      onFailure: () => undefined,
      random: () => 1,
    });
    const running = loop.run();
    loop.wake();
    expect(log).toEqual(['turn']);
    mayRun();
    while (log.length < 3) await new Promise((resolve) => setImmediate(resolve));
    expect(log).toEqual(['turn', 'pass', 'turn']);
    loop.stop();
    mayRun();
    await running;
    expect(log).toEqual(['turn', 'pass', 'turn']);
  });

  it('goes on after a world that could not be read', async () => {
    const fail = () => {
      throw new Unavailable('LDAP', 'down');
    };
    expect(await run([fail, () => idle])).toEqual(['all anew', 'down', 'passed']);
  });
});

describe('backoff', () => {
  it('doubles from one second to the ceiling, less up to half', () => {
    expect([1, 2, 3, 4, 50].map((failures) => backoff(failures, 0, 5_000))).toEqual([
      1000, 2000, 4000, 5000, 5000,
    ]);
    expect(backoff(1, 1, 5_000)).toBe(500);
  });
});
