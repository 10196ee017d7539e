import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { lanes } from '../../e2e/support/lanes.ts';

const folder = join(import.meta.dirname, '../../e2e');
const journeys = readdirSync(folder).filter((name) => name.endsWith('.e2e.ts'));
const { sideBySide, after } = lanes();

describe('the lanes of journeys', () => {
  it('have each journey once', () => {
    const all = [...sideBySide, after].flatMap(({ files }) => files.map((file) => basename(file)));
    expect(all.sort()).toEqual(journeys);
  });

  it('are none of them empty: jest would run everything', () => {
    for (const { files } of [...sideBySide, after]) expect(files).not.toEqual([]);
  });

  it('are told by what a journey imports, which is its only way to a site', () => {
    for (const name of journeys)
      expect([name, readFileSync(join(folder, name), 'utf8')]).not.toEqual([
        name,
        expect.stringMatching(/\breadSite\b|\bsiteNames\b|charts\/sites\//),
      ]);
    const [socTrang, daNang] = sideBySide.map(({ files }) => files.map((file) => basename(file)));
    expect(socTrang).toContain('certificates.e2e.ts');
    expect(daNang).toContain('backup.e2e.ts');
    expect(after.files.map((file) => basename(file))).toContain('provinces.e2e.ts');
  });
});
