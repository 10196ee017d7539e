import { describe, expect, it } from '@jest/globals';
import { periodOf } from '../../../cli/report.ts';

describe('the period of hopthu report', () => {
  it.each([
    [{ month: '2026-10' }, '2026-10'],
    [{ quarter: '2026-Q4' }, '2026-Q4'],
    [{ year: '2026' }, '2026'],
    [{ from: '2026-10-01', to: '2026-10-15' }, '2026-10-01..2026-10-15'],
  ])('%j is %s', (options, text) => expect(periodOf(options)).toBe(text));

  it.each([
    [{}, /use one of/],
    [{ month: '2026-10', year: '2026' }, /use one of/],
    [{ month: '2026' }, /--month 2026/],
    [{ year: '2026-10' }, /--year/],
    [{ quarter: '2026-Q5' }, /--quarter/],
    [{ from: '2026-10-01' }, /--from and --to/],
    [{ from: '2026-10-02', to: '2026-10-01' }, /--from and --to/],
  ])('%j is none', (options, message) => expect(() => periodOf(options)).toThrow(message));
});
