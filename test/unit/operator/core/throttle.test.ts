import { describe, expect, it } from '@jest/globals';
import { clientKey, type ThrottleRules } from '../../../../operator/core/throttle.ts';
import { Bounded, Memory } from '../../../../operator/throttle/memory.ts';

const rules: ThrottleRules = {
  windowSeconds: 900,
  failures: { pair: 5, address: 20, person: 40 },
  delaySeconds: 5,
};
const official = 'ntbinh@soctrang.gov.vn';
const [home, stranger] = ['203.0.113.7', '198.51.100.9'];

/** A memory with a clock that only the test moves, and people who guess and log in. */
function world(most = 1000) {
  let now = 0;
  const memory = new Memory(rules, most, () => now);
  const attempt = (address: string, person: string, password: string, isRight: boolean) => {
    const { action } = memory.allow({ address, person, password });
    if (action !== 'refuse') memory.report({ address, person, password }, isRight ? 'succeeded' : 'failed');
    return action;
  };
  return {
    memory,
    wait: (seconds: number) => {
      now += seconds;
    },
    logIn: (address: string, person = official) => attempt(address, person, 'right', true),
    /** How many of `count` different wrong passwords got to the directory. */
    guess: (address: string, count: number, person: (index: number) => string = () => official) =>
      Array.from({ length: count }, (_, index) =>
        attempt(address, person(index), `wrong ${index} ${now}`, false),
      ).filter((action) => action !== 'refuse').length,
  };
}

describe('guessing at one person from one address', () => {
  it('ends after five different passwords; the person logs in from her own address meanwhile', () => {
    const { guess, logIn } = world();
    expect(guess(stranger, 100)).toBe(5);
    expect(logIn(home)).toBe('accept');
    expect(logIn(stranger)).toBe('refuse');
  });

  it.each([
    [179, 0],
    [180, 1],
    [360, 2],
    [900, 5],
    [86_400, 5],
  ])('after %i s goes on with %i', (seconds, more) => {
    const { guess, wait } = world();
    guess(stranger, 100);
    wait(seconds);
    expect(guess(stranger, 100)).toBe(more);
  });

  it('comes to 485 passwords in a day', () => {
    const { guess, wait } = world();
    let tried = 0;
    for (let second = 0; second < 86_400; second += 10) {
      tried += guess(stranger, 3);
      wait(10);
    }
    expect(tried).toBeLessThanOrEqual(485);
    expect(tried).toBeGreaterThan(400);
  });

  it('counts while the answer is still awaited, so that all at once is no way around', () => {
    const { memory } = world();
    const verdicts = Array.from({ length: 50 }, (_, index) =>
      memory.allow({ address: stranger, person: official, password: `wrong ${index}` }),
    );
    expect(verdicts.filter(({ action }) => action === 'accept')).toHaveLength(5);
  });
});

describe('an official', () => {
  it('whose telephone sends her former password all day is not kept out', () => {
    const { memory, wait, logIn } = world();
    const old = { address: home, person: official, password: 'former' };
    for (let minute = 0; minute < 1440; minute += 1) {
      expect(memory.allow(old)).toEqual({ action: 'accept' });
      memory.report(old, 'failed');
      wait(60);
    }
    expect(logIn(home)).toBe('accept');
  });

  it('is no way to keep the directory busy with one wrong password', () => {
    const { memory } = world();
    const same = { address: stranger, person: official, password: 'wrong' };
    const verdicts = Array.from({ length: 5000 }, () => memory.allow(same).action);
    expect(verdicts.filter((action) => action === 'accept')).toHaveLength(194);
  });

  it('logs in as often as she likes, many times at once', () => {
    const { memory, logIn, guess } = world();
    for (let login = 0; login < 200; login += 1) expect(logIn(home)).toBe('accept');
    const parallel = { address: home, person: official, password: 'right' };
    for (let page = 0; page < 50; page += 1) {
      for (let login = 0; login < 20; login += 1) expect(memory.allow(parallel).action).toBe('accept');
      for (let login = 0; login < 20; login += 1) memory.report(parallel, 'succeeded');
    }
    expect(guess(home, 100)).toBe(5);
  });

  it('is not counted as a guesser while the directory does not answer', () => {
    const { memory, logIn } = world();
    for (let index = 0; index < 50; index += 1) {
      const attempt = { address: home, person: official, password: `typed ${index}` };
      memory.allow(attempt);
      memory.report(attempt, 'unanswered');
    }
    expect(logIn(home)).toBe('accept');
  });

  it('is let in at once by an administrator', () => {
    const { memory, guess, logIn } = world();
    guess(home, 5);
    expect(logIn(home)).toBe('refuse');
    expect(memory.release(home)).toBe(true);
    expect(logIn(home)).toBe('accept');
    guess(home, 5);
    expect(memory.release(official)).toBe(true);
    expect(logIn(home)).toBe('accept');
    expect(memory.release('192.0.2.200')).toBe(false);
  });
});

describe('one password for many people', () => {
  const anybody = (index: number) => `person${index}@soctrang.gov.vn`;

  it('ends after twenty people', () => {
    expect(world().guess(stranger, 500, anybody)).toBe(20);
  });

  it('does not concern colleagues behind the same address who have logged in from there', () => {
    const { guess, logIn } = world();
    logIn(home);
    guess(home, 500, anybody);
    expect(logIn(home)).toBe('accept');
    expect(logIn(home, 'newcomer@soctrang.gov.vn')).toBe('refuse');
    expect(logIn(stranger, 'newcomer@soctrang.gov.vn')).toBe('accept');
  });
});

describe('guessing at one person from everywhere', () => {
  const from = (index: number) => `192.0.2.${index}`;

  it('makes logins wait, and refuses none', () => {
    const { guess, logIn } = world();
    for (let index = 0; index < 50; index += 1) guess(from(index), 5);
    expect(logIn('198.51.100.77')).toBe('delay');
  });

  it('is not felt where she has logged in before, and is over one window after its end', () => {
    const { guess, logIn, wait } = world();
    logIn(home);
    for (let index = 0; index < 200; index += 1) guess(from(index), 5);
    expect(logIn(home)).toBe('accept');
    wait(rules.windowSeconds);
    expect(logIn('198.51.100.77')).toBe('accept');
  });
});

describe('the memory', () => {
  it('is bounded and forgets first what was not used for longest', () => {
    const bounded = new Bounded<number>(2);
    bounded.set('a', 1).set('b', 2).set('a', 3).set('c', 4);
    expect([...bounded]).toEqual([
      ['a', 3],
      ['c', 4],
    ]);
  });

  it('stays small under a flood of addresses, and locks nobody out by it', () => {
    const { guess, logIn } = world(100);
    for (let index = 0; index < 5000; index += 1) guess(`10.0.${index >> 8}.${index & 255}`, 1);
    expect(['accept', 'delay']).toContain(logIn(home));
  });
});

describe('clientKey', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:DB8:0:0:ab::1', '2001:db8:0:0::/64'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['::1', '0:0:0:0::/64'],
    ['', ''],
  ])('counts %s as %s', (address, key) => {
    expect(clientKey(address)).toBe(key);
  });
});
