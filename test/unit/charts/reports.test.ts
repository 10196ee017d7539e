import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import { reportWords } from '../../../charts/report-words.ts';
import { manifestsOf } from '../../support/manifests.ts';
import { socTrang as site } from '../../support/sites.ts';

const words = readFileSync(new URL('../../../charts/config/reports/words.yaml', import.meta.url), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'hopthu-words-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the words of a province', () => {
  const own = { reports: { ...site.reports, templates: 'loi-van' } };
  const at = pathToFileURL(`${folder}/`);

  it('are its own where it has some, and the project’s where it has none', () => {
    expect(reportWords(own, at)).toBe(words);
    mkdirSync(join(folder, 'loi-van'));
    const changed = words.replace('title: BÁO CÁO', 'title: BÁO CÁO CHUYÊN ĐỀ');
    writeFileSync(join(folder, 'loi-van/words.yaml'), changed);
    expect(reportWords(own, at)).toBe(changed);
  });

  it('are refused before anything is installed where they are faulty', () => {
    writeFileSync(join(folder, 'loi-van/words.yaml'), 'title: BÁO CÁO\n');
    expect(() => reportWords(own, at)).toThrow(/words\.yaml/);
  });
});

describe('the jobs', () => {
  const all = manifestsOf(site);
  const jobs = all.filter(({ kind, metadata }) => kind === 'CronJob' && metadata.name.startsWith('report'));

  it('come by the clock of the site file, and one when it is asked for', () => {
    const schedules = jobs.map(({ metadata, spec }) => {
      const { schedule, suspend, timeZone } = spec as {
        schedule: string;
        suspend: boolean;
        timeZone: string;
      };
      return [metadata.name, suspend ? '' : schedule, timeZone];
    });
    const zone = 'Asia/Ho_Chi_Minh';
    expect(schedules).toEqual([
      ['report-collect', site.reports.collect, zone],
      ['report-monthly', site.reports.monthly, zone],
      ['report-quarterly', site.reports.quarterly, zone],
      ['report-yearly', site.reports.yearly, zone],
      ['report', '', zone],
    ]);
  });

  it('may list what they count, and nothing else', () => {
    const rules = all
      .filter(({ kind, metadata }) => kind === 'Role' && metadata.name === 'reports')
      .flatMap((role) => (role as unknown as { rules: { resources: string[]; verbs: string[] }[] }).rules);
    expect(rules.map(({ resources, verbs }) => [resources.join(' '), verbs.join(' ')])).toEqual([
      ['jobs', 'list'],
      ['jobs', 'list'],
      ['mailboxes mailboxrequests incidents', 'list'],
    ]);
  });
});
