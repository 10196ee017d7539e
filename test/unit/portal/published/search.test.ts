/** Who looks somebody up finds her, however he spells her (R4, R40). */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fold } from '../../../../operator/core/naming/words.ts';
import { visibleTo } from '../../../../operator/core/published.ts';
import { buildDirectory } from '../../../../portal/published/model.ts';
import { SearchIndex } from '../../../../portal/published/search.ts';
import { organization, person, small } from '../../../support/published.ts';
import { socTrang as site } from '../../../support/sites.ts';

const all = visibleTo('members', site.published);
const indexOf = (listed = small, visible = all) =>
  new SearchIndex(buildDirectory(listed, visible, site.naming.titles));
const found = (query: string, index = indexOf()) => {
  const { organizations, people } = index.find(query);
  return [...organizations, ...people].map(({ name }) => name);
};

describe('a search', () => {
  it.each([
    ['dak lak', ['Sở Đắk Lắk']],
    ['Đắk Lắk', ['Sở Đắk Lắk']],
    ['nguyen van', ['Nguyễn Văn Dũng']],
    ['NGUYỄN', ['Nguyễn Thanh Bình', 'Nguyễn Văn Dũng']],
    ['binh nguyen', ['Nguyễn Thanh Bình']],
    ["k'brong", ['K’Brông']],
    ['giam doc', ['Nguyễn Thanh Bình']],
    ['chuyen vien so thong tin', ['Trần Văn An', 'K’Brông']],
    ['ntbinh@soctrang.gov.vn', ['Nguyễn Thanh Bình']],
    ['kbrong.sotttt', ['K’Brông']],
    ['phong cong nghe', ['Phòng Công nghệ thông tin', 'K’Brông']],
    ['guyen', []],
    ['', []],
    [' .,; ', []],
    ['nguyen khong co', []],
  ])('for %j finds %j', (query, names) => {
    expect(found(query)).toEqual(names);
  });

  it('shows a name that is spelled alike before others', () => {
    const listed = {
      organizations: [organization(1, 'Sở A', 'soa')],
      mailboxes: [person(2, 'Lê Thị Hoa', 1), person(3, 'Lê Thị Hòa', 1), person(4, 'Lê Thị Hỏa', 1)],
    };
    expect(found('hòa', indexOf(listed))[0]).toBe('Lê Thị Hòa');
    expect(found('hoa', indexOf(listed))).toHaveLength(3);
  });

  it('tells nobody by what is not shown', () => {
    const open = visibleTo('public', {
      ...site.published,
      people: { ...site.published.people, title: 'members', mail: 'members' },
    });
    const index = indexOf(small, open);
    expect(found('giam doc', index)).toEqual([]);
    expect(found('ntbinh', index)).toEqual([]);
    expect(found('thanh binh', index)).toEqual(['Nguyễn Thanh Bình']);
  });
});

describe('any person', () => {
  const word = fc.constantFrom(
    ...['Nguyễn', 'Đặng', 'Ưng', 'Thị', 'Văn', 'Hường', 'Ỷ', 'Đào', 'Quý', 'Êban', 'Bình', 'An', 'Ân', 'Ấn'],
  );
  const name = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(' '));
  const province = fc.array(name, { minLength: 1, maxLength: 30 }).map((people) => ({
    organizations: [organization(1, 'Sở Nội vụ', 'sonv')],
    mailboxes: people.map((one, number) => person(number + 10, one, 1)),
  }));

  it('is found by words of the name in any order, cut short, in any spelling; and so is nobody else', () => {
    const typed = fc.record({
      listed: province,
      pick: fc.nat(),
      order: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
      cut: fc.nat(3),
      spelling: fc.constantFrom(
        (text: string) => text,
        fold,
        (text: string) => text.toUpperCase(),
        (text: string) => text.normalize('NFD'),
      ),
    });
    fc.assert(
      fc.property(typed, ({ listed, pick, order, cut, spelling }) => {
        const one = listed.mailboxes[pick % listed.mailboxes.length];
        const words = one?.name.split(' ') ?? [];
        const parts = order.map((number) => words[number % words.length] ?? '');
        const query = parts.map((part) => spelling(part.slice(0, Math.max(1, part.length - cut)))).join(' ');
        const index = indexOf(listed);
        const ids = new Set(index.find(query).people.map(({ id }) => id));
        const asked = fold(query).split(' ');
        for (const { dn, name: own } of listed.mailboxes) {
          const isMeant = asked.every((part) =>
            `${fold(own)} so noi vu`.split(' ').some((each) => each.startsWith(part)),
          );
          expect([own, ids.has(dn.slice(4, 40))]).toEqual([own, isMeant]);
        }
        expect(one && ids.has(one.dn.slice(4, 40))).toBe(true);
      }),
    );
  });
});
