/** One thing has one name in everything that officials read: the one of the regulations and of the handbooks' glossaries. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { root } from '../cli/run.ts';

const texts = globSync(
  [
    'handbook/*.md',
    'charts/config/{notices,portal,reports,requests}/*',
    'charts/config/webmail/**/*.{inc,php}',
    '{cli,clerk,operator,portal,reports}/**/*.ts',
    'docs/*.md',
  ],
  { cwd: root },
).map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

/** What the mailbox of an organization (R3) is not called; "mọi hộp thư của đơn vị" are all mailboxes in it. */
const others = /(?<!mọi )hộp thư\s+((của\s+)?(cơ quan|tổ chức)|của\s+đơn vị|chung)/giu;

it('the mailbox of an organization is "hộp thư đơn vị"', () => {
  const faults = texts.flatMap(({ path, text }) =>
    [...text.matchAll(others)].map(([other]) => `${path}: ${other}`),
  );
  expect(faults).toEqual([]);
  expect(texts.filter(({ text }) => /hộp thư đơn vị/iu.test(text)).length).toBeGreaterThan(10);
});
