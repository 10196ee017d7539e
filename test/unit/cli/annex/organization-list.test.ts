import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ManifestFolder } from '../../../../cli/annex/folder.ts';
import type { ListField } from '../../../../cli/annex/organization-form.ts';
import { compareList } from '../../../../cli/annex/organization-list.ts';
import type { Site } from '../../../../operator/core/site.ts';
import { daNang, socTrang } from '../../../support/sites.ts';
import { TemporaryFolder } from './world.ts';

type ListCells = Partial<Record<ListField, string>>;

let folder: TemporaryFolder;
beforeEach(() => {
  folder = new TemporaryFolder();
});
afterEach(() => folder.remove());

function imported(rows: readonly ListCells[], site: Site = socTrang) {
  const manifests = new ManifestFolder(folder.path, site);
  const entries = compareList(
    site,
    manifests,
    rows.map((cells, index) => ({ number: index + 2, cells })),
  );
  manifests.write();
  return entries;
}

const samples: readonly ListCells[] = [
  // A unit above its organization: the order of a list means nothing.
  { name: 'Phòng Công nghệ thông tin', parent: 'Sở Thông tin và Truyền thông' },
  { name: 'Sở Thông tin và Truyền thông', sector: 'Sở, ban, ngành' },
  {
    name: 'Trung tâm Công nghệ thông tin và Truyền thông',
    parent: 'sotttt',
    sector: 'đơn vị sự nghiệp',
  },
  { name: 'UBND huyện Mỹ Xuyên', sector: 'UBND cấp huyện' },
  { name: 'Phòng Văn hóa Thông tin huyện Mỹ Xuyên', parent: 'Ủy ban nhân dân huyện Mỹ Xuyên' },
  { name: 'Xã Thạnh Phú huyện Mỹ Xuyên', parent: 'UBND huyện Mỹ Xuyên', sector: 'cấp xã' },
];

describe('the list of organizations (R44)', () => {
  it('makes the manifests of an empty folder', () => {
    const entries = imported(samples);
    expect(entries[0]).toEqual({
      kind: 'created',
      row: 2,
      file: 'organizations/phong-cong-nghe-thong-tin.yaml',
      text: 'Phòng Công nghệ thông tin (phongcntt.sotttt)',
    });
    expect(new Set(entries.map(({ kind }) => kind))).toEqual(new Set(['created']));
    expect(folder.specs('Organization')['xa-thanh-phu-huyen-my-xuyen']).toEqual({
      name: 'Xã Thạnh Phú huyện Mỹ Xuyên',
      parentRef: { name: 'ubnd-huyen-my-xuyen' },
      sector: 'CommuneCommittee',
    });
    expect(imported(samples).every(({ kind }) => kind === 'unchanged')).toBe(true);
  });

  it('knows the organizations that are there, and changes only what differs', () => {
    folder.copySamples('soc-trang');
    const before = folder.read('organizations.yaml');
    expect(imported(samples).every(({ kind }) => kind === 'unchanged')).toBe(true);
    expect(folder.read('organizations.yaml')).toBe(before);
  });

  it('shows what is renamed: by its spelling, its former name or its abbreviation', () => {
    folder.copySamples('soc-trang');
    const rows = samples.map((row) => ({ ...row }));
    rows[3] = { ...rows[3], name: 'Ủy ban nhân dân huyện Mỹ Xuyên' };
    rows[0] = { name: 'Phòng Chuyển đổi số', former: 'Phòng Công nghệ thông tin', parent: 'sotttt' };
    rows[2] = { name: 'Trung tâm Chuyển đổi số', abbreviation: 'trungtamcntttt', parent: 'sotttt' };
    expect(imported(rows).map(({ kind, text }) => `${kind} ${text}`.trim())).toEqual([
      'changed renamed: name Phòng Công nghệ thông tin → Phòng Chuyển đổi số',
      'unchanged',
      'changed renamed: name Trung tâm Công nghệ thông tin và Truyền thông → Trung tâm Chuyển đổi số, abbreviation (none) → trungtamcntttt',
      'changed renamed: name UBND huyện Mỹ Xuyên → Ủy ban nhân dân huyện Mỹ Xuyên',
      'unchanged',
      'unchanged',
    ]);
  });

  it('tells what is gone and deletes nothing', () => {
    folder.copySamples('soc-trang');
    const before = folder.read('organizations.yaml');
    expect(imported(samples.slice(0, 5)).at(-1)).toEqual({
      kind: 'gone',
      file: 'organizations.yaml',
      text: 'Xã Thạnh Phú huyện Mỹ Xuyên',
    });
    expect(folder.read('organizations.yaml')).toBe(before);
  });

  it('keeps units of one name apart by the one above', () => {
    const districts = ['UBND huyện Mỹ Xuyên', 'UBND huyện Kế Sách'];
    const entries = imported([
      ...districts.map((name) => ({ name })),
      ...districts.map((parent) => ({ name: 'Phòng Nội vụ', parent })),
    ]);
    expect(entries.map(({ text }) => text).slice(2)).toEqual([
      'Phòng Nội vụ (phongnv.huyenmx)',
      'Phòng Nội vụ (phongnv.huyenks)',
    ]);
    expect(Object.keys(folder.specs('Organization'))).toContain('phong-noi-vu-ubnd-huyen-ke-sach');
  });

  it('asks for an abbreviation where the regulation fixes no rule (R11)', () => {
    const entries = imported(
      [
        { name: 'Sở Y tế' },
        { name: 'Phòng Tổ chức', parent: 'Sở Y tế' },
        { name: 'Phòng Tài chính', parent: 'Sở Y tế', abbreviation: 'PTC-SYT' },
      ],
      daNang,
    );
    expect(entries.map(({ text }) => text)).toEqual([
      'Sở Y tế (syt)',
      'Phòng Tổ chức (needs an abbreviation)',
      'Phòng Tài chính (ptc-syt)',
    ]);
  });

  it.each<[ListCells, RegExp]>([
    [{ parent: 'sotttt' }, /thiếu tên đơn vị/],
    [{ name: 'Phòng A', parent: 'Sở Y tế' }, /đơn vị cấp trên "Sở Y tế" không có trong danh mục/],
    [{ name: 'Sở Y tế', sector: 'khối khác' }, /khối "khối khác" không phải là một trong/],
    [{ name: 'Sở <b>Y tế</b>' }, /tên: chỉ gồm chữ, số/],
    [{ name: 'Sở Y tế', abbreviation: 'a..b' }, /tên viết tắt: chỉ gồm/],
    [{ name: 'Sở Thông tin - Truyền thông' }, /đơn vị này đã có ở dòng 3/],
    [{ name: 'Vòng A', parent: 'Vòng A' }, /đơn vị cấp trên "Vòng A" không có trong danh mục/],
  ])('refuses %j', (row, reason) => {
    folder.copySamples('soc-trang');
    const before = folder.read('organizations.yaml');
    expect(imported([...samples, row]).at(-1)).toEqual({
      kind: 'refused',
      row: 8,
      text: expect.stringMatching(reason),
    });
    expect(folder.read('organizations.yaml')).toBe(before);
  });

  it('refuses a circle', () => {
    const entries = imported([
      { name: 'Phòng A', parent: 'Phòng B' },
      { name: 'Phòng B', parent: 'Phòng A' },
    ]);
    expect(entries.map(({ kind }) => kind)).toEqual(['refused', 'refused']);
  });
});
