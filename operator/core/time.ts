/** Times as the cluster and the directory hold them. The clock itself is always an argument. */

/** `2026-11-21T00:00:00Z`: RFC 3339 in UTC, whole seconds. Two of them compare as texts. */
export function rfc3339(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

/** `20261121000000Z`: generalized time in UTC, whole seconds (RFC 4517 section 3.3.13). */
export function generalizedTime(date: Date): string {
  return rfc3339(date).replaceAll(/[-:T]/g, '');
}

/** @returns milliseconds since the epoch; undefined for what is no generalized time in UTC */
export function parseGeneralizedTime(text: string | undefined): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.\d+)?Z$/.exec(text ?? '');
  if (match === null) return undefined;
  const [, year = 0, month = 1, day, hour, minute, second] = match.map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** Việt Nam keeps UTC+7 the whole year; milliseconds. */
const vietnam = 7 * 3_600_000;

/** `2026-11-21`: the date in Việt Nam. */
export function dateInVietnam(time: number): string {
  return new Date(time + vietnam).toISOString().slice(0, 10);
}

/** `2026-11-26` → `26/11/2026`, as people in Việt Nam write it. */
export function writtenDate(date: string): string {
  return date.split('-').toReversed().join('/');
}

/** `05:00`: the time of day in Việt Nam. */
export function timeInVietnam(time: number): string {
  return new Date(time + vietnam).toISOString().slice(11, 16);
}

export function daysAfter(date: Date, days: number): string {
  return rfc3339(new Date(date.getTime() + days * 86_400_000));
}
