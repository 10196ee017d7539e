import { describe, expect, it } from '@jest/globals';
import { organizationLocalPart } from '../../../../../operator/core/naming/organization.ts';
import { daNang, socTrang } from '../../../../support/sites.ts';

const soTttt = { name: 'Sở Thông tin và Truyền thông' };
const myXuyen = { name: 'UBND huyện Mỹ Xuyên' };

describe('R10, Sóc Trăng: the kind in full and the initials of the name', () => {
  it.each([
    ['Sở Thông tin và Truyền thông', 'sotttt'], // the regulation's own example
    ['UBND huyện Mỹ Xuyên', 'huyenmx'], // the regulation's own example
    ['Ủy ban nhân dân huyện Mỹ Xuyên', 'huyenmx'],
    ['Uỷ ban nhân dân huyện Mỹ Xuyên', 'huyenmx'], // the other way to place the tone
    ['UBND thành phố Sóc Trăng', 'thanhphost'], // the site's name is the name here
    ['Sở Y tế tỉnh Sóc Trăng', 'soyt'], // the site's name at the end is dropped
    ['Sở Thông tin và Truyền thông'.normalize('NFD'), 'sotttt'],
    ['sở thông tin và truyền thông', 'sotttt'],
    ['SỞ THÔNG TIN VÀ TRUYỀN THÔNG', 'sotttt'], // capitals all through are no abbreviations
    ['Sở  Giáo dục - Đào tạo', 'sogddt'], // a hyphen and a double space separate
    ['Sở Lao động, Thương binh và Xã hội', 'soldtbxh'], // a comma separates
    ['Trung tâm CNTT và Truyền thông', 'trungtamcntttt'], // an abbreviation stays whole
    ['Phường 3', 'phuong3'], // a word of digits stays whole
    ['Trường THPT Hoàng Diệu', 'truongthpthd'],
    ['Văn phòng UBND tỉnh Sóc Trăng', 'vanphongubnd'],
    ['Thanh tra tỉnh Sóc Trăng', 'thanhtratst'], // nothing but the kind would be left
    ['Ban Quản lý các khu công nghiệp', 'banquanlyckcn'], // the longest kind wins
  ])('%s → %s', (name, localPart) => {
    expect(organizationLocalPart(socTrang, { name })).toBe(localPart);
  });

  it('asks for an abbreviation where the kind is unknown', () => {
    expect(() => organizationLocalPart(socTrang, { name: 'Kho bạc Nhà nước' })).toThrow(
      /spec.name: "Kho bạc Nhà nước" does not start with a kind.*naming.kinds.*spec.abbreviation/,
    );
  });
});

describe('R10, Đà Nẵng: the initials of every word', () => {
  it.each([
    ['Sở Kế hoạch và Đầu tư thành phố Đà Nẵng', 'skhdt'], // the regulation's own example
    ['Sở Kế hoạch và Đầu tư', 'skhdt'],
    ['UBND quận Hải Châu', 'ubndqhc'], // UBND is spelled by its initials
    ['Ủy ban nhân dân quận Hải Châu', 'ubndqhc'],
    ['Phường 3', 'p3'],
    ['UBND thành phố Đà Nẵng', 'ubndtpdn'], // the site's name is the name here
  ])('%s → %s', (name, localPart) => {
    expect(organizationLocalPart(daNang, { name })).toBe(localPart);
  });
});

describe('R11: a unit under an organization', () => {
  it.each([
    ['Phòng Công nghệ thông tin', soTttt, 'phongcntt.sotttt'], // the regulation's own example
    ['Phòng Văn hóa Thông tin huyện Mỹ Xuyên', myXuyen, 'phongvhtt.huyenmx'], // the regulation's own example
    ['Xã Thạnh Phú huyện Mỹ Xuyên', myXuyen, 'xatp.huyenmx'], // the regulation's own example
    ['UBND xã Thạnh Phú, huyện Mỹ Xuyên, tỉnh Sóc Trăng', myXuyen, 'xatp.huyenmx'],
    ['Thị trấn Mỹ Xuyên', myXuyen, 'thitranmx.huyenmx'], // its own name, not the parent's
    ['Phòng Công nghệ thông tin Sở Thông tin và Truyền thông', soTttt, 'phongcntt.sotttt'],
  ])('Sóc Trăng: %s → %s', (name, parent, localPart) => {
    expect(organizationLocalPart(socTrang, { name, parent })).toBe(localPart);
  });

  it('Sóc Trăng: a unit of a unit goes on to the right', () => {
    const unit = { name: 'Phòng Công nghệ thông tin', parent: soTttt };
    expect(organizationLocalPart(socTrang, { name: 'Tổ Quản trị mạng', parent: unit })).toBe(
      'toqtm.phongcntt.sotttt',
    );
  });

  it('Đà Nẵng: waits for an abbreviation and says so', () => {
    const parent = { name: 'Sở Kế hoạch và Đầu tư' };
    expect(() => organizationLocalPart(daNang, { name: 'Phòng Đăng ký kinh doanh', parent })).toThrow(
      /spec.abbreviation: "Phòng Đăng ký kinh doanh" is a unit.*agree an abbreviation with the unit \(R11\)/,
    );
    expect(
      organizationLocalPart(daNang, { name: 'Phòng Đăng ký kinh doanh', abbreviation: 'dkkd', parent }),
    ).toBe('dkkd');
  });
});

describe('R12, R16: an explicit abbreviation', () => {
  it('replaces what the rule gives, for the organization and its units', () => {
    const parent = { name: 'Kho bạc Nhà nước', abbreviation: 'khobac' };
    expect(organizationLocalPart(socTrang, parent)).toBe('khobac');
    expect(organizationLocalPart(socTrang, { name: 'Phòng Kế toán', parent })).toBe('phongkt.khobac');
  });
});
