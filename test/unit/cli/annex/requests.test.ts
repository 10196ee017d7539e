import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { socTrang } from '../../../support/sites.ts';
import { type AnnexCells, TemporaryFolder } from './world.ts';

const department = 'Sở Thông tin và Truyền thông';
const grant = (cells: AnnexCells): AnnexCells => ({ request: 'cấp mới', organization: department, ...cells });
const ha = { name: 'Trần Thị Thu Hà', id: 'CB-00402', title: 'Chuyên viên' };

let folder: TemporaryFolder;
beforeEach(() => {
  folder = new TemporaryFolder().copySamples('soc-trang', [
    'organizations.yaml',
    'organization-mailboxes.yaml',
    'people.yaml',
  ]);
});
afterEach(() => folder.remove());

const imported = (rows: readonly AnnexCells[], granted?: ReadonlyMap<string, string>) =>
  folder.carryOut(socTrang, rows, granted);
const kinds = (rows: readonly AnnexCells[]) => imported(rows).map(({ kind }) => kind);

describe('a grant', () => {
  it('is a manifest of its own, with the finalizer and what the row says', () => {
    expect(imported([grant({ ...ha, phone: '0299 3821 234' })])).toMatchObject([
      {
        kind: 'created',
        row: 2,
        file: 'mailboxes/tran-thi-thu-ha.yaml',
        text: `Trần Thị Thu Hà (${department})`,
      },
    ]);
    expect(folder.read('mailboxes/tran-thi-thu-ha.yaml')).toBe(`apiVersion: hopthu.io/v1alpha1
kind: Mailbox
metadata:
  name: tran-thi-thu-ha
  namespace: soc-trang-accounts
  finalizers:
    - hopthu.io/directory
spec:
  organizationRef:
    name: so-tttt
  type: Personal
  person:
    id: CB-00402
    fullName: Trần Thị Thu Hà
    title: Chuyên viên
    phone: 0299 3821 234
`);
  });

  it('changes nothing the second time', () => {
    const rows = [grant(ha), grant({ name: 'Lê Văn An' })];
    expect(kinds(rows)).toEqual(['created', 'created']);
    const before = folder.files().map((file) => folder.read(file));
    expect(kinds(rows)).toEqual(['unchanged', 'unchanged']);
    expect(folder.files().map((file) => folder.read(file))).toEqual(before);
  });

  it('changes a file in place and leaves everything else in it as it was', () => {
    const before = folder.read('people.yaml');
    expect(
      imported([grant({ name: 'Nguyễn Thanh Bình', id: 'cb-00123', title: 'Trưởng phòng' })]),
    ).toMatchObject([
      {
        kind: 'changed',
        row: 2,
        file: 'people.yaml',
        text: 'person.title Chuyên viên → Trưởng phòng',
      },
    ]);
    const after = folder.read('people.yaml').split('\n');
    const changed = before.split('\n').filter((line, index) => line !== after[index]);
    expect(changed).toEqual(['    title: Chuyên viên']);
  });

  it.each(['31/12/2027', '2027-12-31', '2027-12-31T00:00:00.000Z'])('ends on %s', (validUntil) => {
    imported([grant({ ...ha, validUntil })]);
    expect(folder.specs('Mailbox')['tran-thi-thu-ha']).toMatchObject({ validUntil: '2027-12-31' });
  });

  it('moves a person to another unit (R24)', () => {
    imported([grant({ name: 'Đoàn Văn Thông', id: 'CB-00301', organization: 'sotttt' })]);
    expect(folder.specs('Mailbox')['doan-van-thong']).toMatchObject({ organizationRef: { name: 'so-tttt' } });
  });

  it('takes the staff number into the name where two people share it', () => {
    imported([grant({ ...ha, id: 'CB-1' }), grant({ ...ha, id: 'CB-2' })]);
    expect(folder.files().filter((file) => file.startsWith('mailboxes/'))).toEqual([
      'mailboxes/tran-thi-thu-ha-cb-2.yaml',
      'mailboxes/tran-thi-thu-ha.yaml',
    ]);
  });

  it("with the unit's name in both columns is the organization's own mailbox (R3)", () => {
    folder.remove();
    folder = new TemporaryFolder().copySamples('soc-trang');
    imported([grant({ name: department })]);
    expect(folder.specs('Mailbox')).toEqual({
      'so-tttt': { organizationRef: { name: 'so-tttt' }, type: 'Organization' },
    });
  });

  it.each([
    'Sở Thông tin và Truyền thông',
    'SO THONG TIN VA TRUYEN THONG',
    'Sở Thông tin - Truyền thông',
    'Sở Thông tin và Truyền thông'.normalize('NFD'),
    'sotttt',
    'so-tttt',
  ])('knows the unit as %s', (organization) => {
    expect(kinds([grant({ ...ha, organization })])).toEqual(['created']);
    expect(folder.specs('Mailbox')['tran-thi-thu-ha']).toMatchObject({
      organizationRef: { name: 'so-tttt' },
    });
  });

  it('knows a unit of several with the name of the one above', () => {
    folder.write(
      'more.yaml',
      ['so-tttt', 'ubnd-huyen-my-xuyen']
        .map(
          (parent) =>
            `---\napiVersion: hopthu.io/v1alpha1\nkind: Organization\nmetadata: { name: pnv-${parent} }\nspec: { name: Phòng Nội vụ, parentRef: { name: ${parent} } }\n`,
        )
        .join(''),
    );
    const [refused, created] = imported([
      grant({ ...ha, organization: 'Phòng Nội vụ' }),
      grant({ ...ha, organization: 'Phòng Nội vụ - UBND huyện Mỹ Xuyên' }),
    ]);
    expect(refused?.text).toBe(
      'đơn vị "Phòng Nội vụ" có thể là Phòng Nội vụ, Sở Thông tin và Truyền thông; Phòng Nội vụ, UBND huyện Mỹ Xuyên: ghi rõ đơn vị nào',
    );
    expect(created?.kind).toBe('created');
  });
});

