/** The list of organizations as the Department of Home Affairs keeps it (R44). */
import type { OrganizationSpec } from '../../operator/api/organization.ts';
import { fold } from '../../operator/core/naming/words.ts';
import type { Column, Columns } from './columns.ts';
import { keyOf } from './columns.ts';
import { Refused } from './refused.ts';

const listColumns = {
  index: { title: 'Số thứ tự', synonyms: ['STT', 'TT'] },
  name: {
    title: 'Tên',
    synonyms: ['Tên đơn vị', 'Tên cơ quan, đơn vị', 'Tên tổ chức', 'Đơn vị'],
    required: true,
  },
  abbreviation: { title: 'Tên viết tắt', synonyms: ['Viết tắt'] },
  parent: { title: 'Đơn vị cấp trên', synonyms: ['Cấp trên', 'Trực thuộc', 'Cơ quan chủ quản'] },
  sector: { title: 'Khối', synonyms: ['Loại đơn vị'] },
  former: { title: 'Tên cũ', synonyms: ['Tên trước đây'] },
} satisfies Record<string, Column>;

export type ListField = keyof typeof listColumns;
export const organizationForm: Columns<ListField> = listColumns;

type Sector = NonNullable<OrganizationSpec['sector']>;

/** R7. What the list calls each kind of body. */
const sectors: Readonly<Record<Sector, readonly string[]>> = {
  Department: ['sở, ban, ngành', 'sở ngành', 'sở', 'quản lý nhà nước'],
  PublicServiceUnit: ['đơn vị sự nghiệp', 'sự nghiệp'],
  DistrictCommittee: ['UBND cấp huyện', 'UBND huyện', 'cấp huyện', 'huyện'],
  CommuneCommittee: ['UBND cấp xã', 'UBND xã', 'cấp xã', 'xã'],
  Party: ['Đảng', 'khối Đảng', 'cơ quan Đảng'],
  Association: ['đoàn thể', 'hội, đoàn thể', 'hội', 'tổ chức chính trị - xã hội'],
  StateEnterprise: ['doanh nghiệp nhà nước', 'doanh nghiệp'],
};

/**
 * "Đơn vị sự nghiệp" → PublicServiceUnit.
 * @throws Refused
 */
export function sectorOf(text: string): Sector {
  const key = keyOf(text);
  const found = (Object.keys(sectors) as Sector[]).find(
    (sector) => keyOf(sector) === key || sectors[sector].some((title) => keyOf(title) === key),
  );
  if (found !== undefined) return found;
  const titles = Object.values(sectors).map(([title]) => title);
  throw new Refused(`khối "${text}" không phải là một trong: ${titles.join('; ')}`);
}

/** "Sở TTTT" → `sotttt`. */
export function listedAbbreviation(text: string): string {
  return fold(text).replace(/\s+/g, '');
}
