/** A report in words: every text is there, and the numbers are where a reader looks for them. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { renderHtml } from '../../../documents/html.ts';
import type { Block, Table } from '../../../documents/model.ts';
import { parsePeriod } from '../../../reports/day.ts';
import { documentOf } from '../../../reports/make.ts';
import { wordsFrom } from '../../../reports/words.ts';
import { socTrang as site } from '../../support/sites.ts';
import { facts } from './samples.ts';

const text = readFileSync(new URL('../../../charts/config/reports/words.yaml', import.meta.url), 'utf8');
const words = wordsFrom(text);
const now = new Date('2026-11-02T01:00:00Z');
const tableNamed = (blocks: readonly Block[], title: string) =>
  blocks.find((block): block is Table => block.kind === 'table' && block.title.startsWith(title));

describe('the report of a month', () => {
  const report = documentOf(site, words, facts, parsePeriod('2026-10'), undefined, now);

  it('is headed as an administrative report of the office', () => {
    expect(report).toMatchObject({
      title: 'BÁO CÁO',
      subtitle: 'Tình hình hoạt động hệ thống thư điện tử công vụ tháng 10 năm 2026',
      letterhead: {
        above: 'SỞ THÔNG TIN VÀ TRUYỀN THÔNG',
        placeAndDate: 'Sóc Trăng, ngày 02 tháng 11 năm 2026',
      },
      signature: { title: ['GIÁM ĐỐC'] },
    });
  });

  it('has the numbers of mailboxes, changes, mail, requests, backups, incidents and organizations', () => {
    expect(tableNamed(report.blocks, 'Số hộp thư theo loại')?.total).toEqual([
      'Tổng cộng',
      310,
      4,
      0,
      2,
      6,
      322,
    ]);
    expect(tableNamed(report.blocks, 'Biến động')?.rows).toContainEqual(['Cấp mới', 5]);
    expect(tableNamed(report.blocks, 'Thư bị từ chối')?.rows).toContainEqual(['Có vi-rút', 45, 0]);
    expect(report.blocks).toContainEqual({
      kind: 'paragraph',
      text: 'Trong kỳ có 22.041 lượt đăng nhập thành công và 222 lượt bị từ chối, phần lớn do sai mật khẩu.',
    });
    expect(tableNamed(report.blocks, 'Sử dụng theo')?.total?.[4]).toBe(22_041);
    expect(tableNamed(report.blocks, 'Số yêu cầu')?.total).toEqual(['Tổng cộng', 3, 2, 1]);
    expect(tableNamed(report.blocks, 'Các lần sao lưu')?.rows).toContainEqual([
      'Sao lưu danh bạ, cấu hình và cơ sở dữ liệu',
      31,
      0,
      '23:04 31/10/2026',
    ]);
    expect(tableNamed(report.blocks, 'Các sự cố')?.rows[0]?.slice(1)).toEqual([
      'Tài khoản bị chiếm đoạt: Phát tán thư rác từ hộp thư',
      'lvtam@soctrang.gov.vn',
      'Trần Thị Thu Hà, Sở Y tế',
      '16:00 12/10/2026',
    ]);
    expect(tableNamed(report.blocks, 'Sử dụng theo')?.rows.map(([name]) => name)).toEqual([
      'Sở Nội vụ',
      'Sở Y tế',
    ]);
  });

  it('leaves no placeholder and no name of a text to the reader', () => {
    expect(renderHtml(report)).not.toMatch(/\{\{|undefined|NaN|StolenAccount|\bGrant\b/);
  });
});

it('the report of one organization is about it and its units alone', () => {
  const report = documentOf(site, words, facts, parsePeriod('2026-10'), 'so-y-te', now);
  expect(report.subtitle).toContain('của Sở Y tế tháng 10');
  expect(tableNamed(report.blocks, 'Sử dụng theo')?.rows.map(([name]) => name)).toEqual([
    'Bệnh viện đa khoa',
    'Sở Y tế',
  ]);
  expect(tableNamed(report.blocks, 'Các sự cố')).toBeUndefined();
  expect(() => documentOf(site, words, facts, parsePeriod('2026-10'), 'so-x', now)).toThrow(/so-x/);
});

describe('words', () => {
  it.each([
    ['lacks a text', text.replace(/^noBackups: .*$/m, ''), /noBackups/],
    ['has one that nothing asks for', `${text}\nxin: chào\n`, /xin/],
    ['asks for a value that there is not', text.replace('{{domain}}', '{{password}}'), /intro.*password/],
  ])('that %s are refused', (_, changed, message) => expect(() => wordsFrom(changed)).toThrow(message));
});
