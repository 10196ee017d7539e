import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { bookOf, chaptersOf, handbookValues } from '../../../../operator/core/handbook.ts';
import { articleTopics } from '../../../../operator/core/site-people.ts';
import { daNang, socTrang } from '../../../support/sites.ts';

const file = 'nguoi-dung-01-bat-dau.md';
const textOf = (text: string, site = socTrang) => chaptersOf('nguoi-dung', site, { [file]: text })[0]?.[1];

describe('values', () => {
  it("are the site's: its rules give the addresses of the examples", () => {
    expect(handbookValues(socTrang)).toMatchObject({
      binh: 'ntbinh@soctrang.gov.vn',
      binhSecond: 'ntbinh.sotttt@soctrang.gov.vn',
      unit: 'phongcntt.sotttt@soctrang.gov.vn',
      quotaPersonal: '500 MB',
      maxAgeDays: 31,
      articlePasswords: 'khoản 2 Điều 13',
      centrePhone: '',
    });
    expect(handbookValues(daNang)).toMatchObject({
      binh: 'binhnt@danang.gov.vn',
      binhSecond: 'binhnt1@danang.gov.vn',
      unit: '',
      quotaPersonal: '15 MB',
      maxAgeDays: '',
      articleForeign: '',
    });
  });

  it('are listed in docs/handbooks.md, every one', () => {
    const page = readFileSync(new URL('../../../../docs/handbooks.md', import.meta.url), 'utf8');
    const section = page.slice(page.indexOf('| values | what |'));
    const listed = [...section.matchAll(/^\| ([^|]*) \|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name),
    );
    const articles = articleTopics.map((topic) => `article${topic[0]?.toUpperCase()}${topic.slice(1)}`);
    const known = Object.keys(handbookValues(socTrang)).filter((name) => !articles.includes(name));
    expect(listed.filter((name) => name !== 'articlePasswords').sort()).toEqual(known.sort());
  });
});

describe('chapters', () => {
  it('show what the site has, and leave no line where it has nothing', () => {
    const text =
      'a\n{{#articleForeign}}\n{{articleForeign}}\n{{/articleForeign}}\n{{^centrePhone}}\nb\n{{/centrePhone}}\nc\n';
    expect(textOf(text)).toBe('a\nkhoản 7 Điều 7\nb\nc\n');
    expect(textOf(text, daNang)).toBe('a\nc\n');
  });

  it('come in order, each book for itself, without those that are empty', () => {
    const chapters = {
      'nguoi-dung-02-b.md': 'b',
      [file]: 'a',
      'nguoi-dung-03-c.md': ' \n',
      'quan-tri-01-d.md': 'd',
    };
    expect(chaptersOf('nguoi-dung', socTrang, chapters).map(([name]) => name)).toEqual([
      file,
      'nguoi-dung-02-b.md',
    ]);
  });

  it.each([
    ['{{nobody}}', 'there is no value for {{nobody}}'],
    ['{{#domain}}', '{{#domain}} is left open'],
  ])('%s is refused by the name of the chapter', (text, fault) => {
    expect(() => textOf(text)).toThrow(`${file}: ${fault}`);
  });

  it.each(['mat-khau.md', 'nguoi-dung-1-a.md', 'nguoi-dung-01-Ă.md', 'khac-01-a.md'])(
    '%s is the name of none',
    (name) => {
      expect(() => bookOf(name)).toThrow(name);
    },
  );
});
