/** Columns by their Vietnamese titles: with or without diacritics, in any order, below lines of title. */
import { fold } from '../../operator/core/naming/words.ts';
import type { Row } from './tables.ts';
import { Unreadable } from './unreadable.ts';

/** One column of a form. */
export type Column = {
  /** As it is written by us. */
  readonly title: string;
  /** Other titles that are taken for it. */
  readonly synonyms: readonly string[];
  /** The row that holds all columns that must be there is the header. */
  readonly required?: true;
};

export type Columns<Field extends string> = Readonly<Record<Field, Column>>;

/** What a row holds; a field whose cell is empty or whose column is missing is absent. */
export type Cells<Field extends string> = Readonly<Partial<Record<Field, string>>>;
export type FormRow<Field extends string> = {
  readonly number: number;
  readonly cells: Cells<Field>;
  /** Fields whose cell holds a formula, or more than a list has; absent where there are none. */
  readonly formulas?: readonly Field[];
  readonly tooLong?: readonly Field[];
};

export type Form<Field extends string> = {
  readonly rows: readonly FormRow<Field>[];
  /** Titles of columns that nobody reads. */
  readonly ignored: readonly string[];
};

/** "Cấp  mới." → `cap moi`: what two spellings of a name or a keyword have in common. */
export function keyOf(text: string): string {
  return fold(text)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** "Đơn vị (công tác) *" → `don vi`. */
function titleKey(title: string): string {
  return keyOf(title.replace(/\([^)]*\)/g, ' '));
}

/** The table that has a header of these columns, else the first one. */
export function withHeader<Field extends string>(
  tables: readonly (readonly Row[])[],
  columns: Columns<Field>,
): readonly Row[] {
  return tables.find((rows) => findHeader(rows, columns) !== undefined) ?? tables[0] ?? [];
}

/**
 * Reads the rows below the header; wholly empty rows and the row that numbers the columns are no rows.
 * @throws Unreadable when no row is a header, or it names a column twice
 */
export function readForm<Field extends string>(rows: readonly Row[], columns: Columns<Field>): Form<Field> {
  const header = findHeader(rows, columns);
  if (header === undefined) {
    const titles = fieldsOf(columns)
      .filter((field) => columns[field].required)
      .map((field) => `"${columns[field].title}"`);
    const needed = titles.join(', ');
    throw new Unreadable('header', `has no header row: a row with the columns ${needed} is needed`, needed);
  }
  const { fields, row: top } = header;
  const twice = fields.find((field, index) => field !== undefined && fields.indexOf(field) !== index);
  if (twice !== undefined) {
    const { title } = columns[twice];
    throw new Unreadable('columns', `row ${top.number}: the column "${title}" is there twice`, title);
  }
  return {
    rows: rows
      .filter(({ number }) => number > top.number)
      .filter(({ cells }) => cells.some((cell) => cell !== ''))
      .filter(({ cells }, index) => index > 0 || !numbersColumns(cells))
      .map((row) => formRow(fields, row)),
    ignored: top.cells.filter((title, index) => title !== '' && fields[index] === undefined),
  };
}

type Header<Field> = { readonly row: Row; readonly fields: readonly (Field | undefined)[] };

function findHeader<Field extends string>(
  rows: readonly Row[],
  columns: Columns<Field>,
): Header<Field> | undefined {
  const byKey = new Map<string, Field>();
  for (const field of fieldsOf(columns)) {
    for (const title of [columns[field].title, ...columns[field].synonyms]) byKey.set(titleKey(title), field);
  }
  const required = fieldsOf(columns).filter((field) => columns[field].required);
  for (const row of rows) {
    const fields = row.cells.map((cell) => byKey.get(titleKey(cell)));
    if (required.every((field) => fields.includes(field))) return { row, fields };
  }
  return undefined;
}

function fieldsOf<Field extends string>(columns: Columns<Field>): readonly Field[] {
  return Object.keys(columns) as Field[];
}

/** "(1) (2) (3) …" below the titles, as Vietnamese forms have it. */
function numbersColumns(cells: readonly string[]): boolean {
  const filled = cells.filter((cell) => cell !== '');
  return filled.length > 2 && filled.every((cell) => /^\(?\d{1,2}\)?$/.test(cell));
}

function formRow<Field extends string>(
  fields: readonly (Field | undefined)[],
  { number, cells, formulas, tooLong }: Row,
): FormRow<Field> {
  const named = (columns: readonly number[]) => columns.flatMap((column) => fields[column] ?? []);
  return {
    number,
    cells: cellsOf(fields, cells),
    ...(formulas === undefined ? {} : { formulas: named(formulas) }),
    ...(tooLong === undefined ? {} : { tooLong: named(tooLong) }),
  };
}

function cellsOf<Field extends string>(
  fields: readonly (Field | undefined)[],
  cells: readonly string[],
): Cells<Field> {
  const found: Partial<Record<Field, string>> = {};
  for (const [index, field] of fields.entries()) {
    const cell = cells[index];
    if (field !== undefined && cell !== undefined && cell !== '') found[field] = cell;
  }
  return found;
}