describe('the other requests', () => {
  const binh = { name: 'Nguyễn Thanh Bình', organization: department, id: 'CB-00123' };

  it('hủy removes the manifest, and the file when nothing else is in it', () => {
    imported([grant(ha)]);
    const rows = [
      { ...ha, organization: department, request: 'hủy' },
      { ...binh, request: 'Huỷ' },
    ];
    expect(kinds(rows)).toEqual(['removed', 'removed']);
    expect(folder.files()).not.toContain('mailboxes/tran-thi-thu-ha.yaml');
    expect(Object.keys(folder.specs('Mailbox'))).not.toContain('nguyen-thanh-binh-cb123');
    expect(Object.keys(folder.specs('Mailbox'))).toContain('nguyen-thanh-binh-cb214');
  });

  it('cấp lại mật khẩu asks for one reset, with the day', () => {
    expect(kinds([{ ...binh, request: 'cấp lại mật khẩu' }])).toEqual(['changed']);
    expect(folder.specs('Mailbox')['nguyen-thanh-binh-cb123']).toMatchObject({ passwordReset: '2026-11-21' });
    expect(folder.read('people.yaml')).toContain('passwordReset: "2026-11-21"');
    expect(kinds([{ ...binh, request: 'cấp lại mật khẩu' }])).toEqual(['unchanged']);
  });

  it.each<AnnexCells>([
    { newAddress: 'ntbinh.cntt' },
    { newAddress: 'NTBinh.CNTT@soctrang.gov.vn' },
    { note: 'Đổi thành ntbinh.cntt@soctrang.gov.vn.' },
    {
      note: 'ntbinh.sotttt@soctrang.gov.vn -> ntbinh.cntt@soctrang.gov.vn',
      address: 'ntbinh.sotttt@soctrang.gov.vn',
    },
  ])('đổi tên truy cập takes the address from %j', (cells) => {
    expect(kinds([{ ...binh, ...cells, request: 'đổi tên truy cập' }])).toEqual(['changed']);
    expect(folder.specs('Mailbox')['nguyen-thanh-binh-cb123']).toMatchObject({ localPart: 'ntbinh.cntt' });
  });

  it('find a person by an address that only one of that name may have', () => {
    const thong = { name: 'Đoàn Văn Thông', address: 'dvthong@soctrang.gov.vn' };
    expect(kinds([{ ...thong, organization: 'UBND huyện Mỹ Xuyên', request: 'hủy' }])).toEqual(['removed']);
  });

  it('find a person by the address that the cluster granted', () => {
    const granted = new Map([
      ['soc-trang-accounts/nguyen-thanh-binh', 'ntbinh@soctrang.gov.vn'],
      ['soc-trang-accounts/nguyen-thanh-binh-cb123', 'ntbinh2.sotttt@soctrang.gov.vn'],
      ['soc-trang-accounts/nguyen-thanh-binh-cb214', 'ntbinh.sotttt@soctrang.gov.vn'],
    ]);
    const row = { name: 'Nguyễn Thanh Bình', request: 'hủy', address: 'ntbinh2.sotttt@soctrang.gov.vn' };
    expect(imported([row])[0]?.text).toMatch(/nhiều hộp thư/);
    expect(imported([row], granted)).toMatchObject([{ kind: 'removed', text: 'Nguyễn Thanh Bình' }]);
    expect(Object.keys(folder.specs('Mailbox'))).not.toContain('nguyen-thanh-binh-cb123');
  });
});

