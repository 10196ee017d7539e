import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isWorkingDay, workingDaysAfter } from '../../../../../operator/core/requests/working-days.ts';
import { socTrang } from '../../../../support/sites.ts';

const { calendar } = socTrang.requests;
const none = { holidays: [], workedWeekends: [] };

describe('a term of working days', () => {
  it.each([
    ['a Thursday', '2026-11-26', 3, '2026-12-01'],
    ['a Friday', '2026-11-27', 3, '2026-12-02'],
    ['a Saturday', '2026-11-28', 1, '2026-11-30'],
    ['none', '2026-11-26', 0, '2026-11-26'],
    ['the end of a year', '2026-12-31', 1, '2027-01-04'],
    ['over Tết', '2027-02-03', 3, '2027-02-15'],
    ['over 30 April and 1 May', '2026-04-29', 3, '2026-05-06'],
  ])('from %s', (_, from, days, last) => {
    expect(workingDaysAfter(from, days, calendar)).toBe(last);
  });

  it('counts a weekend that is worked, unless it is a holiday', () => {
    const worked = { holidays: [], workedWeekends: ['2026-11-28'] };
    expect(workingDaysAfter('2026-11-27', 1, worked)).toBe('2026-11-28');
    const both = { ...worked, holidays: ['2026-11-28'] };
    expect(workingDaysAfter('2026-11-27', 1, both)).toBe('2026-11-30');
  });

  const date = fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true });
  const dates = date.map((one) => one.toISOString().slice(0, 10));
  const calendars = fc.record({
    holidays: fc.array(dates, { maxLength: 40 }),
    workedWeekends: fc.array(dates, { maxLength: 10 }),
  });
  const days = fc.integer({ min: 0, max: 30 });

  it('ends on a working day, and so many of them lie in it', () => {
    fc.assert(
      fc.property(dates, days, calendars, (from, term, given) => {
        const last = workingDaysAfter(from, term, given);
        let [count, day] = [0, from];
        while (day < last) {
          day = new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
          if (isWorkingDay(day, given)) count += 1;
        }
        expect(count).toBe(term);
        if (term > 0) expect(isWorkingDay(last, given)).toBe(true);
      }),
    );
  });

  it('adds up: two terms one after the other are one of both', () => {
    fc.assert(
      fc.property(dates, days, days, calendars, (from, one, other, given) => {
        const between = workingDaysAfter(from, one, given);
        expect(workingDaysAfter(between, other, given)).toBe(workingDaysAfter(from, one + other, given));
      }),
    );
  });

  it('is never shorter for a further holiday', () => {
    fc.assert(
      fc.property(dates, days, dates, (from, term, holiday) => {
        const longer = workingDaysAfter(from, term, { ...none, holidays: [holiday] });
        expect(longer >= workingDaysAfter(from, term, none)).toBe(true);
      }),
    );
  });
});
