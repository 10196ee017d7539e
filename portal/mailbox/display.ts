/** How times are written in Vietnamese pages: as people in Việt Nam do, by their clock. */
import { dateInVietnam } from '../../operator/core/time.ts';

/** UTC+7 the whole year. */
const offset = 7 * 3_600_000;

/** `2026-11-26` → `26/11/2026`. */
export function written(date: string): string {
  return date.split('-').toReversed().join('/');
}

/** `26/11/2026`. @param time milliseconds since the epoch */
export function day(time: number): string {
  return written(dateInVietnam(time));
}

/** `14:05 ngày 26/11/2026`. @param time milliseconds since the epoch */
export function moment(time: number): string {
  return `${new Date(time + offset).toISOString().slice(11, 16)} ngày ${day(time)}`;
}
