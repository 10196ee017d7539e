/** Times as the cluster and the directory hold them. The clock itself is always an argument. */

/** `2026-11-21T00:00:00Z`: RFC 3339 in UTC, whole seconds. Two of them compare as texts. */
export function rfc3339(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

export function daysAfter(date: Date, days: number): string {
  return rfc3339(new Date(date.getTime() + days * 86_400_000));
}
