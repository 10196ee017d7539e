/** What is exported comes back unaltered from who reads such files, whatever names and titles hold. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import Papa from 'papaparse';
import { portalPages } from '../../../../charts/portal-pages.ts';
import { parseLdif } from '../../../../cli/ldif.ts';
import { portalTexts } from '../../../../operator/core/portal-texts.ts';
import { visibleTo } from '../../../../operator/core/published.ts';
import { type Card, cardsOf } from '../../../../portal/published/cards.ts';
import { type Format, fileOf } from '../../../../portal/published/formats.ts';
import { buildDirectory } from '../../../../portal/published/model.ts';
import { idOf, personDn, small } from '../../../support/published.ts';
import { socTrang as site } from '../../../support/sites.ts';

const words = portalTexts(portalPages(site)).published;
const suffix = 'dc=soctrang,dc=gov,dc=vn';
const text = (format: Format, cards: Iterable<Card>) => [...fileOf(format, cards, words, suffix)].join('');
const { roots } = buildDirectory(small, visibleTo('members', site.published), site.naming.titles);

/** Text of one line, with what each format escapes. */
const line = fc
  .array(fc.constantFrom(...'aĐắ \\,;:"=+-@$\'<|ê', '🏛', 'đường ', 'x'.repeat(40)), {
    minLength: 1,
    maxLength: 12,
  })
  .map((parts) => parts.join('').replaceAll(/\s+/g, ' ').trim())
  .filter((value) => value !== '');
const optional = fc.option(line, { nil: undefined });
const card: fc.Arbitrary<Card> = fc.record({
  kind: fc.constantFrom('person' as const, 'organization' as const),
  id: fc.nat(1e9).map(idOf),
  name: line,
  inside: fc.array(line, { minLength: 1, maxLength: 3 }),
  title: optional,
  mail: fc.option(fc.constant('ntbinh@soctrang.gov.vn'), { nil: undefined }),
  phone: fc.option(fc.constantFrom('+84 299 3821 234', '(0299) 1'), { nil: undefined }),
  address: optional,
});
const cards = fc.array(card, { minLength: 1, maxLength: 5 });

