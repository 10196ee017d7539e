/** How times are written in Vietnamese pages: as people in Việt Nam do, by their clock. */

/** UTC+7 the whole year. */
const offset = 7 * 3_600_000;

/** `26/11/2026`. @param time milliseconds since the epoch */
export function day(time: number): string {
  const [year, month, date] = new Date(time + offset).toISOString().slice(0, 10).split('-');
  return `${date}/${month}/${year}`;
}

/** `14:05 ngày 26/11/2026`. @param time milliseconds since the epoch */
export function moment(time: number): string {
  return `${new Date(time + offset).toISOString().slice(11, 16)} ngày ${day(time)}`;
}
