/** A site is named, or its file is given by its path. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readSite, siteText } from '../../../charts/site-files.ts';
import { changedText } from '../../support/changed-text.ts';

const folder = mkdtempSync(join(tmpdir(), 'hopthu-sites-'));
const file = join(folder, 'other.yaml');

beforeAll(() => writeFileSync(file, changedText('soc-trang', { 'storage.shards': 2 })));
afterAll(() => rmSync(folder, { recursive: true }));

it('is read by its name from charts/sites, where the file is called as the site is', () => {
  expect(readSite('soc-trang').storage.shards).toBe(1);
  expect(() => readSite('hau-giang')).toThrow('there is no "hau-giang"; use da-nang or soc-trang');
});

it('is read by a path, whatever the file is called', () => {
  expect(readSite(file)).toMatchObject({ name: 'soc-trang', storage: { shards: 2 } });
  expect(siteText(file)).toContain('shards: 2');
  const nowhere = join(folder, 'nowhere.yaml');
  expect(() => readSite(nowhere)).toThrow(`there is no file ${nowhere}`);
});
