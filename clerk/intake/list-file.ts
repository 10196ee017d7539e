/**
 * A list file (R20) as the rows of a MailboxRequest, and what could not be read of them. From bytes, for whoever has some: the
 * clerk, and `hopthu request enter`. Nothing in the file is run or computed.
 */
import { type FormRow, readForm, withHeader } from '../../cli/annex/columns.ts';
import {
  type AnnexField,
  annexForm,
  type RequestKind,
  requestOf,
  requestTitles,
} from '../../cli/annex/form.ts';
import { sentLists } from '../../cli/annex/limits.ts';
import { type Row, tablesOf } from '../../cli/annex/tables.ts';
import { Unreadable } from '../../cli/annex/unreadable.ts';
import {
  mostRows,
  type RequestAction,
  type RequestRow,
  type RequestSpec,
} from '../../operator/api/request.ts';
import { type CellFault, type FindingWords, oneLine } from '../../operator/core/requests/findings.ts';
import { isOldFont } from './old-fonts.ts';

export type RequestFinding = NonNullable<RequestSpec['findings']>[number];

export type ReadList = {
  readonly rows: readonly RequestRow[];
  readonly findings: readonly RequestFinding[];
};

const actions: Readonly<Record<RequestKind, RequestAction>> = {
  grant: 'Grant',
  rename: 'Rename',
  reset: 'ResetPassword',
  cancel: 'Cancel',
};

type TextField = Exclude<keyof RequestRow, 'number' | 'action' | 'organizationRef'>;

/** Columns of the form that a request has, and what fits into its fields. */
const texts: readonly (readonly [AnnexField, TextField, number])[] = [
  ['name', 'name', 256],
  ['title', 'title', 200],
  ['organization', 'organization', 300],
  ['address', 'address', 320],
  ['newAddress', 'newAddress', 320],
  ['phone', 'telephone', 64],
  ['id', 'employeeNumber', 64],
  ['note', 'note', 500],
];
/** Of one request. */
const mostFindings = 1_000;
/** Bytes of its rows: a request fits into etcd with what is found of each, and an official's rows take half of it. */
const longestRows = 400 * 1024;
const readFields: readonly AnnexField[] = ['index', 'request', ...texts.map(([column]) => column)];

/**
 * @param name of the file, whose extension says what it is
 * @throws Unreadable, and nothing else, whatever the bytes are
 */
export async function readListFile(
  name: string,
  content: Uint8Array,
  words: FindingWords,
): Promise<ReadList> {
  const table = withHeader(await tablesOf(name, content, sentLists), annexForm);
  const { rows: all, ignored } = formOf(table);
  const rows = withoutSignature(all.filter(isFilled));
  if (rows.length === 0) throw new Unreadable('empty', 'has no rows below its header');
  if (rows.length > mostRows)
    throw new Unreadable('rows', `has more than ${mostRows} rows`, String(mostRows));
  const unread = [...ignored, ...unreadColumns(rows)];
  const remarks = unread.length === 0 ? [] : [{ message: words.ignored(unread), refuses: false }];
  const found = rows.map((row) => findingsOf(row, words));
  // The first of each row refuses it, and no list has so many rows that it would not fit.
  const findings = [
    ...remarks,
    ...found.flatMap(([first = []]) => first),
    ...found.flatMap(([, ...rest]) => rest),
  ];
  const read = rows.map(requestRow);
  if (Buffer.byteLength(JSON.stringify(read)) > longestRows)
    throw new Unreadable('large', 'has more text than a request holds: divide the list');
  return { rows: read, findings: findings.slice(0, mostFindings) };
}

function formOf(table: readonly Row[]) {
  try {
    return readForm(table, annexForm);
  } catch (error) {
    const isOld = table.slice(0, 50).filter(({ cells }) => cells.some(isOldFont)).length > 1;
    if (error instanceof Unreadable && error.reason === 'header' && isOld)
      throw new Unreadable('font', 'is in an old font: convert it to Unicode (R5)');
    throw error;
  }
}

/** The form has its rows numbered before anybody fills them in. */
function isFilled({ cells, formulas = [] }: FormRow<AnnexField>): boolean {
  return [...Object.keys(cells), ...formulas].some((field) => field !== 'index');
}

/** Below the last row that is numbered or asks for something stand place, date and who signs. */
function withoutSignature(rows: readonly FormRow<AnnexField>[]): readonly FormRow<AnnexField>[] {
  const last = rows.findLastIndex(
    ({ cells }) => /^\d+$/.test(cells.index ?? '') || cells.request !== undefined,
  );
  return last < 0 ? rows : rows.slice(0, last + 1);
}

/** Columns that `hopthu import` reads, and a request has no field for, where they are filled. */
function unreadColumns(rows: readonly FormRow<AnnexField>[]): readonly string[] {
  const filled = new Set(rows.flatMap(({ cells }) => Object.keys(cells) as AnnexField[]));
  return [...filled].filter((field) => !readFields.includes(field)).map((field) => annexForm[field].title);
}

function requestRow({ number, cells, formulas = [] }: FormRow<AnnexField>): RequestRow {
  const action = actionOf(cells.request);
  const read = texts.flatMap(([column, field, most]) => {
    const text = formulas.includes(column) ? '' : oneLine(cells[column] ?? '', most);
    return text === '' ? [] : [[field, text]];
  });
  return { number, ...(action === undefined ? {} : { action }), ...Object.fromEntries(read) };
}

function actionOf(text: string | undefined): RequestAction | undefined {
  const kind = text === undefined ? undefined : requestOf(text);
  return kind && actions[kind];
}

function findingsOf(row: FormRow<AnnexField>, words: FindingWords): readonly RequestFinding[] {
  const { number, cells, formulas = [], tooLong = [] } = row;
  const finding = (field: string, column: AnnexField, fault: CellFault, value = ''): RequestFinding => ({
    row: number,
    field,
    rule: fault === 'font' ? 'R5' : 'R20',
    message: words.cell(fault, {
      column: annexForm[column].title,
      value,
      actions: Object.values(requestTitles).join(', '),
    }),
  });
  const ofTexts = texts.flatMap(([column, field, most]) => {
    const text = cells[column] ?? '';
    if (formulas.includes(column)) return [finding(field, column, 'formula')];
    if (tooLong.includes(column) || text.length > most) return [finding(field, column, 'long')];
    return isOldFont(text) && column !== 'address' ? [finding(field, column, 'font')] : [];
  });
  if (formulas.includes('request')) return [...ofTexts, finding('action', 'request', 'formula')];
  if (cells.request === undefined) return [...ofTexts, finding('action', 'request', 'noAction')];
  if (actionOf(cells.request) !== undefined) return ofTexts;
  return [...ofTexts, finding('action', 'request', 'action', cells.request)];
}
