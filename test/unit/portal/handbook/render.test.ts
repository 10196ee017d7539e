import { describe, expect, it } from '@jest/globals';
import { renderChapter } from '../../../../portal/handbook/render.ts';

const sizes = { 'webmail.png': [1280, 720] } as const;
const file = 'nguoi-dung-05-sap-xep.md';
const html = (text: string) => renderChapter(file, text, sizes).html;

describe('a chapter', () => {
  it('has headings that can be linked to, without marks', () => {
    const { headings, html: page } = renderChapter(file, '# Tìm thư\n\n## Đọc & **sắp xếp**\n', sizes);
    expect(headings).toEqual([
      { depth: 2, id: 'sap-xep', title: 'Tìm thư' },
      { depth: 3, id: 'doc-sap-xep', title: 'Đọc &amp; <strong>sắp xếp</strong>' },
    ]);
    expect(page).toContain('<h3 id="doc-sap-xep">');
  });

  it('shows a picture of ours with its size, and leads to it', () => {
    expect(html('![Danh sách "thư"](../docs/images/webmail.png)')).toBe(
      '<p><a class="picture" href="/huong-dan/hinh/webmail.png"><img src="/huong-dan/hinh/webmail.png" width="1280" height="720" alt="Danh sách &quot;thư&quot;"></a></p>\n',
    );
  });

  it.each([
    ['[x](quan-tri-09-su-co.md)', '<a href="/huong-dan/quan-tri#su-co">x</a>'],
    ['[x](nguoi-dung-02-mat-khau.md#quen-mat-khau)', '<a href="/huong-dan/nguoi-dung#quen-mat-khau">x</a>'],
    [
      '[x](https://mail.example.vn/?a=1&b="2")',
      '<a href="https://mail.example.vn/?a=1&amp;b=&quot;2&quot;">x</a>',
    ],
    ['[docs/backup.md](../docs/backup.md#one-mailbox)', '<code>docs/backup.md</code>'],
  ])('%s', (text, expected) => {
    expect(html(text)).toContain(expected);
  });

  it.each([
    ['![x](../docs/images/no.png)', 'there is no picture ../docs/images/no.png'],
    ['![x](https://example.org/webmail.png)', 'there is no picture'],
    ['![](../docs/images/webmail.png)', 'say what is to be seen'],
    ['[x](javascript:alert(1))', 'does not link to'],
    ['[x](#tim-thu)', 'does not link to'],
    ['[x](http://example.org)', 'does not link to'],
  ])('%s is refused', (text, fault) => {
    expect(() => html(text)).toThrow(`${file}: `);
    expect(() => html(text)).toThrow(fault);
  });

  it.each(['<script>alert(1)</script>', 'a <b onclick="x()">b</b>', '<iframe src="https://example.org">'])(
    '%s stands there as text',
    (text) => {
      expect(html(text)).not.toMatch(/<(script|b|iframe)/);
      expect(html(text)).toContain('&lt;');
    },
  );

  it('has tables and commands that can be scrolled by keyboard', () => {
    expect(html('| A |\n|---|\n| b |\n')).toMatch(
      /^<div class="scroll" tabindex="0"><table>[\s\S]*<\/table><\/div>/,
    );
    expect(html('```console\n$ a < b\n```\n')).toBe('<pre tabindex="0"><code>$ a &lt; b</code></pre>\n');
  });
});
