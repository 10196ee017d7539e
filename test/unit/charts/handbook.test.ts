import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ownChapters } from '../../../charts/handbook.ts';
import type { Site } from '../../../operator/core/site.ts';
import { daNang, socTrang } from '../../support/sites.ts';

const name = 'nguoi-dung-15-su-co.md';

describe("a site's own chapters", () => {
  let folder: string;
  const site: Site = { ...socTrang, portal: { ...socTrang.portal, templates: 'an-giang' } };
  const own = () => ownChapters(site, pathToFileURL(`${folder}/`));
  const put = (file: string, text: string) => writeFile(join(folder, 'an-giang', file), text);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hopthu-handbook-'));
    await mkdir(join(folder, 'an-giang'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it.each([socTrang, daNang])('are none at $name, whose values fill the project’s', (known) => {
    expect(ownChapters(known)).toEqual({});
  });

  it('are those that lie in its folder, pages and words aside', async () => {
    await put(name, '# Sự cố\n\n{{centreName}}\n');
    await put('done.html', '<p>{{message}}</p>');
    expect(own()).toEqual({ [name]: '# Sự cố\n\n{{centreName}}\n' });
  });

  it.each([
    [name, '{{centreFax}}', `${name}: there is no value for {{centreFax}}`],
    ['su-co.md', '# Sự cố', 'su-co.md: a chapter is called'],
  ])('%s is refused with %j', async (file, text, fault) => {
    await put(file, text);
    expect(own).toThrow(fault);
  });
});
