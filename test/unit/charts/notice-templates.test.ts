import { readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { noticeTemplates } from '../../../charts/notice-templates.ts';
import { daNang, socTrang } from '../../support/sites.ts';

let folder: string;
const own = { notices: { templates: 'an-giang' } };
const templates = () => noticeTemplates(own, pathToFileURL(`${folder}/`));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hopthu-notices-'));
  await mkdir(join(folder, 'an-giang'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('the words of notices', () => {
  it.each([socTrang, daNang])('are in Vietnamese, and name the day and what to do ($name)', (site) => {
    const texts = noticeTemplates(site);
    expect(texts['reclaim.txt']).toMatch(/^Subject: Hộp thư {{address}} sẽ bị thu hồi ngày {{date}}/);
    expect(texts['reclaim.txt']).toContain('chỉ cần đăng nhập một lần');
    for (const [file, text] of Object.entries(texts)) {
      if (file.endsWith('.txt')) expect(text).toMatch(/^Subject: .*[\s\S]*Kính gửi[\s\S]*{{centre}}/);
      expect(text).toBe(text.normalize('NFC'));
    }
  });

  it('are those of every kind, in a file of its own', () => {
    const files = readdirSync(new URL('../../../charts/config/notices/', import.meta.url));
    expect(Object.keys(noticeTemplates(socTrang)).sort()).toEqual(files.sort());
  });

  it("are a site's own where it has them", async () => {
    const mine = 'Subject: Thu hồi {{address}}\n\nNgày {{date}}.\n';
    await writeFile(join(folder, 'an-giang/reclaim.txt'), mine);
    expect(templates()).toEqual({ ...noticeTemplates(socTrang), 'reclaim.txt': mine });
  });

  it("are the project's where it has not", () => {
    expect(templates()).toEqual(noticeTemplates(socTrang));
  });

  it.each<[string, string, string]>([
    ['reclaim.txt', 'Subject: x\n\n{{password}}\n', 'reclaim.txt: there is no value for {{password}}'],
    ['quota.txt', 'Subject: {{date}}\n\nx\n', 'quota.txt: there is no value for {{date}}'],
    ['end.txt', 'Kính gửi\n', 'end.txt: must begin with a line "Subject: …" and an empty one'],
    ['rights.yaml', 'Read: đọc\nWrite: ghi\n', 'rights.yaml: SendAs'],
    ['rights.yaml', 'Read: đọc\nWrite: ghi\nSendAs: gửi\nRun: x\n', 'rights.yaml: '],
  ])('are refused where %s is wrong: %j', async (file, text, message) => {
    await writeFile(join(folder, 'an-giang', file), text);
    expect(templates).toThrow(message);
  });
});
