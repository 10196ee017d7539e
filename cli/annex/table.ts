/** Tables as officials send them: CSV in the spellings that Excel writes, and XLSX. */
import { readFile, writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import Papa from 'papaparse';
import readXlsx from 'read-excel-file/node';
import writeXlsx from 'write-excel-file/node';
import { WrongInput } from '../failure.ts';

/** A row with its number as the spreadsheet shows it, from 1. Cells are NFC, with single spaces and none outside. */
export type Row = { readonly number: number; readonly cells: readonly string[] };

/** Excel in Vietnamese separates by semicolons, "Unicode Text" by tabs. */
const delimiters = [';', ',', '\t'];

/**
 * Reads the first sheet, or the first way to separate a CSV's cells, that `isWanted` takes; else the first one.
 * @throws WrongInput when the file cannot be read as a table
 */
export async function readTable(
  path: string,
  isWanted: (rows: readonly Row[]) => boolean,
): Promise<readonly Row[]> {
  let content: Buffer;
  try {
    content = await readFile(path);
  } catch (error) {
    throw new WrongInput(`cannot read ${path}: ${reasonOf(error)}`);
  }
  const tables = (await tablesOf(path, content)).map((table) => table.map(rowOf));
  return tables.find(isWanted) ?? tables[0] ?? [];
}

async function tablesOf(path: string, content: Buffer): Promise<readonly unknown[][][]> {
  const extension = extname(path).toLowerCase();
  if (extension === '.csv' || extension === '.txt' || extension === '.tsv') {
    const text = decode(path, content);
    return delimiters.map((delimiter) => Papa.parse<unknown[]>(text, { delimiter }).data);
  }
  if (extension !== '.xlsx')
    throw new WrongInput(`${path} is neither .xlsx nor .csv: save it as one of them`);
  try {
    // Numbers stay as they are written: a staff number is no quantity.
    const sheets = await readXlsx(content, { parseNumber: (text) => text });
    return sheets.map(({ data }) => data);
  } catch (error) {
    throw new WrongInput(`${path} is not an XLSX file (${reasonOf(error)}): save it again as .xlsx or .csv`);
  }
}

function decode(path: string, content: Buffer): string {
  const encoding = content[0] === 0xff && content[1] === 0xfe ? 'utf-16le' : 'utf-8';
  try {
    // The decoder drops the byte order mark.
    return new TextDecoder(encoding, { fatal: true }).decode(content);
  } catch {
    throw new WrongInput(`${path} is not in Unicode: save it as "CSV UTF-8", or as .xlsx (R5)`);
  }
}

function rowOf(cells: readonly unknown[], index: number): Row {
  return { number: index + 1, cells: cells.map(textOf) };
}

function textOf(cell: unknown): string {
  if (cell === null || cell === undefined) return '';
  const text = cell instanceof Date ? cell.toISOString() : String(cell);
  // What keeps a spreadsheet from taking text for a formula is not part of it.
  return text
    .normalize('NFC')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^'(?=[=+\-@])/, '');
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

function xlsxOf(rows: readonly (readonly string[])[], widths: readonly number[]): Promise<Buffer> {
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
    throw new WrongInput(`cannot write ${path}: ${reasonOf(error)}`);
  }
}

function reasonOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error) return String(error.code);
  return error instanceof Error ? error.message : String(error);
}
