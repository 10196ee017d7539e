/** What axe-core finds wrong with a page for people who cannot see or use a mouse. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const violationsOfPage = `axe.run(document).then(({ violations }) =>
  violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ' ' + target)))`;

/** @returns rules with the places that break them */
export function axeViolations(page: Page): Promise<readonly string[]> {
  return runAxe(page, violationsOfPage);
}

/** @param expression of JavaScript over `axe`; the script comes by the browser itself, past the page's policy */
export async function runAxe(page: Page, expression: string): Promise<readonly string[]> {
  await page.evaluate(`${axe};0`);
  return page.evaluate<readonly string[]>(expression);
}
