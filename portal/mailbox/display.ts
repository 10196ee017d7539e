/** How times are written in Vietnamese pages: as people in Việt Nam do, by their clock. */
import { dateInVietnam, timeInVietnam, writtenDate } from '../../operator/core/time.ts';

/** `26/11/2026`. @param time milliseconds since the epoch */
export function day(time: number): string {
  return writtenDate(dateInVietnam(time));
}

/** `14:05 ngày 26/11/2026`. @param time milliseconds since the epoch */
export function moment(time: number): string {
  return `${timeInVietnam(time)} ngày ${day(time)}`;
}
