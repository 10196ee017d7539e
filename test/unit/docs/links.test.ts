/** Links within README and docs lead to headings that are there; every picture of docs is shown somewhere. */
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '../../..');
const texts = new Map(
  ['README.md', 'CHANGELOG.md', ...globSync('{docs,handbook}/*.md', { cwd: root })].map((path) => [
    path,
    readFileSync(join(root, path), 'utf8').replace(/^[ \t]*```[\s\S]*?^[ \t]*```/gm, ''),
  ]),
);

/** As GitHub and GitLab make them: lower case, no punctuation, hyphens for spaces, a number for the second one. */
function anchorsOf(text: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of text.matchAll(/^#{1,6} (.+)$/gm)) {
    const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const anchor = plain.replace(/[^\p{L}\p{M}\p{N}\s_-]/gu, '').replace(/\s/g, '-');
    let name = anchor;
    for (let count = 1; anchors.has(name); count += 1) name = `${anchor}-${count}`;
    anchors.add(name);
  }
  return anchors;
}

const pages = [...texts].map(([path, text]) => ({ path, text }));

describe.each(pages)('$path', ({ path, text }) => {
  it('links to headings that there are', () => {
    const links = [...text.replace(/`[^`\n]*`/g, '').matchAll(/\]\(([^)\s]*)#([^)\s]+)\)/g)];
    const dead = links.filter(([, page = '', anchor = '']) => {
      if (/^[a-z]+:/.test(page)) return false;
      const to = page === '' ? path : normalize(join(dirname(path), page));
      // Anchors within the handbooks are the portal's: test/unit/portal/handbook.
      if (to.startsWith('handbook/') || !to.endsWith('.md')) return false;
      return !anchorsOf(texts.get(to) ?? '').has(anchor);
    });
    expect(dead.map(([link]) => link)).toEqual([]);
  });
});

it('every picture of docs is shown, and has words for who does not see it', () => {
  const shown = pages.flatMap(({ text }) =>
    [...text.matchAll(/(!?)\[([^\]]*)\]\(([^)]*\.png)\)/g)].map(([, bang, words, path = '']) => ({
      name: basename(path),
      isMute: bang === '!' && words === '',
    })),
  );
  expect(shown.filter(({ isMute }) => isMute)).toEqual([]);
  const names = new Set(shown.map(({ name }) => name));
  expect(globSync('docs/images/*.png', { cwd: root }).filter((path) => !names.has(basename(path)))).toEqual(
    [],
  );
});
