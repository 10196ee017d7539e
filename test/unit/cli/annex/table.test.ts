import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { withHeader } from '../../../../cli/annex/columns.ts';
import { annexForm } from '../../../../cli/annex/form.ts';
import { ownLists } from '../../../../cli/annex/limits.ts';
import { readList, writeTable } from '../../../../cli/annex/table.ts';
import { tablesOf } from '../../../../cli/annex/tables.ts';
import { TemporaryFolder } from './world.ts';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = new TemporaryFolder();
});
afterEach(() => folder.remove());

async function read(path: string) {
  return readList(path, annexForm);
}

const people = [
  { number: 5, cells: { index: '1', name: 'Đoàn Văn Thông', organization: 'Sở A, B', request: 'cấp mới' } },
  {
    number: 7,
    cells: { index: '2', name: "K'Brông", organization: 'Sở "C"', request: 'hủy', phone: '0299' },
  },
];

/** Two lines of title, the header, the numbers of the columns, a person, an empty row, a person. */
function lines(header: readonly string[], separator: string, quote: boolean): string {
  const cell = (text: string) => (quote ? `"${text.replaceAll('"', '""')}"` : text);
  const rows = [
    ['PHỤ LỤC: DANH SÁCH, ĐỀ NGHỊ'],
    [],
    header,
    header.map((_, index) => `(${index + 1})`),
    ['1', ' Đoàn  Văn\u00A0Thông ', 'Sở A, B', 'cấp mới', ''],
    header.map(() => ''),
    ['2', "K'Brông", 'Sở "C"', 'hủy', '0299'],
  ];
  return rows.map((row) => row.map(cell).join(separator)).join('\r\n');
}

const accented = ['STT', 'Họ và tên', 'Đơn vị', 'Loại yêu cầu', 'Điện thoại'];

describe('a CSV list', () => {
  it.each<[string, string | Buffer]>([
    ['semicolons', lines(accented, ';', true)],
    ['commas', lines(accented, ',', true)],
    ['tabs', lines(accented, '\t', false)],
    ['a byte order mark', `\uFEFF${lines(accented, ';', true)}`],
    ['UTF-16, as "Unicode Text" of Excel', Buffer.from(`\uFEFF${lines(accented, '\t', false)}`, 'utf16le')],
    ['decomposed letters', lines(accented, ';', true).normalize('NFD')],
    [
      'titles without diacritics',
      lines(['stt', 'HO VA TEN', 'Don vi', 'loai yeu cau', 'Dien thoai'], ';', true),
    ],
    [
      'titles with remarks',
      lines(['Số TT', 'Họ, tên (*)', 'Đơn vị (công tác)', 'Yêu cầu:', 'Số điện thoại'], ';', true),
    ],
  ])('with %s is read, by the row numbers of the spreadsheet', async (_, text) => {
    const path = join(folder.path, 'list.csv');
    writeFileSync(path, text);
    expect((await read(path)).rows).toEqual(people);
  });

  it('may have a line break inside a cell, and columns that nobody reads', async () => {
    const text = 'Họ và tên;Đơn vị;Loại yêu cầu;Phòng\n"Lê\nVăn An";A;hủy;12\nB;C;hủy;\n';
    expect(await read(folder.write('list.csv', text))).toEqual({
      rows: [
        { number: 2, cells: { name: 'Lê Văn An', organization: 'A', request: 'hủy' } },
        { number: 3, cells: { name: 'B', organization: 'C', request: 'hủy' } },
      ],
      ignored: ['Phòng'],
    });
  });

  it.each<[string, string | Buffer, string]>([
    [
      'list.csv',
      'a;b\nc;d\n',
      'has no header row: a row with the columns "Họ và tên", "Đơn vị", "Loại yêu cầu"',
    ],
    ['list.csv', 'Họ tên;Họ và tên;Đơn vị;Yêu cầu\n', 'row 1: the column "Họ và tên" is there twice'],
    ['list.csv', Buffer.from('H\xf4 t\xean', 'latin1'), 'is not in Unicode: save it as "CSV UTF-8"'],
    ['list.csv', '', 'has no header row'],
    ['list.xls', 'x', 'is neither .xlsx nor .csv'],
    ['list.xlsx', 'x', 'is not an XLSX file'],
  ])('%s of %j is refused', async (file, text, reason) => {
    const path = join(folder.path, file);
    writeFileSync(path, text);
    await expect(read(path)).rejects.toThrow(reason);
  });

  it('that is not there is refused', async () => {
    await expect(read(join(folder.path, 'no.csv'))).rejects.toThrow(
      /^cannot read .*no\.csv: there is no such file/,
    );
  });
});

describe('a written list', () => {
  const rows = [
    ['Họ và tên', 'Đơn vị', 'Loại yêu cầu', 'Điện thoại'],
    ['Lê Thị Ân', 'Sở A; B', 'cấp mới', '+84 299'],
    ['=HYPERLINK("x")', '@b', '-', ''],
  ];

  it.each(['list.csv', 'list.xlsx'])('%s is read again as it was', async (file) => {
    const path = join(folder.path, file);
    await writeTable(path, rows, [20, 20, 20, 20]);
    const table = withHeader(await tablesOf(path, readFileSync(path), ownLists), annexForm);
    expect(table.slice(0, 3).map(({ cells }) => cells)).toEqual(rows);
  });

  it('in CSV begins with a byte order mark, and no cell is a formula', async () => {
    const path = join(folder.path, 'list.csv');
    await writeTable(path, rows, []);
    const text = readFileSync(path, 'utf8');
    expect(text.startsWith('\uFEFFHọ và tên,')).toBe(true);
    expect(text).not.toMatch(/(^|[,"])[=@+-]/m);
  });

  it.each(['list.ods', 'no-such-folder/list.csv'])('cannot be %s', async (file) => {
    await expect(writeTable(join(folder.path, file), rows, [])).rejects.toThrow(
      /neither|cannot write .*there is no such/,
    );
  });
});
