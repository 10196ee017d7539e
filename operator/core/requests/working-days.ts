/** Working days: without weekends and holidays, and with weekends that are worked instead. Pure. */
import type { Calendar } from '../site-requests.ts';

const day = 86_400_000;

/** The date `days` later: `2026-11-26`, 1 → `2026-11-27`. */
function datePlus(date: string, days: number): string {
  return new Date(Date.parse(date) + days * day).toISOString().slice(0, 10);
}

/** @param date such as `2026-11-26` */
export function isWorkingDay(date: string, { holidays, workedWeekends }: Calendar): boolean {
  if (holidays.includes(date)) return false;
  const weekday = new Date(Date.parse(date)).getUTCDay();
  return (weekday !== 0 && weekday !== 6) || workedWeekends.includes(date);
}

/**
 * The last day of a term of working days; the day that it is counted from does not count.
 * @param from date such as `2026-11-26`
 */
export function workingDaysAfter(from: string, days: number, calendar: Calendar): string {
  let date = from;
  for (let left = days; left > 0; ) {
    date = datePlus(date, 1);
    if (isWorkingDay(date, calendar)) left -= 1;
  }
  return date;
}
