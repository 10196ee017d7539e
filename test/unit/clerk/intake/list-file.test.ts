import { describe, expect, it } from '@jest/globals';
import { strToU8, zipSync } from 'fflate';
import { emptyForm, emptyFormName } from '../../../../clerk/intake/empty-form.ts';
import { readListFile } from '../../../../clerk/intake/list-file.ts';
import { sentLists } from '../../../../cli/annex/limits.ts';
import { tablesOf } from '../../../../cli/annex/tables.ts';
import { Unreadable } from '../../../../cli/annex/unreadable.ts';
import { csv, people, peopleRows, sheet, titles, words, xlsx } from './lists.ts';

const read = (name: string, content: Uint8Array) => readListFile(name, content, words);

async function reasonOf(name: string, content: Uint8Array): Promise<string> {
  try {
    await read(name, content);
  } catch (error) {
    if (error instanceof Unreadable) return error.reason;
    throw error;
  }
  return 'read';
}

const utf16 = (text: string, isBig: boolean) => {
  const bytes = Buffer.from(`\uFEFF${text}`, 'utf16le');
  return isBig ? bytes.swap16() : bytes;
};

describe('a list', () => {
  it.each<[string, string, Uint8Array]>([
    ['XLSX', 'ds.xlsx', xlsx(sheet(people))],
    ['XLSX with its name in capitals', 'DS.XLSX', xlsx(sheet(people))],
    ['CSV with semicolons', 'ds.csv', csv(people)],
    [
      'CSV with commas and a byte order mark',
      'ds.csv',
      Buffer.concat([Buffer.from('\uFEFF'), csv(people, ',')]),
    ],
    ['UTF-16', 'ds.csv', utf16(csv(people, '\t').toString(), false)],
    ['UTF-16 of the other order', 'ds.txt', utf16(csv(people, '\t').toString(), true)],
    ['decomposed letters', 'ds.csv', Buffer.from(csv(people).toString().normalize('NFD'))],
  ])('as %s is rows of a request', async (_, name, content) => {
    expect(await read(name, content)).toEqual({ rows: peopleRows, findings: [] });
  });

  it('has its columns in any order, without diacritics, below lines of title and above the signature', async () => {
    const rows = [
      ['ĐỀ NGHỊ CẤP HỘP THƯ', '', '', '', ''],
      ['Sóc Trăng, ngày 26 tháng 11 năm 2026'],
      ['LOAI YEU CAU', 'Ho ten', 'DON VI', 'STT', 'dia chi moi'],
      ['(1)', '(2)', '(3)', '(4)', '(5)'],
      ['Đổi tên', 'Đoàn Văn Thông', 'Sở Y tế', '1', 'thong.yt'],
      ['', '', 'THỦ TRƯỞNG ĐƠN VỊ', '', ''],
      ['', 'Nguyễn Văn A', '', '', ''],
    ];
    const { rows: found, findings } = await read('ds.xlsx', xlsx(sheet(rows)));
    expect(findings).toEqual([]);
    expect(found).toEqual([
      {
        number: 5,
        action: 'Rename',
        name: 'Đoàn Văn Thông',
        organization: 'Sở Y tế',
        newAddress: 'thong.yt',
      },
    ]);
  });

  it('tells of columns that nobody reads, which refuses nothing', async () => {
    const rows = [
      [...titles, 'Ngày sinh', 'Hạn mức'],
      [...(people[1] ?? []), '01/01/1990', '1Gi'],
    ];
    const { findings } = await read('ds.csv', csv(rows));
    expect(findings).toEqual([{ message: 'Các cột không được đọc: Ngày sinh, Hạn mức.', refuses: false }]);
  });

  it.each<[string, string[], object[]]>([
    ['no kind of request', ['1', 'A B', '', 'Sở', ''], [{ field: 'action', rule: 'R20' }]],
    ['another kind of request', ['1', 'A B', '', 'Sở', 'mở rộng'], [{ field: 'action' }]],
    ['a formula in CSV', ['1', '=HYPERLINK("http://x","A")', '', 'Sở', 'cấp mới'], [{ field: 'name' }]],
    ['a formula as kind of request', ['1', 'A B', '', 'Sở', '=A1'], [{ field: 'action' }]],
    ['an old font', ['1', 'NguyÔn V¨n An', '', 'Sở', 'cấp mới'], [{ field: 'name', rule: 'R5' }]],
    ['a long cell', ['1', 'A'.repeat(300), '', 'Sở', 'cấp mới'], [{ field: 'name' }]],
    ['a cell without end', ['1', 'A'.repeat(100_000), '', 'Sở', 'cấp mới'], [{ field: 'name' }]],
  ])('with %s has a finding for that row alone', async (_, row, wanted) => {
    const { rows, findings } = await read('ds.csv', csv([titles, row, people[2] ?? []]));
    expect(rows).toHaveLength(2);
    expect(findings).toEqual(
      wanted.map((one) => ({
        row: 2,
        rule: 'R20',
        message: expect.stringMatching(/^\p{Lu}.*\.?$/u),
        ...one,
      })),
    );
  });

  it('with more findings than fit has one for each row that has any', async () => {
    const row = ['1', '=A', '=A', '=A', '=A', '=A', '=A', '=A', '=A'];
    const { rows, findings } = await read('ds.csv', csv([titles, ...Array(500).fill(row)]));
    expect([rows.length, findings.length]).toEqual([500, 1000]);
    expect(new Set(findings.map(({ row: number }) => number)).size).toBe(500);
  });

  it('keeps nothing of a formula, whatever it was computed to', async () => {
    const formula = '<c t="str"><f>CONCATENATE("Tran","A")</f><v>Trần A</v></c>';
    const { rows, findings } = await read(
      'ds.xlsx',
      xlsx(sheet([titles, ['1', formula, '', 'Sở Y tế', 'cấp mới']])),
    );
    expect(rows).toEqual([{ number: 2, action: 'Grant', organization: 'Sở Y tế' }]);
    expect(findings).toEqual([
      { row: 2, field: 'name', rule: 'R20', message: 'Ô "Họ và tên" có công thức; xin ghi giá trị.' },
    ]);
  });

  it('has no control or bidirectional characters left', async () => {
    const row = ['1', 'A\u202e\u0007 B', '', 'Sở', 'cấp mới'];
    expect((await read('ds.csv', csv([titles, row]))).rows[0]).toMatchObject({ name: 'A B' });
  });
});

