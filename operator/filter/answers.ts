/** What Valkey, clamd and rspamd answer, as numbers. Pure. */

export type Counts = Readonly<Record<'action' | 'rule', Readonly<Record<string, number>>>>;

/**
 * The answer to `HGETALL hopthu:counts` (RESP 2), whose fields are `action no action`, `rule SECRET` …
 * @throws Error when Valkey answers anything else
 */
export function countsOf(answer: string): Counts {
  if (!/^\*\d+\r\n/.test(answer)) throw new Error(`Valkey answers ${JSON.stringify(answer.slice(0, 80))}`);
  const values = answer
    .split('\r\n')
    .filter((line, index) => index > 0 && line !== '' && !line.startsWith('$'));
  const counts = { action: {}, rule: {} } as { action: Record<string, number>; rule: Record<string, number> };
  for (let index = 0; index + 1 < values.length; index += 2) {
    const [, kind, name] = /^(action|rule) (.+)$/.exec(values[index] ?? '') ?? [];
    if (name !== undefined) counts[kind as keyof Counts][name] = Number(values[index + 1]);
  }
  return counts;
}

/** Whether all of it has come: twice as many strings as the first line announces parts. */
export function isComplete(answer: string): boolean {
  const announced = /^\*(\d+)\r\n/.exec(answer);
  if (announced === null) return answer.endsWith('\r\n');
  return answer.endsWith('\r\n') && (answer.match(/\r\n/g) ?? []).length === 1 + 2 * Number(announced[1]);
}

/**
 * Seconds since 1970 of the signatures that clamd has loaded, from its answer to `VERSION`, such as
 * `ClamAV 1.4.3/27461/Tue Nov 24 09:26:01 2026` in UTC; undefined where it has none of ClamAV's own.
 */
export function signaturesOf(version: string): number | undefined {
  const date = /^ClamAV [^/]+\/\d+\/(.+)$/.exec(version.replace('\0', '').trim())?.[1];
  const time = date === undefined ? Number.NaN : Date.parse(`${date} UTC`);
  return Number.isNaN(time) ? undefined : time / 1000;
}

/**
 * OpenMetrics as lines of Prometheus's text format that may stand behind others: without the mark of the end, and without what
 * would be there twice.
 */
export function samplesOf(openMetrics: string): string {
  const lines = openMetrics.split('\n').filter((line) => /^rspamd_/.test(line));
  return lines.map((line) => `${line}\n`).join('');
}
