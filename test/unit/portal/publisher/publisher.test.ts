/** The published files: complete, nothing in them but what is public, and one state after the other (R40). */
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { portalPages } from '../../../../charts/portal-pages.ts';
import { portalTexts } from '../../../../operator/core/portal-texts.ts';
import { visibleTo } from '../../../../operator/core/published.ts';
import { buildDirectory } from '../../../../portal/published/model.ts';
import { webFiles } from '../../../../portal/publisher/files.ts';
import { folderTarget } from '../../../../portal/publisher/folder.ts';
import { publish, stateName } from '../../../../portal/publisher/publish.ts';
import { small } from '../../../support/published.ts';
import { socTrang as site } from '../../../support/sites.ts';

const texts = portalTexts(portalPages(site));
const readAt = new Date('2026-11-25T22:05:00Z');
const directory = buildDirectory(small, visibleTo('public', site.published), site.naming.titles);
const filesOf = (of = directory) => webFiles({ site, texts, directory: of, readAt });
const files = [...filesOf()];
const named = (path: string) => files.find((file) => file.path === path)?.text ?? '';

describe('the files', () => {
  it('are a page for each organization, what it offers, and the first page last', () => {
    const paths = files.map(({ path }) => path);
    expect(paths.at(-1)).toBe('index.html');
    expect(paths).toContain('don-vi/phongcntt.sotttt.html');
    expect(paths).toContain('don-vi/sotttt.vcf');
    expect(paths).toHaveLength(3 + 3 + 4 * 4 + 1);
  });

  it('bear the date', () => {
    const pages = files.filter(({ path }) => path.endsWith('.html'));
    for (const { text } of pages) expect(text).toContain('Cập nhật lúc 05:05 ngày 26/11/2026');
  });

  it('lead to each other alone, whatever address they are at', () => {
    const paths = new Set(files.map(({ path }) => path));
    for (const { path, text } of files.filter((file) => file.path.endsWith('.html'))) {
      const links = [...text.matchAll(/(?:href|src|action|data-places)="([^"]*)"/g)].map(([, to = '']) => to);
      const local = links.filter((to) => !/^(mailto:|tel:|#)/.test(to));
      expect(local.length).toBeGreaterThan(5);
      for (const to of local) expect(paths).toContain(posix.join(posix.dirname(path), to));
    }
  });

  it('have nothing in them that is for members', () => {
    for (const { text } of files) expect(text).not.toContain('0299 111');
    expect(named('don-vi/sotttt.html')).toContain('0299 3821 234');
  });

  it('have a list for the script, with the page of each', () => {
    expect(JSON.parse(named('tim-kiem.json'))).toContainEqual([
      ...['Nguyễn Văn Dũng', 'Chủ tịch', 'UBND huyện Mỹ Xuyên', 'nvdung@soctrang.gov.vn', ''],
      'don-vi/huyenmx.html',
    ]);
  });
});

describe('on a volume', () => {
  let root: string;
  const run = (minute: number, keep = 2, list = filesOf()) =>
    publish(folderTarget(root), stateName(new Date(Date.UTC(2026, 10, 26, 0, minute))), list, keep);
  const shown = () => readFileSync(join(root, 'current/index.html'), 'utf8');

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'hopthu-published-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('the link leads to the state that was written last; a few are kept', async () => {
    for (const minute of [1, 2, 3]) await run(minute);
    expect(readdirSync(root).sort()).toEqual(['20261126T000200Z', '20261126T000300Z', 'current']);
    expect(readlinkSync(join(root, 'current'))).toBe('20261126T000300Z');
    expect(shown()).toBe(named('index.html'));
    await run(4, 1);
    expect(readdirSync(root).sort()).toEqual(['20261126T000400Z', 'current']);
  });

  it('a run that fails shows nothing new, and the next one takes its rest away', async () => {
    await run(1);
    const before = shown();
    function* broken() {
      yield* files.slice(0, 5);
      throw new Error('broken');
    }
    await expect(run(2, 2, broken())).rejects.toThrow('broken');
    expect([shown(), readlinkSync(join(root, 'current'))]).toEqual([before, '20261126T000100Z']);
    writeFileSync(join(root, 'robots.txt'), 'of the people who run the web server');
    await run(3);
    expect(readdirSync(root).sort()).toEqual([
      ...['20261126T000100Z', '20261126T000300Z', 'current', 'robots.txt'],
    ]);
  });
});