describe('CSV', () => {
  it('has a byte order mark, titles in Vietnamese and a line for each', () => {
    const lines = text('csv', cardsOf(roots)).split('\r\n');
    expect(lines[0]).toBe(
      '\uFEFFLoại,Tên,Chức vụ,Đơn vị,Cơ quan cấp trên,Địa chỉ thư điện tử,Điện thoại,Địa chỉ bưu chính,Thủ trưởng',
    );
    expect(lines[3]).toBe(
      'Cá nhân,Nguyễn Thanh Bình,Giám đốc,Sở Thông tin và Truyền thông,,ntbinh@soctrang.gov.vn,,,',
    );
    expect(lines[2]).toMatch(/^"?Cơ quan, đơn vị.*,"Nguyễn Thanh Bình, Giám đốc"$/);
    expect(lines).toHaveLength(1 + 4 + 4 + 1);
  });

  it('comes back, and no cell is a formula', () => {
    fc.assert(
      fc.property(cards, (list) => {
        const { data, errors } = Papa.parse<string[]>(text('csv', list).slice(1).trimEnd());
        expect(errors).toEqual([]);
        for (const cell of data.flat()) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
        const back = data.slice(1).map((row) => row.map((cell) => cell.replace(/^'(?=[=+\-@])/, '')));
        expect(back.map(([, name, title]) => [name, title])).toEqual(
          list.map(({ name, title = '' }) => [plain(name), plain(title)]),
        );
      }),
    );
    // An apostrophe that stood there already is taken away with it.
    function plain(value: string): string {
      return value.replace(/^'(?=[=+\-@])/, '');
    }
  });
});

/** RFC 6350 section 3.2 and 3.4: lines put together again, then components with their escapes undone. */
function readVcards(file: string): readonly Readonly<Record<string, readonly string[]>>[] {
  const unfolded = file.replaceAll('\r\n ', '');
  return unfolded
    .split('BEGIN:VCARD\r\n')
    .slice(1)
    .map((one) => {
      const lines = one.split('\r\n').slice(0, -2);
      return Object.fromEntries(
        lines.map((each) => {
          const [, name = '', value = ''] = /^([A-Z]+)(?:;[^:]*)?:(.*)$/s.exec(each) ?? [];
          const parts = [...`${value};`.matchAll(/((?:\\.|[^\\;])*);/gs)].map(([, part = '']) => part);
          return [name, parts.map((part) => part.replaceAll(/\\(.)/gs, '$1'))];
        }),
      );
    });
}

describe('vCard', () => {
  it('has a card of the organization and of each person, with the parts of a Vietnamese name', () => {
    const [, office, head] = readVcards(text('vcf', cardsOf(roots)));
    expect(office).toMatchObject({
      VERSION: ['4.0'],
      KIND: ['org'],
      FN: ['Sở Thông tin và Truyền thông'],
      ADR: ['', '', 'Số 56, đường Lê Duẩn; phường 3', '', '', '', ''],
      RELATED: [`urn:uuid:${idOf(11)}`],
    });
    expect(head).toMatchObject({
      UID: [`urn:uuid:${idOf(11)}`],
      N: ['Nguyễn', 'Bình', 'Thanh', '', ''],
      ORG: ['Sở Thông tin và Truyền thông'],
      TITLE: ['Giám đốc'],
      EMAIL: ['ntbinh@soctrang.gov.vn'],
    });
  });

  it('comes back; no line has more than 75 octets, and no character is torn apart', () => {
    fc.assert(
      fc.property(cards, (list) => {
        const file = text('vcf', list);
        for (const each of file.split('\r\n')) expect(Buffer.byteLength(each)).toBeLessThanOrEqual(75);
        expect(file).not.toContain('\uFFFD');
        const back = readVcards(file);
        expect(back.map(({ FN, TITLE = [undefined] }) => [FN?.[0], TITLE[0]])).toEqual(
          list.map(({ name, title }) => [name, title]),
        );
        expect(back.map(({ ORG }) => ORG)).toEqual(
          list.map(({ kind, inside, name }) => (kind === 'person' ? inside : [...inside, name])),
        );
      }),
    );
  });
});

describe('LDIF', () => {
  it('names the head of an organization by the name of its entry', () => {
    const [, office] = parseLdif(text('ldif', cardsOf(roots)), 'danh-ba.ldif');
    expect(office?.attributes['manager']).toEqual([personDn(11)]);
  });

  it('comes back, in lines of 76 characters of ASCII', () => {
    fc.assert(
      fc.property(cards, (list) => {
        const file = text('ldif', list);
        expect(file).toMatch(/^version: 1\n/);
        for (const each of file.split('\n')) expect(each).toMatch(/^[\x20-\x7e]{0,76}$/);
        const back = parseLdif(file, 'danh-ba.ldif');
        expect(back.map(({ attributes: { cn, title, mail } }) => [cn?.[0], title?.[0], mail?.[0]])).toEqual(
          list.map(({ name, title, mail }) => [name, title, mail]),
        );
      }),
    );
  });
});

it('20,000 people are written in pieces', () => {
  const many = Array.from(
    { length: 20_000 },
    (_, number): Card => ({
      ...{ kind: 'person', id: idOf(number), name: 'Nguyễn Văn An', inside: ['Sở Nội vụ'] },
      mail: `nvan${number}@soctrang.gov.vn`,
    }),
  );
  for (const format of ['csv', 'vcf', 'ldif'] as const) {
    const sizes = [...fileOf(format, many, words, suffix)].map(({ length }) => length);
    expect(Math.max(...sizes)).toBeLessThan(70_000);
    expect(sizes.length).toBeGreaterThan(10);
  }
});
