/** How commands print what they found: a table for people, JSON or YAML for scripts. */
import { stringify } from 'yaml';
import { WrongInput } from './failure.ts';

/** @throws WrongInput for a format that is neither json nor yaml */
export function printData(data: unknown, format: string): string {
  if (format === 'json') return JSON.stringify(data, null, 2);
  if (format === 'yaml') return stringify(data, { aliasDuplicateObjects: false, lineWidth: 0 }).trimEnd();
  throw new WrongInput(`-o ${format}: use json or yaml`);
}

/** Columns as wide as their widest cell, the last one as it comes. Characters that people could not see become `?`. */
export function printTable(rows: readonly (readonly string[])[]): string {
  const visible = rows.map((row) => row.map((cell) => cell.normalize('NFC').replace(/\p{C}/gu, '?')));
  const widths = visible.reduce<readonly number[]>(
    (before, row) => row.map((cell, column) => Math.max(before[column] ?? 0, [...cell].length)),
    [],
  );
  return visible
    .map((row) =>
      row
        .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - [...cell].length))
        .join('   ')
        .trimEnd(),
    )
    .join('\n');
}

/** `no changes`, `1 change`, `2 changes`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return count === 1 ? `1 ${one}` : `${count === 0 ? 'no' : count} ${many}`;
}
