import { describe, expect, it } from '@jest/globals';
import { dayOf, daysOf, lastPeriod, nameOf, nextDay, parsePeriod, startOf } from '../../../reports/day.ts';

describe('a period', () => {
  it.each([
    ['2026-02', '2026-02-01', '2026-02-28'],
    ['2028-02', '2028-02-01', '2028-02-29'],
    ['2026-12', '2026-12-01', '2026-12-31'],
    ['2026-Q4', '2026-10-01', '2026-12-31'],
    ['2026', '2026-01-01', '2026-12-31'],
    ['2026-10-30..2026-11-02', '2026-10-30', '2026-11-02'],
  ])('%s is from %s to %s, and is called so', (text, from, to) => {
    const period = parsePeriod(text);
    expect(period).toMatchObject({ from, to });
    expect(nameOf(period)).toBe(text);
  });

  it.each([
    '',
    '2026-13',
    '2026-00',
    '2026-Q5',
    '26-10',
    '2026-10-32..2026-11-01',
    '2026-02-30..2026-03-01',
    '2026-11-02..2026-11-01',
  ])('is not %j', (text) => expect(() => parsePeriod(text)).toThrow(/use 2026-10/));

  it.each([
    ['month', '2026-11-01T00:30:00+07:00', '2026-10'],
    ['month', '2027-01-31T23:59:00+07:00', '2026-12'],
    ['quarter', '2027-01-01T00:45:00+07:00', '2026-Q4'],
    ['quarter', '2026-11-26T00:00:00+07:00', '2026-Q3'],
    ['year', '2027-01-01T01:00:00+07:00', '2026'],
  ] as const)('the last %s at %s is %s', (kind, now, name) => {
    expect(nameOf(lastPeriod(kind, Date.parse(now)))).toBe(name);
  });
});

it('days begin at midnight in Việt Nam', () => {
  expect(dayOf(Date.parse('2026-10-31T16:59:59Z'))).toBe('2026-10-31');
  expect(dayOf(Date.parse('2026-10-31T17:00:00Z'))).toBe('2026-11-01');
  expect(startOf('2026-11-01')).toBe(Date.parse('2026-10-31T17:00:00Z'));
  expect(nextDay('2026-02-28')).toBe('2026-03-01');
  expect(daysOf(parsePeriod('2026'))).toHaveLength(365);
});
