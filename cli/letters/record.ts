/** A folder of letters with checksums: what an archive takes over, and anybody can check with `sha256sum -c`. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WrongInput } from '../failure.ts';
import { flagsOf, folderParts } from './maildir.ts';
import type { Letter } from './stream.ts';

export const sums = 'SHA256SUMS';
export const list = 'letters.csv';

export type Summary = {
  readonly letters: number;
  readonly bytes: number;
  /** Of the file of checksums, which holds those of all others. */
  readonly sha256: string;
};

/** @throws WrongInput when something is there already */
export function makeFolder(folder: string): void {
  mkdirSync(folder, { recursive: true });
  if (readdirSync(folder).length > 0)
    throw new WrongInput(`${folder} is not empty: name a folder that is empty or not there yet`);
}

/**
 * Writes each letter as `<folder>/<number>.eml`, then `letters.csv` and `SHA256SUMS`.
 * @param facts rows of what was exported, before the table of letters
 */
export async function writeRecord(
  folder: string,
  letters: AsyncIterable<Letter>,
  facts: readonly (readonly [string, string])[],
): Promise<Summary> {
  const checksums: string[] = [];
  const rows: string[] = [];
  let bytes = 0;
  const write = (path: string, content: Buffer): string => {
    writeFileSync(join(folder, path), content, { flag: 'wx', mode: 0o600 });
    const digest = createHash('sha256').update(content).digest('hex');
    checksums.push(`${digest}  ${path}\n`);
    return digest;
  };
  for await (const letter of letters) {
    const parts = folderParts(letter.folder);
    mkdirSync(join(folder, ...parts), { recursive: true, mode: 0o700 });
    const path = [...parts, `${String(rows.length + 1).padStart(6, '0')}.eml`].join('/');
    const content = asSent(letter.content);
    const digest = write(path, content);
    bytes += content.length;
    rows.push(
      csv([path, digest, String(content.length), letter.received.toISOString(), flagsOf(letter.name)]),
    );
  }
  const table = [...facts.map(csv), '', csv(['file', 'sha256', 'bytes', 'received', 'flags']), ...rows];
  // With its mark Excel takes it for UTF-8.
  write(list, Buffer.from(`\uFEFF${table.join('\r\n')}\r\n`));
  const text = checksums.join('');
  writeFileSync(join(folder, sums), text, { flag: 'wx', mode: 0o600 });
  return { letters: rows.length, bytes, sha256: createHash('sha256').update(text).digest('hex') };
}

/** With the line ends of RFC 5322, as it came and as IMAP gives it; the store keeps lines without CR. */
function asSent(content: Buffer): Buffer {
  return Buffer.from(content.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1');
}

function csv(values: readonly string[]): string {
  return values.map((value) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)).join();
}
