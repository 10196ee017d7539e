import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { childDn, dnKey, escapeValue, isBelow, parentOf, parseDn } from '../../../../operator/core/dn.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1 }).filter((value) => value.isWellFormed()),
  fc.string({ unit: fc.constantFrom(...' ,+"\\<>;=#\0\u0085\ufeffaĐn\n%2C'), minLength: 1, maxLength: 12 }),
);

describe('escapeValue', () => {
  it.each([
    ['a,b', 'a\\,b'],
    ['a+b', 'a\\+b'],
    ['"a"', '\\"a\\"'],
    ['a\\b', 'a\\\\b'],
    ['<a>', '\\<a\\>'],
    ['a;b', 'a\\;b'],
    ['a=b', 'a\\=b'],
    ['#a#', '\\#a#'],
    [' a ', '\\ a\\ '],
    [' ', '\\ '],
    ['  ', '\\ \\ '],
    ['\\ ', '\\\\\\ '],
    ['a\0b', 'a\\00b'],
    ['\n\ta', '\\0a\\09a'],
    ['a\u0085', 'a\\c2\\85'],
    ['Đặng Thị Ánh', 'Đặng Thị Ánh'],
  ])('%j is written %s', (value, escaped) => {
    expect(escapeValue(value)).toBe(escaped);
  });

  it('refuses what no directory can store', () => {
    expect(() => escapeValue('')).toThrow('cannot be empty');
    expect(() => escapeValue('a\ud800')).toThrow('valid Unicode');
  });

  it('is undone by parseDn, whatever the value', () => {
    fc.assert(
      fc.property(text, text, (leaf, parent) => {
        const dn = childDn('uid', leaf, childDn('ou', parent, 'dc=gov,dc=vn'));
        expect(parseDn(dn).map((rdn) => rdn.map((part) => part.value))).toEqual([
          [leaf],
          [parent],
          ['gov'],
          ['vn'],
        ]);
      }),
    );
  });
});

describe('parseDn', () => {
  it('reads hexadecimal escapes as UTF-8, as slapd writes them', () => {
    expect(parseDn('cn=\\C4\\90\\2C\\20x')).toEqual([[{ attribute: 'cn', value: 'Đ, x' }]]);
  });

  it('reads an escaped U+FEFF as part of the value', () => {
    expect(parseDn('cn=\\EF\\BB\\BFa')).toEqual([[{ attribute: 'cn', value: '\ufeffa' }]]);
  });

  it('reads names of several parts', () => {
    expect(parseDn('cn=a+uid=b,dc=vn')[0]).toEqual([
      { attribute: 'cn', value: 'a' },
      { attribute: 'uid', value: 'b' },
    ]);
  });

  it('reads the root', () => {
    expect(parseDn('')).toEqual([]);
  });

  it.each([
    'uid',
    '=a',
    'uid=',
    'uid=a,',
    ',uid=a',
    'uid=a"b',
    'uid= a',
    'uid=a ,dc=vn',
    'uid=#04',
    'uid=a\\',
    'u d=a',
  ])('refuses %j', (dn) => {
    expect(() => parseDn(dn)).toThrow('directory name');
  });
});

describe('dnKey', () => {
  it.each([
    ['UID=A,DC=VN', 'uid=a,dc=vn'],
    ['cn=Nguyễn  Văn', `cn=${'Nguyễn Văn'.normalize('NFD')}`],
    ['cn=a\\,b', 'cn=a\\2Cb'],
    ['cn=a+uid=b', 'uid=b+cn=a'],
    ['cn=Ａ', 'cn=a'],
  ])('%s is the same name as %s', (left, right) => {
    expect(dnKey(left)).toBe(dnKey(right));
  });

  it.each([
    ['cn=a\\,dc\\=vn', 'cn=a,dc=vn'],
    ['cn=a\\+uid\\=b', 'cn=a+uid=b'],
    ['cn=đ', 'cn=d'],
  ])('%s is not %s', (left, right) => {
    expect(dnKey(left)).not.toBe(dnKey(right));
  });

  it('is its own key, and keeps the order below a parent', () => {
    fc.assert(
      fc.property(text, text, (leaf, parent) => {
        const parentDn = childDn('ou', parent, 'dc=vn');
        const key = dnKey(childDn('uid', leaf, parentDn));
        expect(dnKey(key)).toBe(key);
        expect(isBelow(key, dnKey(parentDn))).toBe(true);
        expect(isBelow(dnKey(parentDn), key)).toBe(false);
        expect(parentOf(key)).toBe(dnKey(parentDn));
      }),
    );
  });

  it('does not take an escaped comma for a parent', () => {
    expect(isBelow(dnKey('cn=a\\,dc\\=vn'), dnKey('dc=vn'))).toBe(false);
  });
});
