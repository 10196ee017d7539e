import { describe, expect, it } from '@jest/globals';
import { personLocalPart } from '../../../../../operator/core/naming/person.ts';
import { daNang, socTrang } from '../../../../support/sites.ts';

describe('R13: a person', () => {
  it.each([
    // name, Sóc Trăng, Đà Nẵng
    ['Nguyễn Thanh Bình', 'ntbinh', 'binhnt'], // the regulation's own example
    ['Đoàn Văn Thông', 'dvthong', 'thongdv'], // the regulation's own example
    ['Nguyễn Văn Dũng', 'nvdung', 'dungnv'], // the regulation's own example
    ['Nguyễn Thanh Bình'.normalize('NFD'), 'ntbinh', 'binhnt'], // decomposed
    ['NGUYỄN THANH BÌNH', 'ntbinh', 'binhnt'], // capitals
    ['  Nguyễn   Thanh  Bình ', 'ntbinh', 'binhnt'], // double spaces
    ['Đỗ Đức Đạt', 'dddat', 'datdd'], // Đ
    ['đỗ đức đạt', 'dddat', 'datdd'], // đ
    ['Ðỗ Ðức Ðạt', 'dddat', 'datdd'], // Ð, the Icelandic letter that looks alike
    ['Bình', 'binh', 'binh'], // one word
    ['Nguyễn Thị Hà-Lan', 'nthlan', 'lannth'], // a hyphen separates
    ["K'Brông", 'kbrong', 'kbrong'], // an apostrophe vanishes
    ['K’Brông', 'kbrong', 'kbrong'], // also the typographic one
    ['Y Bhiăm Niê Kdăm', 'ybnkdam', 'kdamybn'], // the last word is the given name
    ['H’Hen Niê', 'hnie', 'nieh'],
    ['Y Ƀhoă Êban', 'ybeban', 'ebanyb'], // Ê Đê ƀ
    ['Lưu Ngọc Uyên', 'lnuyen', 'uyenln'], // ư has a horn, not a mark of its own
  ])('%s → %s, %s', (name, inSocTrang, inDaNang) => {
    expect(personLocalPart(socTrang, name)).toBe(inSocTrang);
    expect(personLocalPart(daNang, name)).toBe(inDaNang);
  });

  it.each([
    ['', /nothing of "" is left/],
    ['--', /nothing of "--" is left/],
    ['Нгуен', /"Нгуен" has a letter with no counterpart/], // Cyrillic
    ['Straße', /"Straße" has a letter with no counterpart/],
  ])('refuses "%s"', (name, message) => {
    expect(() => personLocalPart(socTrang, name)).toThrow(message);
  });
});
