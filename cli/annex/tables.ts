/** Tables as officials send them: XLSX, and CSV in the spellings that Excel writes. From bytes: no file is opened here. */
import { extname } from 'node:path';
import Papa from 'papaparse';
import type { ListLimits } from './limits.ts';
import { Unreadable } from './unreadable.ts';
import { readWorkbook } from './workbook.ts';

/** A row with its number as the spreadsheet shows it, from 1. Cells are NFC, with single spaces and none outside. */
export type Row = {
  readonly number: number;
  readonly cells: readonly string[];
  /** Columns from 0 whose cell holds a formula, or more text than a list has; absent where there are none. */
  readonly formulas?: readonly number[];
  readonly tooLong?: readonly number[];
};

/** Excel in Vietnamese separates by semicolons, "Unicode Text" by tabs. */
const delimiters = [';', ',', '\t'];
const textFiles = ['.csv', '.txt', '.tsv'];
/** In UTF-16 units. */
const longestCell = 2_000;

/**
 * The sheets of a workbook, or the ways to separate a text's cells.
 * @param name of the file, whose extension says what it is
 * @throws Unreadable, and nothing else, whatever the bytes are
 */
export async function tablesOf(
  name: string,
  content: Uint8Array,
  limits: ListLimits,
): Promise<readonly (readonly Row[])[]> {
  const extension = extname(name).toLowerCase();
  if (textFiles.includes(extension)) return separated(content, limits);
  if (extension === '.xlsm' || extension === '.xlsb') {
    throw new Unreadable('macros', 'may hold macros: save it as .xlsx');
  }
  if (extension !== '.xlsx')
    throw new Unreadable('kind', 'is neither .xlsx nor .csv: save it as one of them');
  const sheets = await readWorkbook(content, limits);
  return sheets.map(({ rows, formulas }) =>
    rows.map((cells, index) =>
      rowOf(
        cells,
        index,
        columnsOf(cells, (_, column) => formulas.has(`${index}:${column}`)),
      ),
    ),
  );
}

function separated(content: Uint8Array, { text: bytes, rows, columns }: ListLimits) {
  if (content.length > bytes) throw new Unreadable('large', `has more than ${bytes} bytes`);
  const text = decode(content);
  return delimiters.map((delimiter) => {
    const { data } = Papa.parse<string[]>(text, { delimiter, preview: rows + 1 });
    if (data.length > rows) throw new Unreadable('large', `has more than ${rows} rows`);
    return data.map((line, index) => {
      const cells = line.slice(0, columns);
      return rowOf(cells, index, columnsOf(cells, isFormula));
    });
  });
}

function decode(content: Uint8Array): string {
  const [first, second] = content;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  try {
    // The decoder drops the byte order mark.
    return new TextDecoder(encoding, { fatal: true }).decode(content);
  } catch {
    throw new Unreadable('encoding', 'is not in Unicode: save it as "CSV UTF-8", or as .xlsx (R5)');
  }
}

function rowOf(cells: readonly unknown[], index: number, formulas: readonly number[]): Row {
  const tooLong = columnsOf(cells, (cell) => typeof cell === 'string' && cell.length > longestCell);
  return {
    number: index + 1,
    cells: cells.map(textOf),
    ...(formulas.length === 0 ? {} : { formulas }),
    ...(tooLong.length === 0 ? {} : { tooLong }),
  };
}

function columnsOf(
  cells: readonly unknown[],
  is: (cell: unknown, column: number) => boolean,
): readonly number[] {
  return cells.flatMap((cell, column) => (is(cell, column) ? [column] : []));
}

/** What a spreadsheet would compute on opening the text. */
function isFormula(cell: unknown): boolean {
  return typeof cell === 'string' && /^\s{0,8}=./.test(cell);
}

function textOf(cell: unknown): string {
  if (cell === null || cell === undefined) return '';
  const text = cell instanceof Date ? dateOf(cell) : String(cell).slice(0, longestCell);
  // What keeps a spreadsheet from taking text for a formula is not part of it.
  return text
    .normalize('NFC')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^'(?=[=+\-@])/, '');
}

/** Empty for a date that no calendar has, as a number out of range gives one. */
function dateOf(date: Date): string {
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
}