describe('a row is refused', () => {
  const binh = { name: 'Nguyễn Thanh Bình', organization: department, id: 'CB-00123' };

  it.each<[AnnexCells, RegExp]>([
    [{}, /thiếu loại yêu cầu/],
    [grant({}), /thiếu họ và tên/],
    [{ ...grant(ha), organization: '' }, /đơn vị "" không có/],
    [grant({ ...ha, request: 'gia hạn' }), /loại yêu cầu "gia hạn"/],
    [grant({ ...ha, organization: 'Sở Y tế' }), /đơn vị "Sở Y tế" không có trong danh mục/],
    [grant({ ...ha, name: 'Trần 2 Hà' }), /họ và tên: chỉ gồm/],
    [grant({ ...ha, name: 'Trần\u202EHà' }), /họ và tên: chỉ gồm/],
    [grant({ ...ha, title: 'x'.repeat(101) }), /chức vụ: một dòng chữ/],
    [grant({ ...ha, phone: 'không có' }), /điện thoại: chỉ gồm/],
    [grant({ ...ha, quota: '1 GB' }), /hạn mức/],
    [grant({ ...ha, state: 'nghỉ' }), /trạng thái "nghỉ": ghi hoạt động hoặc tạm khóa/],
    [grant({ ...ha, validUntil: 'hết năm' }), /hiệu lực đến: một ngày như/],
    [grant({ ...ha, registeredAt: '6/10/2014' }), /thời điểm đăng ký/],
    [grant({ ...ha, newAddress: 'hà' }), /địa chỉ mới: phần trước @/],
    [grant({ ...ha, newAddress: 'ha@gmail.com' }), /ha@gmail.com không phải là địa chỉ của soctrang.gov.vn/],
    [grant({ ...ha, newAddress: 'admin' }), /admin@soctrang.gov.vn được dành riêng/],
    [grant({ ...ha, resource: 'Thu Hà' }), /tên tài nguyên "Thu Hà"/],
    [grant({ name: department, title: 'Giám đốc' }), /hộp thư đơn vị không có chức vụ/],
    [
      grant({ ...binh, name: 'Trần Văn Cường' }),
      /CB-00123 là của Nguyễn Thanh Bình, không phải Trần Văn Cường/,
    ],
    [grant({ name: 'Nguyễn Thanh Bình' }), /có ở nhiều hộp thư .*: ghi thêm mã cán bộ/],
    [grant({ name: 'Đoàn Văn Thông' }), /đã có hộp thư tên doan-van-thong của người khác: ghi mã cán bộ/],
    [{ ...binh, request: 'hủy', id: 'CB-9' }, /không có hộp thư nào với mã cán bộ CB-9/],
    [{ name: 'Nguyễn Thanh Bình', request: 'hủy' }, /thiếu mã cán bộ hoặc địa chỉ hiện có/],
    [
      { ...binh, request: 'hủy', name: 'Lê Văn An' },
      /CB-00123 là của Nguyễn Thanh Bình, không phải Lê Văn An/,
    ],
    [
      { ...binh, request: 'hủy', organization: 'UBND huyện Mỹ Xuyên' },
      /không thuộc UBND huyện Mỹ Xuyên \(R20\)/,
    ],
    [{ ...binh, request: 'hủy', address: 'x@gmail.com' }, /x@gmail.com không phải là địa chỉ của/],
    [
      { ...binh, request: 'cấp lại mật khẩu', address: 'khac@soctrang.gov.vn' },
      /không phải là địa chỉ của Nguyễn Thanh Bình/,
    ],
    [{ ...binh, request: 'đổi tên' }, /thiếu địa chỉ mới/],
    [{ ...binh, request: 'đổi tên', note: 'a@soctrang.gov.vn hoặc b@soctrang.gov.vn' }, /thiếu địa chỉ mới/],
    [{ ...binh, request: 'đổi tên', newAddress: 'postmaster' }, /được dành riêng/],
    [{ name: 'Sở Y tế', organization: department, request: 'hủy', id: 'CB-00123' }, /không phải Sở Y tế/],
  ])('%j', (row, reason) => {
    const before = folder.files().map((file) => folder.read(file));
    expect(imported([row])).toMatchObject([{ kind: 'refused', row: 2, text: expect.stringMatching(reason) }]);
    expect(folder.files().map((file) => folder.read(file))).toEqual(before);
  });

  it.each<[string, readonly AnnexCells[], readonly string[]]>([
    ['granted twice', [grant(ha), grant(ha)], ['created', 'refused']],
    ['cancelled and granted again', [{ ...binh, request: 'hủy' }, grant(binh)], ['removed', 'refused']],
    [
      'reset and cancelled',
      [
        { ...binh, request: 'cấp lại mật khẩu' },
        { ...binh, request: 'hủy' },
      ],
      ['changed', 'refused'],
    ],
    [
      'reset and renamed, which are two things',
      [
        { ...binh, request: 'cấp lại mật khẩu' },
        { ...binh, request: 'đổi tên', newAddress: 'binh.tttt' },
      ],
      ['changed', 'changed'],
    ],
    [
      'one address for two people',
      [grant({ ...ha, newAddress: 'thuha' }), grant({ name: 'Lê Thu Hà', newAddress: 'thuha' })],
      ['created', 'refused'],
    ],
    [
      'a namesake without a number where one has none',
      [grant({ name: 'Lê Văn An' }), grant({ name: 'Lê Văn An', id: 'CB-7' })],
      ['created', 'refused'],
    ],
    [
      'the name of somebody whom the same list cancels',
      [
        { ...binh, request: 'hủy', id: 'CB-00017' },
        grant({ name: 'Nguyễn Thanh Bình', organization: 'Xã Thạnh Phú huyện Mỹ Xuyên' }),
      ],
      ['removed', 'refused'],
    ],
  ])('in a list where somebody is %s', (_, rows, expected) => {
    expect(kinds(rows)).toEqual(expected);
  });
});
