import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { step } from '../../kind/steps.ts';

const terminal = process.stderr.isTTY;
let log: string;

function pretendTerminal(isTTY: boolean): void {
  Object.defineProperty(process.stderr, 'isTTY', { value: isTTY, configurable: true });
}

beforeEach(() => {
  log = '';
  jest.useFakeTimers();
  pretendTerminal(false);
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    log += String(text);
    return true;
  });
});

afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
  pretendTerminal(terminal);
});

describe('a step in a log', () => {
  it('says what it does, that it is still at it, and how long it took', async () => {
    const work = step(
      'Building the cluster',
      () => new Promise<string>((resolve) => setTimeout(resolve, 61_000, 'built')),
    );
    await jest.advanceTimersByTimeAsync(61_000);
    expect(await work).toBe('built');
    expect(log).toBe(
      [
        '> Building the cluster\n',
        '  Building the cluster: running for 30.0 s\n',
        '  Building the cluster: running for 60.0 s\n',
        '✓ Building the cluster (61.0 s)\n',
      ].join(''),
    );
  });

  it('is marked as failed and passes the error on', async () => {
    const refused = new Error('refused');
    await expect(step('Pulling', () => Promise.reject(refused))).rejects.toBe(refused);
    expect(log).toBe('> Pulling\n✗ Pulling (0.0 s)\n');
  });
});

describe('a step on a terminal', () => {
  it('keeps one line up to date and leaves only its result', async () => {
    pretendTerminal(true);
    const work = step('Building', () => new Promise((resolve) => setTimeout(resolve, 500)));
    await jest.advanceTimersByTimeAsync(500);
    await work;
    expect(log).toContain('Building … 0.3 s');
    expect(log.endsWith('\r\x1b[2K✓ Building (0.5 s)\n')).toBe(true);
    expect(log.split('\n')).toHaveLength(2);
  });
});