describe('the empty form', () => {
  it('has no row, and is read once somebody has filled it in', async () => {
    await expect(read(emptyFormName, await emptyForm())).rejects.toMatchObject({ reason: 'empty' });
    const [table = []] = await tablesOf(emptyFormName, await emptyForm(), sentLists);
    const rows = table.map(({ cells }) => [...cells]);
    rows[3]?.splice(1, 4, 'Trần Thị Thu Hà', '', 'Sở Y tế', 'cấp mới');
    expect(await read('ds.csv', csv(rows))).toEqual({
      rows: [{ number: 4, action: 'Grant', name: 'Trần Thị Thu Hà', organization: 'Sở Y tế' }],
      findings: [],
    });
  });
});

describe('a file that is no list', () => {
  const bomb = () => strToU8(sheet([titles, ['1', 'x'.repeat(9 * 2 ** 20), '', 'Sở', 'hủy']]));
  const far = (place: string, row = '2') =>
    sheet(people).replace('</sheetData>', `<row r="${row}"><c r="${place}"><v>1</v></c></row></sheetData>`);
  it.each<[string, string, () => Uint8Array, string]>([
    ['a PDF', 'cong-van.pdf', () => Buffer.from('%PDF-1.7'), 'kind'],
    ['macros, by name', 'ds.xlsm', () => xlsx(sheet(people)), 'macros'],
    [
      'macros, by content',
      'ds.xlsx',
      () => xlsx(sheet(people), { 'xl/vbaProject.bin': strToU8('x') }),
      'macros',
    ],
    ['Excel of before 2007', 'ds.xlsx', () => Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'locked'],
    ['text', 'ds.xlsx', () => Buffer.from('Họ và tên'), 'broken'],
    ['nothing', 'ds.xlsx', () => new Uint8Array(), 'broken'],
    ['half a file', 'ds.xlsx', () => xlsx(sheet(people)).slice(0, 400), 'broken'],
    ['another archive', 'ds.xlsx', () => zipSync({ 'word/document.xml': strToU8('<a/>') }), 'broken'],
    ['no sheet', 'ds.xlsx', () => xlsx('<a/>'), 'broken'],
    ['a bomb', 'ds.xlsx', () => xlsx('', { 'xl/worksheets/sheet1.xml': bomb() }), 'large'],
    ['a bomb beside', 'ds.xlsx', () => xlsx(sheet(people), { 'xl/sharedStrings.xml': bomb() }), 'large'],
    [
      'a thousand parts',
      'ds.xlsx',
      () =>
        xlsx(
          sheet(people),
          Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`x/${n}`, strToU8('')])),
        ),
      'large',
    ],
    ['a cell in the last row', 'ds.xlsx', () => xlsx(far('A1048576', '1048576')), 'large'],
    ['a cell in a row beyond all', 'ds.xlsx', () => xlsx(far('A99999999999', '99999999999')), 'broken'],
    ['a row in words', 'ds.xlsx', () => xlsx(far('A9', '1e9')), 'broken'],
    [
      'rows in a part with the name of another',
      'ds.xlsx',
      () =>
        xlsx('', {
          'xl/styles.xml': strToU8(far('A1048576', '1048576')),
          'xl/_rels/workbook.xml.rels': strToU8(
            '<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="styles.xml"/></Relationships>',
          ),
        }),
      'large',
    ],
    [
      'rows without numbers',
      'ds.xlsx',
      () => xlsx(`<worksheet><sheetData>${'<row/>'.repeat(5_001)}</sheetData></worksheet>`),
      'large',
    ],
    ['a cell in the last column', 'ds.xlsx', () => xlsx(far('XFD9', '9')), 'large'],
    [
      'entities',
      'ds.xlsx',
      () => xlsx(`<!DOCTYPE a [<!ENTITY b "${'x'.repeat(1000)}">]>${sheet(people)}`),
      'broken',
    ],
    [
      'a formula whose value is none',
      'ds.xlsx',
      () => xlsx(sheet([titles, ['1', '<c t="b"><f>A1</f><v>x</v></c>', '', 'Sở', 'hủy']])),
      'formulas',
    ],
    ['TCVN3 in CSV', 'ds.csv', () => Buffer.from('H\xe4 v\xb5 t\xaan;\xae\xacn v\xde', 'latin1'), 'encoding'],
    [
      'TCVN3 in XLSX',
      'ds.xlsx',
      () =>
        xlsx(
          sheet([
            ['Hä vµ tªn', '§¬n vÞ', 'Lo¹i yªu cÇu'],
            ['NguyÔn V¨n An', 'Së Y tÕ', 'cÊp míi'],
          ]),
        ),
      'font',
    ],
    [
      'VNI in XLSX',
      'ds.xlsx',
      () =>
        xlsx(
          sheet([
            ['Hoï vaø teân', 'Ñôn vò', 'Loaïi yeâu caàu'],
            ['Nguyeãn Vaên An', 'Sôû Y teá', 'huûy'],
          ]),
        ),
      'font',
    ],
    [
      'other columns',
      'ds.csv',
      () =>
        csv([
          ['Tên hàng', 'Số lượng'],
          ['Bàn', '2'],
        ]),
      'header',
    ],
    ['a column twice', 'ds.csv', () => csv([[...titles, 'Họ tên'], people[1] ?? []]), 'columns'],
    ['titles alone', 'ds.csv', () => csv([titles]), 'empty'],
    ['more rows than a request has', 'ds.csv', () => csv([titles, ...Array(501).fill(people[1])]), 'rows'],
    [
      'more text than etcd keeps in one object',
      'ds.csv',
      () => csv([titles, ...Array(400).fill([...(people[1] ?? []).slice(0, 8), 'ệ'.repeat(499)])]),
      'large',
    ],
    ['rows without end', 'ds.csv', () => csv(Array(5_002).fill(['x'])), 'large'],
    ['text without end', 'ds.csv', () => Buffer.alloc(2 ** 20 + 1, 'a'), 'large'],
  ])('(%s) is refused with the reason', async (_, name, content, reason) => {
    expect(await reasonOf(name, content())).toBe(reason);
  });

  it('may lie about its size: nothing of it is unpacked beyond what it claims', async () => {
    const honest = Buffer.from(xlsx('', { 'xl/worksheets/sheet1.xml': bomb() }));
    // The sizes in the directory of the archive, which says that each part has 100 bytes.
    for (let at = honest.indexOf('PK\u0001\u0002'); at >= 0; at = honest.indexOf('PK\u0001\u0002', at + 4))
      honest.writeUInt32LE(100, at + 24);
    const started = performance.now();
    expect(['broken', 'header', 'empty']).toContain(await reasonOf('ds.xlsx', honest));
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
