/**
 * A document as a workbook: the first sheet reads like the document, and each table and the data of each chart has a sheet of
 * its own. Text is written as text, so that what looks like a formula is none.
 */
import writeXlsx, { type CellObject, type Row } from 'write-excel-file/node';
import { printable } from './markup.ts';
import { type Block, type Cell, type Document, type Table, tableOf } from './model.ts';

export async function renderXlsx(document: Document): Promise<Buffer> {
  const tables = document.blocks.flatMap((block) =>
    block.kind === 'table' ? [block] : block.kind === 'chart' ? [tableOf(block)] : [],
  );
  const names = new Set<string>();
  const sheets = [
    { sheet: sheetName(document.title, names), data: summary(document), columns: [{ width: 100 }] },
    ...tables.map((table) => ({
      sheet: sheetName(table.title, names),
      data: grid(table),
      columns: table.columns.map((_, index) => ({ width: widthOf(table, index) })),
      stickyRowsCount: 1,
    })),
  ];
  return writeXlsx(sheets).toBuffer();
}

/** At most 31 characters without `: \ / ? * [ ]`, and none twice, whatever its case. */
function sheetName(title: string, taken: Set<string>): string {
  const base =
    printable(title)
      .replace(/[:\\/?*[\]']/g, ' ')
      .replace(/\s+/g, ' ')
      .trim()
      .slice(0, 31)
      .trim() || '-';
  for (let number = 1; ; number += 1) {
    const suffix = number === 1 ? '' : ` ${number}`;
    const name = `${base.slice(0, 31 - suffix.length)}${suffix}`;
    if (taken.has(name.toLowerCase())) continue;
    taken.add(name.toLowerCase());
    return name;
  }
}

function text(value: string, style: Partial<CellObject> = {}): CellObject | null {
  if (value === '') return null;
  return { value: printable(value), type: String, wrap: true, alignVertical: 'top', ...style } as CellObject;
}

function cell(value: Cell, style: Partial<CellObject> = {}): CellObject | null {
  if (typeof value === 'string') return text(value, style);
  const format = Number.isInteger(value) ? '#,##0' : '#,##0.0';
  return { value, type: Number, format, alignVertical: 'top', ...style } as CellObject;
}

function summary({ letterhead, title, subtitle, blocks, signature }: Document): Row[] {
  const bold = { fontWeight: 'bold' } as const;
  return [
    [text(letterhead?.above ?? '')],
    [text(letterhead?.office ?? '', bold)],
    [text(letterhead?.number ?? '')],
    [text(letterhead?.placeAndDate ?? '', { fontStyle: 'italic' })],
    [text(title, { ...bold, fontSize: 14 })],
    [text(subtitle ?? '', bold)],
    ...blocks.flatMap(prose),
    ...(signature === undefined
      ? []
      : [...signature.title, signature.name ?? ''].map((line) => [text(line, bold)])),
  ].filter(([first]) => first !== null);
}

function prose(block: Block): Row[] {
  const bold = { fontWeight: 'bold' } as const;
  switch (block.kind) {
    case 'heading':
      return [[text(block.text, bold)]];
    case 'paragraph':
      return [[text(block.text, block.style === 'bold' ? bold : {})]];
    case 'list':
      return block.items.map((item) => [text(`- ${item}`)]);
    case 'fields':
      return block.fields.map(({ label, value }) => [text(`${label}: ${value}`)]);
    default:
      return [];
  }
}

function grid({ columns, rows, total }: Table): Row[] {
  const bold = { fontWeight: 'bold' } as const;
  return [
    columns.map(({ title }) => text(title, { ...bold, backgroundColor: '#E8EDF3' })),
    ...rows.map((row) => row.map((value) => cell(value))),
    ...(total === undefined ? [] : [total.map((value) => cell(value, bold))]),
  ];
}

/** As wide as the longest value, within bounds that fit on a screen. */
function widthOf({ columns, rows }: Table, index: number): number {
  const lengths = rows.map((row) => String(row[index] ?? '').length);
  return Math.min(50, Math.max(10, (columns[index]?.title.length ?? 0) / 1.5, ...lengths) + 2);
}
