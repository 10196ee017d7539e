import { describe, expect, it } from '@jest/globals';
import {
  checkLocalPart,
  personCandidates,
  reservedLocalParts,
} from '../../../../../operator/core/naming/local-part.ts';
import { daNang, socTrang } from '../../../../support/sites.ts';

const soTttt = { name: 'Sở Thông tin và Truyền thông' };
const unit = { name: 'Phòng Công nghệ thông tin', parent: soTttt };

describe('R15: who comes next', () => {
  it('Sóc Trăng appends the organization, then counts from 2', () => {
    expect(personCandidates(socTrang, 'Nguyễn Thanh Bình', soTttt).take(4).toArray()).toEqual([
      'ntbinh',
      'ntbinh.sotttt',
      'ntbinh2.sotttt',
      'ntbinh3.sotttt',
    ]);
  });

  it('Sóc Trăng uses the organization at the top for somebody in a unit', () => {
    expect(personCandidates(socTrang, 'Nguyễn Thanh Bình', unit).take(2).toArray()).toEqual([
      'ntbinh',
      'ntbinh.sotttt',
    ]);
  });

  it('Đà Nẵng appends 1, 2, 3', () => {
    expect(personCandidates(daNang, 'Nguyễn Văn Dũng', soTttt).take(4).toArray()).toEqual([
      'dungnv',
      'dungnv1',
      'dungnv2',
      'dungnv3',
    ]);
  });
});

describe('local parts', () => {
  const good = (text: string) => expect(checkLocalPart(text, 'f')).toBe(text);
  const bad = (text: string) =>
    expect(() => checkLocalPart(text, 'spec.localPart')).toThrow(/^spec\.localPart: /);

  it('are atoms of a–z and 0–9 with single separators', () => {
    good('ntbinh');
    good('ntbinh2.sotttt');
    good('tp-hcm_1');
    good('a'.repeat(64));
    bad('a'.repeat(65)); // RFC 5321 section 4.5.3.1.1
    bad('');
    bad('.a'); // outer dot
    bad('a.');
    bad('a..b'); // empty atom
    bad('Bình'); // not ASCII
    bad('A'); // upper case
    bad('a+b'); // subaddress
    bad('a*'); // filter character
    bad('a@b');
    bad('a b');
    bad('a\n');
  });

  it('are refused when a name gives more than 64 octets', () => {
    const long = { name: `Sở ${'Rất '.repeat(70)}Dài` };
    expect(() => personCandidates(socTrang, 'Nguyễn Thanh Bình', long).take(2).toArray()).toThrow(
      /RFC 5321 allows 64/,
    );
  });

  it('are reserved by the site, its service addresses included', () => {
    expect(reservedLocalParts(socTrang).has('postmaster')).toBe(true);
    expect(reservedLocalParts(daNang).has('cntt')).toBe(true);
    expect(reservedLocalParts(socTrang).has('ntbinh')).toBe(false);
  });
});
