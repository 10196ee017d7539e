import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { Loop } from '../../../clerk/loop.ts';

let passes: number;
let fails: boolean;
const failures: number[] = [];
let loop: Loop;
let running: Promise<void>;

beforeEach(() => {
  jest.useFakeTimers();
  passes = 0;
  fails = false;
  failures.length = 0;
  loop = new Loop({
    pass: async () => {
      passes += 1;
      if (fails) throw new Error('away');
      return false;
    },
    onFailure: (_, retryIn) => failures.push(retryIn),
    resync: 60_000,
    random: () => 0,
  });
  running = loop.run();
});
afterEach(async () => {
  loop.stop();
  await jest.advanceTimersByTimeAsync(120_000);
  await running;
  jest.useRealTimers();
});

it('runs a pass at the start, at each resync, and soon after changes, one for many', async () => {
  await jest.advanceTimersByTimeAsync(1);
  expect(passes).toBe(1);
  for (let change = 0; change < 5; change += 1) loop.wake();
  await jest.advanceTimersByTimeAsync(1_000);
  expect(passes).toBe(2);
  await jest.advanceTimersByTimeAsync(60_000);
  expect(passes).toBe(3);
});

it('tries again after a failure, each time later, at most after a minute', async () => {
  await jest.advanceTimersByTimeAsync(1_000);
  fails = true;
  loop.wake();
  await jest.advanceTimersByTimeAsync(600_000);
  expect(failures.slice(0, 3)).toEqual([1_000, 2_000, 4_000]);
  expect(Math.max(...failures)).toBe(60_000);
});

it('ends when it is stopped', async () => {
  await jest.advanceTimersByTimeAsync(1);
  loop.stop();
  await jest.advanceTimersByTimeAsync(1_000);
  await running;
  loop.wake();
  expect(passes).toBe(1);
});
