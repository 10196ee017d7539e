/** Lists as files of the machine: read by `tables.ts`, and written as CSV or XLSX. */
import { readFile, writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import Papa from 'papaparse';
import writeXlsx from 'write-excel-file/node';
import { fileFault, WrongInput } from '../failure.ts';
import { type Columns, type Form, readForm, withHeader } from './columns.ts';
import { ownLists } from './limits.ts';
import { tablesOf } from './tables.ts';
import { Unreadable } from './unreadable.ts';

/**
 * Reads the first sheet, or the first way to separate a CSV's cells, that has a header of these columns.
 * @throws WrongInput when the file cannot be read as such a list
 */
export async function readList<Field extends string>(
  path: string,
  columns: Columns<Field>,
): Promise<Form<Field>> {
  let content: Buffer;
  try {
    content = await readFile(path);
  } catch (error) {
    throw new WrongInput(`cannot read ${path}: ${fileFault(error)}`);
  }
  try {
    return readForm(withHeader(await tablesOf(path, content, ownLists), columns), columns);
  } catch (error) {
    if (error instanceof Unreadable) throw new WrongInput(`${path} ${error.message}`);
    throw error;
  }
}

/**
 * Writes rows as the file's name says, or as CSV to standard output.
 * @param widths of the columns in characters, for XLSX
 * @throws WrongInput when the file cannot be written
 */
export async function writeTable(
  path: string | undefined,
  rows: readonly (readonly string[])[],
  widths: readonly number[],
): Promise<void> {
  const extension = path === undefined ? '.csv' : extname(path).toLowerCase();
  if (extension !== '.csv' && extension !== '.xlsx') {
    throw new WrongInput(`${path} is neither .xlsx nor .csv: name the file as one of them`);
  }
  if (path === undefined) process.stdout.write(csvOf(rows));
  else await save(path, extension === '.csv' ? csvOf(rows) : await xlsxOf(rows, widths));
}

/** With a byte order mark, without which Excel shows Vietnamese as gibberish. */
function csvOf(rows: readonly (readonly string[])[]): string {
  const data = rows.map((row) => [...row]);
  return `\uFEFF${Papa.unparse(data, { newline: '\r\n', escapeFormulae: true })}\r\n`;
}

/** One sheet; the first row has the titles. */
export function xlsxOf(rows: readonly (readonly string[])[], widths: readonly number[]): Promise<Buffer> {
  const [titles = [], ...rest] = rows;
  const sheet = [
    titles.map((value) => ({ value, type: String, fontWeight: 'bold' as const, wrap: true })),
    ...rest.map((row) => row.map((value) => (value === '' ? null : { value, type: String }))),
  ];
  return writeXlsx(sheet, { columns: widths.map((width) => ({ width })), stickyRowsCount: 1 }).toBuffer();
}

async function save(path: string, content: string | Buffer): Promise<void> {
  try {
    await writeFile(path, content);
  } catch (error) {
    throw new WrongInput(`cannot write ${path}: ${fileFault(error)}`);
  }
}
