/** The empty form of the list, for whoever asks and for the clerk's letters (R20). */
import { annexColumns, annexWidths, requestTitles } from '../../cli/annex/form.ts';
import { xlsxOf } from '../../cli/annex/table.ts';

/** The form of the regulation, and the address that is asked for; the columns after it are administrators'. */
const columns = [
  'index',
  'name',
  'title',
  'organization',
  'request',
  'address',
  'newAddress',
  'phone',
  'id',
  'note',
] as const;
const numbered = 20;

export const emptyFormName = 'mau-danh-sach-yeu-cau.xlsx';
export const emptyFormType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** An XLSX file that `readListFile` reads: titles, and numbered rows to fill in. */
export async function emptyForm(): Promise<Buffer> {
  const titles = columns.map((column) => {
    const { title } = annexColumns[column];
    return column === 'request' ? `${title} (${Object.values(requestTitles).join(', ')})` : title;
  });
  const rows = Array.from({ length: numbered }, (_, index) => [String(index + 1)]);
  return await xlsxOf(
    [titles, ...rows],
    columns.map((column) => annexWidths[column]),
  );
}
