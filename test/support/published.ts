/** A small province as the directory lists it, for tests of the published directory. */
import type { Listed, ListedMailbox, ListedOrganization } from '../../portal/published/model.ts';

const suffix = 'dc=soctrang,dc=gov,dc=vn';

export const idOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
export const organizationDn = (number: number) => `ou=${idOf(number)},ou=organizations,${suffix}`;

export const personDn = (number: number) => `uid=${idOf(number)},ou=mailboxes,${suffix}`;

export function organization(
  number: number,
  name: string,
  abbreviation: string,
  more: Partial<ListedOrganization> = {},
): ListedOrganization {
  return { dn: organizationDn(number), name, abbreviation, ...more };
}

export function person(
  number: number,
  name: string,
  of: number,
  more: Partial<ListedMailbox> = {},
): ListedMailbox {
  return { dn: personDn(number), type: 'Personal', name, organization: organizationDn(of), ...more };
}

export const small: Listed = {
  organizations: [
    organization(1, 'UBND huyện Mỹ Xuyên', 'huyenmx', { sector: 'DistrictCommittee' }),
    organization(2, 'Sở Thông tin và Truyền thông', 'sotttt', {
      sector: 'Department',
      phone: '0299 3821 234',
      address: 'Số 56, đường Lê Duẩn; phường 3',
      head: personDn(11),
    }),
    organization(3, 'Phòng Công nghệ thông tin', 'phongcntt', {
      parent: organizationDn(2),
      head: personDn(99),
    }),
    organization(4, 'Sở Đắk Lắk', 'sodl', { sector: 'Department' }),
  ],
  mailboxes: [
    person(10, 'Trần Văn An', 2, { title: 'Chuyên viên', mail: 'tvan@soctrang.gov.vn', phone: '0299 111' }),
    person(11, 'Nguyễn Thanh Bình', 2, { title: 'Giám đốc', mail: 'ntbinh@soctrang.gov.vn' }),
    person(12, 'K’Brông', 3, { title: 'Chuyên viên', mail: 'kbrong.sotttt@soctrang.gov.vn' }),
    person(13, 'Nguyễn Văn Dũng', 1, { title: 'Chủ tịch', mail: 'nvdung@soctrang.gov.vn' }),
    {
      ...person(20, 'Sở Thông tin và Truyền thông', 2, { mail: 'sotttt@soctrang.gov.vn' }),
      type: 'Organization',
    },
  ],
};
