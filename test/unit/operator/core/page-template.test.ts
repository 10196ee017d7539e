/** Pages that a province may change. */
import { describe, expect, it } from '@jest/globals';
import { checkPage, type PageValues, renderPage } from '../../../../operator/core/page-template.ts';
import { Invalid } from '../../../../operator/errors.ts';

const render = (template: string, values: PageValues = {}) => renderPage('page.html', template, values);

describe('a page', () => {
  it('has its values escaped, but what is HTML already; what stands in a value is no template', () => {
    const values = { name: `<b class="x">'&{{other}}`, content: { html: '<p>{{other}}</p>' } };
    expect(render('{{name}} {{content}}', values)).toBe(
      '&lt;b class=&quot;x&quot;&gt;&#39;&amp;{{other}} <p>{{other}}</p>',
    );
  });

  it('repeats a part for each item of a list, which sees what is around it', () => {
    const values = {
      site: 'ST',
      people: [
        { name: 'A', mails: [{ mail: 1 }, { mail: 2 }] },
        { name: 'B', mails: [] },
      ],
    };
    const template =
      '{{#people}}{{site}}:{{name}}{{#mails}}-{{mail}}{{/mails}}{{^mails}}!{{/mails}} {{/people}}';
    expect(render(template, values)).toBe('ST:A-1-2 ST:B! ');
  });

  it.each([
    [true, 'yes'],
    [false, 'no'],
    ['text', 'yes'],
    ['', 'no'],
    [0, 'yes'],
    [[], 'no'],
  ])('shows a part for %j: %s', (value, expected) => {
    expect(render('{{#value}}yes{{/value}}{{^value}}no{{/value}}', { value })).toBe(expected);
  });

  it.each([
    ['{{name}}', {}, 'there is no value for {{name}}'],
    ['{{flag}}', { flag: true }, '{{flag}} is no text'],
    ['{{#a}}', { a: true }, '{{#a}} is left open'],
    ['{{/a}}', {}, '{{/a}} ends nothing'],
    ['{{#a}}{{#b}}{{/a}}{{/b}}', { a: true, b: true }, '{{/a}} ends nothing'],
  ])('%s with %j is refused', (template, values, fault) => {
    expect(() => render(template, values)).toThrow(
      new RegExp(`^page.html: .*${fault.replace(/[{}]/g, '\\$&')}`),
    );
  });
});

describe('before anybody sees it, a page', () => {
  const check = (template: string) => () =>
    checkPage('page.html', template, { name: true, people: { address: true } });

  it('may ask for what there is', () => {
    expect(
      check('{{name}}{{#people}}{{name}}{{address}}{{/people}}{{^people}}{{name}}{{/people}}'),
    ).not.toThrow();
  });

  it.each([
    '{{nam}}',
    '{{address}}',
    '{{#people}}{{nam}}{{/people}}',
    '{{^people}}{{address}}{{/people}}',
    '{{people}}',
  ])('may not ask for what there is not: %s', (template) => expect(check(template)).toThrow(Invalid));
});
