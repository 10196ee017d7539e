/** What becomes of archives when their retention ends (R37, R38). */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { describeArchives } from '../../../../cli/approve.ts';
import type { Perturbation } from '../../../support/perturbed.ts';
import { Killed } from '../../../support/perturbed.ts';
import { Province } from '../../../support/province.ts';
import { socTrang } from '../../../support/sites.ts';

const { graceDays, archiveDays } = socTrang.retention;
const letters = ['Công văn số 17', 'Giấy mời họp'];
const name = 'Nguyễn Thanh Bình';
const policy = { spec: { deletionPolicy: 'Archive' } };
let province: Province;

const heldOf = (uid: string) => province.directory.entry(`uid=${uid},ou=held,dc=soctrang,dc=gov,dc=vn`);
async function days(count: number): Promise<void> {
  province.now = new Date(province.now.getTime() + count * 86_400_000);
  await province.settle();
}

/** Archived and removed, nobody's any more. @returns accounts */
async function archived(people: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const uids = Object.entries(people).map(
    ([key, fullName]) => province.person(key, fullName, 'so-tttt', policy).metadata.uid,
  );
  await province.settle();
  for (const uid of uids) province.store.mail.set(uid, letters);
  for (const key of Object.keys(people)) {
    province.delete(key);
    await province.settle();
    province.now = new Date(province.now.getTime() + 600_000);
  }
  await days(graceDays);
  expect(province.store.archives.size).toBe(uids.length);
  province.mailSteps.length = 0;
  return uids;
}

beforeEach(async () => {
  province = new Province(socTrang);
  province.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
  province.person('other', 'Trần Thị Thu Hà', 'so-tttt', { spec: { grant: 'again' } });
  await province.settle();
});

describe('an archive', () => {
  it('goes when its retention ends and not a day sooner, and who it was is forgotten', async () => {
    const [uid = ''] = await archived({ binh: name });
    await days(archiveDays - 1);
    expect(province.mailSteps).toEqual([]);
    expect(province.store.archives.get(uid)).toEqual(letters);
    await days(1);
    expect(province.mailSteps).toEqual([`expire ${uid}`, `purge ${uid}`]);
    expect(province.store.archives.size).toBe(0);
    expect(heldOf(uid)?.attributes).not.toHaveProperty('cn');
    expect(heldOf(uid)?.attributes['hopThuArchive'] ?? []).toEqual([]);
    province.mailSteps.length = 0;
    await days(1);
    expect(province.mailSteps).toEqual([]);
    await province.expectSound();
  });

  it.each([
    ['all', () => 'all'],
    ['its account', (uid: string) => uid],
    ['the name of its resource', () => 'soc-trang-accounts/binh another'],
    ['its address', () => 'another,ntbinh@soctrang.gov.vn'],
  ])('is kept while a person says so by %s, also in the middle of it', async (_, keep) => {
    const [uid = ''] = await archived({ binh: name });
    province.cluster.annotateSite({ 'hopthu.io/keep-archives': keep(uid) });
    await days(archiveDays + 1);
    expect(province.mailSteps).toEqual([]);
    province.cluster.annotateSite({});
    await province.pass();
    expect(province.mailSteps).toEqual([`expire ${uid}`]);
    province.cluster.annotateSite({ 'hopthu.io/keep-archives': uid });
    await days(1);
    expect(province.mailSteps).toEqual([`expire ${uid}`]);
    expect(province.store.archives.get(uid)).toEqual(letters);
  });

  it('is kept while a resource of its name is there, and given back', async () => {
    const [uid = ''] = await archived({ binh: name });
    province.now = new Date(province.now.getTime() + archiveDays * 86_400_000);
    province.person('binh', name, 'so-tttt', policy);
    await province.settle();
    expect(province.mailSteps).toEqual([`restore ${uid}`]);
    expect(province.store.mail.get(uid)).toEqual(letters);
  });

  it('is given back to who comes in the middle of it, or is gone and the account is new', async () => {
    for (const step of ['directory.modify', 'store.purge'] as const) {
      province = new Province(socTrang);
      province.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
      province.person('other', 'Trần Thị Thu Hà', 'so-tttt');
      const [uid = ''] = await archived({ binh: name });
      province.now = new Date(province.now.getTime() + archiveDays * 86_400_000);
      const comes: Perturbation = async (call, run) => {
        if (call === step) province.person('binh', name, 'so-tttt', policy);
        return run();
      };
      await province.pass(comes);
      await province.pass(comes);
      await province.settle();
      province.expectReady('binh', 'True', 'Active');
      if (province.store.mail.has(uid)) expect(province.store.mail.get(uid)).toEqual(letters);
      await province.expectSound();
    }
  });

  it('goes once, whenever the operator is killed', async () => {
    const [uid = ''] = await archived({ binh: name });
    province.now = new Date(province.now.getTime() + archiveDays * 86_400_000);
    for (const call of ['directory.modify', 'store.purge'] as const) {
      for (const isBefore of [true, false]) {
        const killing: Perturbation = async (made, run) => {
          if (made !== call) return run();
          if (!isBefore) await run();
          throw new Killed();
        };
        await province.pass(killing).catch(() => undefined);
      }
    }
    await province.settle();
    expect(province.store.archives.size).toBe(0);
    expect(heldOf(uid)?.attributes['hopThuArchive'] ?? []).toEqual([]);
  });

  it('stays while the site is paused, no resource is left, or the site keeps archives for ever', async () => {
    await archived({ binh: name });
    province.cluster.annotateSite({ 'hopthu.io/paused': 'true' });
    await days(archiveDays);
    for (const site of [socTrang, { ...socTrang, retention: { ...socTrang.retention, archiveDays: 0 } }]) {
      const elsewhere = new Province(site, province.directory);
      elsewhere.now = province.now;
      if (site !== socTrang) {
        elsewhere.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
        elsewhere.person('new', 'Lê Văn Tám', 'so-tttt');
      }
      await elsewhere.settle();
      expect(elsewhere.mailSteps).toEqual([]);
    }
    expect(province.mailSteps).toEqual([]);
  });
});

describe('many archives at once', () => {
  const people = Object.fromEntries(
    Array.from({ length: 12 }, (_, index) => [`p${index}`, `Lê Văn ${String.fromCharCode(65 + index)}n`]),
  );

  it('wait until a person says up to when, and that time has come', async () => {
    const uids = await archived(people);
    await days(archiveDays);
    expect(province.mailSteps).toEqual([]);
    const told = JSON.parse(province.cluster.report['archives'] ?? '');
    expect(told).toEqual({ count: 12, until: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) });
    expect(Date.parse(told.until)).toBeLessThanOrEqual(province.now.getTime());
    expect(describeArchives(socTrang, told)[0]).toContain(
      `12 archives whose retention has ended would be removed at once
to let them go: kubectl -n soc-trang-mail annotate configmap hopthu-site --overwrite hopthu.io/purge-archives-until=${told.until}`,
    );
    const future = new Date(province.now.getTime() + 86_400_000).toISOString();
    province.cluster.annotateSite({ 'hopthu.io/purge-archives-until': future });
    await province.settle();
    expect(province.mailSteps).toEqual([]);
    province.cluster.annotateSite({ 'hopthu.io/purge-archives-until': told.until });
    await province.settle();
    expect(describeArchives(socTrang, JSON.parse(province.cluster.report['archives'] ?? ''))).toEqual([]);
    expect(province.mailSteps.filter((step) => step.startsWith('purge'))).toHaveLength(uids.length);
    expect(province.store.archives.size).toBe(0);
  });
});
