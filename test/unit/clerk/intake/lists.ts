/** Lists as officials and others send them, made here. */
import { readFileSync } from 'node:fs';
import { strToU8, zipSync } from 'fflate';
import { findingWords } from '../../../../operator/core/requests/findings.ts';

export const findingsText = readFileSync(
  new URL('../../../../charts/config/requests/findings.yaml', import.meta.url),
  'utf8',
);
export const words = findingWords(findingsText);

export const titles = [
  'Số thứ tự',
  'Họ và tên',
  'Chức vụ',
  'Đơn vị',
  'Loại yêu cầu',
  'Địa chỉ hiện có',
  'Điện thoại',
  'Mã cán bộ',
  'Ghi chú',
];

export function csv(rows: readonly (readonly string[])[], separator = ';'): Buffer {
  const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
  return Buffer.from(rows.map((row) => row.map(quoted).join(separator)).join('\r\n'));
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** Column letter of a small sheet. */
const letter = (column: number) => String.fromCharCode(65 + column);

/** The markup of a sheet with these texts; a cell that begins with `<` stands as it is. */
export function sheet(rows: readonly (readonly string[])[]): string {
  const lines = rows.map((cells, index) => {
    const marked = cells.map((cell, column) => {
      const place = `${letter(column)}${index + 1}`;
      if (cell.startsWith('<')) return cell.replace('<c', `<c r="${place}"`);
      return cell === '' ? '' : `<c r="${place}" t="inlineStr"><is><t>${escaped(cell)}</t></is></c>`;
    });
    return `<row r="${index + 1}">${marked.join('')}</row>`;
  });
  return `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${lines.join('')}</sheetData></worksheet>`;
}

const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

/** A workbook of one sheet; `more` parts are added, or take the place of others. */
export function xlsx(markup: string, more: Readonly<Record<string, Uint8Array>> = {}): Uint8Array {
  return zipSync({
    'xl/workbook.xml': strToU8(
      `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="${office}"><sheets><sheet name="Danh sách" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    ),
    'xl/_rels/workbook.xml.rels': strToU8(
      `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
    ),
    'xl/worksheets/sheet1.xml': strToU8(markup),
    ...more,
  });
}

export const people = [
  titles,
  ['1', 'Trần Thị Thu Hà', 'Chuyên viên', 'Sở Y tế', 'cấp mới', '', '0299 3821 234', 'CB-00402', ''],
  ['2', 'Lê Văn An', '', 'Sở Y tế', 'hủy', 'lvan@soctrang.gov.vn', '', '', 'nghỉ hưu'],
];

export const peopleRows = [
  {
    number: 2,
    action: 'Grant',
    name: 'Trần Thị Thu Hà',
    title: 'Chuyên viên',
    organization: 'Sở Y tế',
    telephone: '0299 3821 234',
    employeeNumber: 'CB-00402',
  },
  {
    number: 3,
    action: 'Cancel',
    name: 'Lê Văn An',
    organization: 'Sở Y tế',
    address: 'lvan@soctrang.gov.vn',
    note: 'nghỉ hưu',
  },
];
