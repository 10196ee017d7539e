import { describe, expect, it } from '@jest/globals';
import { Unavailable } from '../../../../operator/errors.ts';
import type { ResourceKey } from '../../../../operator/ports.ts';
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

const mailbox = (name: string): ResourceKey => ({ kind: 'Mailbox', namespace: 'n', name });
const oneTurn = () => new Promise((resolve) => setImmediate(resolve));

describe('changes', () => {
  /** A loop whose passes and looks end when they are told to. */
  class Stage {
    readonly log: string[] = [];
    readonly ends: Record<string, (result?: Partial<PassResult> | 'unknown') => void> = {};
    readonly loop: Loop;

    constructor() {
      this.loop = new Loop({
        pass: () => this.#wait('pass') as Promise<PassResult>,
        changed: (keys) => this.#wait(keys.map(({ name }) => name).join(' ')),
        interrupt: (atOnce) => this.log.push(atOnce ? 'interrupted' : 'to be interrupted'),
        resync: 3_600_000,
        onResync: () => undefined,
        onResult: () => undefined,
        onFailure: (error) => this.log.push(error.message),
        random: () => 1,
      });
    }

    #wait(what: string): Promise<PassResult | undefined> {
      this.log.push(what);
      return new Promise((resolve) => {
        this.ends[what] = (result = {}) => resolve(result === 'unknown' ? undefined : { ...idle, ...result });
      });
    }

    async turns(): Promise<readonly string[]> {
      for (let count = 0; count < 5; count += 1) await oneTurn();
      return this.log;
    }
  }

  it('of mailboxes are looked at together while a pass runs', async () => {
    const stage = new Stage();
    const running = stage.loop.run();
    await stage.turns();
    for (const name of ['a', 'b', 'a']) stage.loop.wake(mailbox(name));
    expect(await stage.turns()).toEqual(['pass', 'a b']);
    stage.ends['a b']?.();
    stage.ends['pass']?.();
    await stage.turns();
    stage.loop.wake(mailbox('c'));
    expect(await stage.turns()).toEqual(['pass', 'a b', 'c']);
    stage.ends['c']?.();
    stage.loop.stop();
    await running;
  });

  it('of one that is looked at already wait for the end of that, others do not', async () => {
    const stage = new Stage();
    const running = stage.loop.run();
    await stage.turns();
    stage.loop.wake(mailbox('hot'));
    await stage.turns();
    for (const name of ['hot', 'cold', 'hot']) stage.loop.wake(mailbox(name));
    expect(await stage.turns()).toEqual(['pass', 'hot', 'cold']);
    stage.ends['hot']?.();
    expect(await stage.turns()).toEqual(['pass', 'hot', 'cold', 'hot']);
    stage.loop.stop();
    for (const end of Object.values(stage.ends)) end();
    await running;
  });

  it('that only a pass can judge, and those of anything else, end the pass that runs', async () => {
    const stage = new Stage();
    const running = stage.loop.run();
    await stage.turns();
    stage.loop.wake(mailbox('a'));
    await stage.turns();
    stage.ends['a']?.('unknown');
    await stage.turns();
    stage.loop.wake({ ...mailbox('so'), kind: 'Organization' });
    stage.loop.wake();
    expect(await stage.turns()).toEqual([
      'pass',
      'a',
      'to be interrupted',
      'to be interrupted',
      'interrupted',
    ]);
    stage.ends['pass']?.();
    expect(await stage.turns()).toHaveLength(6);
    stage.loop.stop();
    stage.ends['pass']?.();
    await running;
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
