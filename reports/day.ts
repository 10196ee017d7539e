/** Days and spans of days in Việt Nam, which has had one offset since 1975. Pure. */
import { dateInVietnam, writtenDate } from '../operator/core/time.ts';
import { Invalid } from '../operator/errors.ts';

const offset = 7 * 3_600_000;
const dayLength = 86_400_000;

/** `2026-10-31` */
export type Day = string;

/** Both ends belong to it. */
export type Period = {
  readonly kind: 'month' | 'quarter' | 'year' | 'days';
  readonly from: Day;
  readonly to: Day;
};

/** The day on which a moment is, in milliseconds since the epoch. */
export function dayOf(time: number): Day {
  return dateInVietnam(time);
}

/** When a day begins. */
export function startOf(day: Day): number {
  return Date.parse(`${day}T00:00:00Z`) - offset;
}

export function nextDay(day: Day, count = 1): Day {
  return dayOf(startOf(day) + count * dayLength + 1);
}

/** Every day of it, in order. */
export function daysOf({ from, to }: Pick<Period, 'from' | 'to'>): readonly Day[] {
  const count = Math.round((startOf(to) - startOf(from)) / dayLength) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) => nextDay(from, index));
}

/** `2026-10`, of a day. */
export function monthOf(day: Day): string {
  return day.slice(0, 7);
}

function months(year: number, first: number, count: number): Pick<Period, 'from' | 'to'> {
  const start = (month: number) => new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10);
  return { from: start(first), to: nextDay(start(first + count), -1) };
}

/**
 * `2026-10` is a month, `2026-Q4` a quarter, `2026` a year, `2026-10-01..2026-10-15` any days.
 * @throws Invalid
 */
export function parsePeriod(text: string): Period {
  const [, year, month, quarter] = /^(\d{4})(?:-(\d\d)|-[Qq]([1-4]))?$/.exec(text) ?? [];
  if (year !== undefined && month === undefined && quarter === undefined)
    return { kind: 'year', ...months(Number(year), 0, 12) };
  if (quarter !== undefined)
    return { kind: 'quarter', ...months(Number(year), (Number(quarter) - 1) * 3, 3) };
  if (month !== undefined && Number(month) >= 1 && Number(month) <= 12)
    return { kind: 'month', ...months(Number(year), Number(month) - 1, 1) };
  const [, from = '', to = ''] = /^(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)$/.exec(text) ?? [];
  const real = [from, to].every(
    (day) => day !== '' && !Number.isNaN(startOf(day)) && dayOf(startOf(day)) === day,
  );
  if (!real || from > to || daysOf({ from, to }).length > 3660)
    throw new Invalid('period', `${text}: use 2026-10, 2026-Q4, 2026, or 2026-10-01..2026-10-15`);
  return { kind: 'days', from, to };
}

/** Its name, which `parsePeriod` reads. */
export function nameOf({ kind, from, to }: Period): string {
  if (kind === 'year') return from.slice(0, 4);
  if (kind === 'month') return monthOf(from);
  return kind === 'quarter' ? `${from.slice(0, 4)}-Q${(Number(from.slice(5, 7)) + 2) / 3}` : `${from}..${to}`;
}

/** The last one that is over. */
export function lastPeriod(kind: Exclude<Period['kind'], 'days'>, now: number): Period {
  const length = { month: 1, quarter: 3, year: 12 }[kind];
  const [year = 0, month = 1] = dayOf(now).split('-').map(Number);
  const first = Math.floor((month - 1) / length) * length - length;
  return { kind, ...months(year, first, length) };
}

/** `31/10` */
export function shortDay(day: string): string {
  return writtenDate(day).slice(0, 5);
}
