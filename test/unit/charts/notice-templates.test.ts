import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { noticeTemplates } from '../../../charts/notice-templates.ts';
import { daNang, socTrang } from '../../support/sites.ts';

let folder: string;
const own = { notices: { from: 'admin', templates: 'an-giang' } };
const templates = () => noticeTemplates(own, pathToFileURL(`${folder}/`));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hopthu-notices-'));
  await mkdir(join(folder, 'an-giang'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('the words of notices', () => {
  it.each([socTrang, daNang])('are in Vietnamese, and name the day and what to do ($name)', (site) => {
    const text = noticeTemplates(site)['reclaim.txt'];
    expect(text).toMatch(/^Subject: Hộp thư {{address}} sẽ bị thu hồi ngày {{date}}/);
    expect(text).toContain('chỉ cần đăng nhập một lần');
  });

  it("are a site's own where it has them", async () => {
    const mine = 'Subject: Thu hồi {{address}}\n\nNgày {{date}}.\n';
    await writeFile(join(folder, 'an-giang/reclaim.txt'), mine);
    expect(templates()).toEqual({ 'reclaim.txt': mine });
  });

  it("are the project's where it has not", () => {
    expect(templates()).toEqual(noticeTemplates(socTrang));
  });

  it('are refused where they ask for what there is not', async () => {
    await writeFile(join(folder, 'an-giang/reclaim.txt'), 'Subject: x\n\n{{password}}\n');
    expect(templates).toThrow('reclaim.txt: there is no value for {{password}}');
  });
});
