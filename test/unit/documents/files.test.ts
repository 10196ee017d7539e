/** What each kind of file holds of a document. */
import { describe, expect, it } from '@jest/globals';
import readXlsx from 'read-excel-file/node';
import { chartSvg } from '../../../documents/chart.ts';
import { renderHtml } from '../../../documents/html.ts';
import { type Chart, shown } from '../../../documents/model.ts';
import { renderPdf } from '../../../documents/pdf.ts';
import { renderXlsx } from '../../../documents/xlsx.ts';
import { paper } from './samples.ts';

describe('numbers', () => {
  it.each([
    [1234567, '1.234.567'],
    [12.34, '12,3'],
    [0, '0'],
    ['=1+1', '=1+1'],
  ])('%j is written %s in Việt Nam', (cell, text) => expect(shown(cell)).toBe(text));
});

describe('HTML', () => {
  const html = renderHtml(paper);

  it('loads and runs nothing', () => {
    expect(html).not.toMatch(/<script|<link|<img|url\(|@import|\shref=|\ssrc=/);
    expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  });

  it('shows text as text', () => {
    expect(html).toContain('=HYPERLINK(&quot;http://example.org&quot;;&quot;&lt;b&gt;xin&lt;/b&gt;&quot;)');
    expect(html).not.toContain('<b>xin</b>');
    expect(html).toContain('aria-label="Thư gửi &amp; nhận"');
  });

  it('says what language it is in, names its tables and their columns, and gives the data of its charts', () => {
    expect(html).toContain('<html lang="vi">');
    expect(html).toContain('<caption>Số hộp thư: theo loại/trạng thái [10/2026]</caption>');
    expect(html).toContain('<th scope="col">Số lượng</th>');
    expect(html).toMatch(
      /<summary>Số liệu<\/summary>.*<td class="left">02\/10<\/td><td class="right">250<\/td>/s,
    );
  });
});

describe('a chart', () => {
  const chart = paper.blocks.find((block): block is Chart => block.kind === 'chart');

  it('has a line for each series, within its frame', () => {
    const svg = chartSvg(chart as Chart, 'Tinos');
    const points = [...svg.matchAll(/<polyline points="([^"]+)"/g)].map(([, list = '']) => list.split(' '));
    expect(points.map(({ length }) => length)).toEqual([3, 3]);
    const heights = points.flat().map((point) => Number(point.split(',')[1]));
    expect(Math.min(...heights)).toBeGreaterThan(30);
    expect(Math.max(...heights)).toBeLessThan(240);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  it.each([[[]], [[0, 0, 0]]])('of %j is drawn, too', (values) => {
    const svg = chartSvg({ ...(chart as Chart), form: 'bar', series: [{ name: 'Gửi', values }] }, 'Tinos');
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe('XLSX', () => {
  it('has the document, and a sheet for each table and chart, with numbers as numbers and formulas as text', async () => {
    const sheets = await readXlsx(await renderXlsx(paper));
    expect(sheets.map(({ sheet }) => sheet)).toEqual([
      'BÁO CÁO',
      'Số hộp thư theo loại trạng thái',
      'Thư gửi & nhận',
    ]);
    expect(sheets[1]?.data).toEqual([
      ['Loại', 'Số lượng'],
      ['Cá nhân', 12345],
      ['=HYPERLINK("http://example.org";"<b>xin</b>")', 1.5],
      ['Tổng cộng', 12346.5],
    ]);
    expect(sheets[0]?.data.flat()).toContain('GIÁM ĐỐC');
  });
});

describe('PDF', () => {
  it('is one, with its title and language', async () => {
    const pdf = (await renderPdf(paper)).toString('latin1');
    expect(pdf.slice(0, 5)).toBe('%PDF-');
    expect(pdf).toMatch(/\/Lang \(vi-VN\)/);
  });
});
