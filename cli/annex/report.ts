/** What an import did, row by row. */
import type { Fault } from './refused.ts';

export type Entry =
  | { readonly kind: 'refused'; readonly row: number; readonly text: string; readonly fault?: Fault }
  | {
      readonly kind: 'created' | 'changed' | 'removed' | 'unchanged';
      readonly row: number;
      readonly file: string;
      readonly text: string;
      /** Name of the resource that the row is about. */
      readonly resource?: string;
    }
  /** In the folder but not in the list: nothing is done. */
  | { readonly kind: 'gone'; readonly file: string; readonly text: string };

const signs = { created: '+', changed: '~', removed: '-', gone: '?' } as const;
const words = {
  created: 'new',
  changed: 'changed',
  removed: 'removed',
  unchanged: 'unchanged',
  gone: 'not in the list',
  refused: 'refused',
} as const;

/** A line per change, then the refused rows in Vietnamese to send back (R22), then the numbers. */
export function printReport(entries: readonly Entry[], ignored: readonly string[]): string {
  const lines = entries.flatMap((entry) =>
    entry.kind === 'refused' || entry.kind === 'unchanged'
      ? []
      : [`${signs[entry.kind]} ${entry.file}  ${entry.text}`],
  );
  const refused = entries.flatMap((entry) =>
    entry.kind === 'refused' ? [`! dòng ${entry.row}: ${entry.text}`] : [],
  );
  const counts = (Object.keys(words) as Entry['kind'][])
    .map((kind) => ({ kind, count: entries.filter((entry) => entry.kind === kind).length }))
    .filter(({ count }) => count > 0)
    .map(({ kind, count }) => `${count} ${words[kind]}`);
  return [
    ...lines,
    ...refused,
    ...(ignored.length === 0 ? [] : [`columns that are not read: ${ignored.join(', ')}`]),
    counts.length === 0 ? 'the list has no rows' : counts.join(', '),
  ].join('\n');
}

export function isRefused(entries: readonly Entry[]): boolean {
  return entries.some(({ kind }) => kind === 'refused');
}
