import { beforeEach, describe, expect, it } from '@jest/globals';
import { Province } from '../../../support/province.ts';
import { socTrang } from '../../../support/sites.ts';

const { closedDays, graceDays } = socTrang.retention;
const name = 'Nguyễn Thanh Bình';
const address = 'ntbinh@soctrang.gov.vn';
const letters = ['Công văn số 17', 'Giấy mời họp'];

let province: Province;

/** @param policy undefined leaves the default */
async function granted(policy?: string): Promise<string> {
  province = new Province(socTrang);
  province.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
  province.person('other', 'Trần Thị Thu Hà', 'so-tttt');
  const { metadata } = apply(policy);
  await province.settle();
  province.store.mail.set(metadata.uid, letters);
  return metadata.uid;
}

const apply = (policy?: string) =>
  province.person('binh', name, 'so-tttt', policy === undefined ? {} : { spec: { deletionPolicy: policy } });

async function days(count: number): Promise<void> {
  province.now = new Date(province.now.getTime() + count * 86_400_000);
  await province.settle();
}

async function deleted(policy?: string): Promise<string> {
  const uid = await granted(policy);
  province.delete('binh');
  await province.settle();
  return uid;
}

const entryOf = (uid: string) => province.directory.entry(`uid=${uid},ou=mailboxes,dc=soctrang,dc=gov,dc=vn`);
const heldOf = (uid: string) => province.directory.entry(`uid=${uid},ou=held,dc=soctrang,dc=gov,dc=vn`);

/** Does anybody else of that name get the address? */
async function addressOfNamesake(): Promise<string | undefined> {
  province.person('namesake', name, 'so-tttt', { person: { id: 'CB-2' } });
  await province.settle();
  return province.addressOf('namesake');
}

describe('a mailbox that is deleted', () => {
  it('keeps its mail under Retain, which is the default', async () => {
    const uid = await deleted();
    await days(closedDays - 1);
    expect(province.store.mail.get(uid)).toEqual(letters);
    expect(province.store.archives.size).toBe(0);
    expect(entryOf(uid)?.attributes).toMatchObject({ hopThuStatus: ['Closed'], mail: [address] });
  });

  it('is archived at the end of the retention, and only then removed with its entry', async () => {
    const uid = await deleted();
    await days(closedDays);
    expect(province.mailSteps).toEqual([`archive ${uid}`, `remove ${uid}`]);
    expect(province.store.archives.get(uid)).toEqual(letters);
    expect(province.store.mail.has(uid)).toBe(false);
    expect(entryOf(uid)).toBeUndefined();
  });

  it('with Archive goes after the grace period, its address being held', async () => {
    const uid = await deleted('Archive');
    await days(graceDays - 1);
    expect(province.mailSteps).toEqual([]);
    await days(1);
    expect(province.mailSteps).toEqual([`archive ${uid}`, `remove ${uid}`]);
    expect(entryOf(uid)).toBeUndefined();
    expect(heldOf(uid)?.attributes).toMatchObject({
      hopThuArchive: [expect.stringMatching(/ 2 \d+ [0-9a-f]{64} removed$/)],
      mail: [address],
    });
    expect(await addressOfNamesake()).toBe('ntbinh.sotttt@soctrang.gov.vn');
  });

  it('with Delete goes after the grace period without an archive, its address being held', async () => {
    const uid = await deleted('Delete');
    await days(graceDays - 1);
    expect(province.store.mail.get(uid)).toEqual(letters);
    await days(1);
    expect(province.mailSteps).toEqual([`mark ${uid}`, `discard ${uid}`]);
    expect(province.store.mail.has(uid)).toBe(false);
    expect(province.store.archives.size).toBe(0);
    expect(entryOf(uid)).toBeUndefined();
    expect(await addressOfNamesake()).toBe('ntbinh.sotttt@soctrang.gov.vn');
  });

  it('goes by the policy of its last moment, which outlives the resource', async () => {
    const uid = await granted();
    apply('Archive');
    province.delete('binh');
    await province.settle();
    expect(entryOf(uid)?.attributes).toMatchObject({ hopThuDeletionPolicy: ['Archive'] });
  });

  it('is not deleted at all by a namespace that is: under Retain all mail is there', async () => {
    const uid = await granted();
    for (const { metadata } of (await province.cluster.snapshot()).mailboxes) province.delete(metadata.name);
    await province.settle();
    await days(graceDays + 1);
    expect(province.mailSteps).toEqual([]);
    expect(province.store.mail.get(uid)).toEqual(letters);
  });

  it('is kept for good where nobody knows since when it is closed', async () => {
    const uid = await deleted('Archive');
    const { dn, attributes } = entryOf(uid) ?? { dn: '', attributes: {} };
    province.directory.put(dn, { ...attributes, hopThuStatusSince: [] });
    await days(2 * closedDays);
    expect(province.mailSteps).toEqual([]);
  });

  it('is not touched while the site is paused, nor when every resource is missing', async () => {
    const uid = await deleted('Delete');
    province.cluster.annotateSite({ 'hopthu.io/paused': 'true' });
    await days(graceDays);
    expect(province.mailSteps).toEqual([]);
    const emptied = new Province(socTrang, province.directory);
    emptied.now = province.now;
    await emptied.settle();
    expect(emptied.mailSteps).toEqual([]);
    expect(entryOf(uid)).toBeDefined();
  });
});

describe('a mailbox that comes back', () => {
  it('within the grace period has its mail and address, and is not removed afterwards', async () => {
    const uid = await deleted('Delete');
    apply('Delete');
    await days(graceDays + 1);
    expect(province.mailSteps).toEqual([]);
    expect(province.store.mail.get(uid)).toEqual(letters);
    expect(province.addressOf('binh')).toBe(address);
    expect(entryOf(uid)?.attributes).toMatchObject({ hopThuStatus: ['Active'] });
  });

  it('after its mail was removed has it back from the archive, under its address', async () => {
    const uid = await deleted('Archive');
    await days(graceDays);
    province.mailSteps.length = 0;
    apply();
    await province.settle();
    expect(province.mailSteps).toEqual([`restore ${uid}`]);
    expect(province.store.mail.get(uid)).toEqual(letters);
    province.expectReady('binh', 'True', 'Active');
    expect(province.addressOf('binh')).toBe(address);
    expect(entryOf(uid)?.attributes).toMatchObject({ hopThuStatus: ['Active'] });
    await province.expectSound();
  });

  it('and goes again, is archived again', async () => {
    const uid = await deleted('Archive');
    await days(graceDays);
    apply('Archive');
    await province.settle();
    province.store.mail.set(uid, [...letters, 'Thư mới']);
    province.delete('binh');
    await province.settle();
    await days(graceDays);
    expect(province.store.archives.get(uid)).toHaveLength(3);
    expect(heldOf(uid)?.attributes.hopThuArchive?.[0]).toMatch(/ 3 \d+ /);
  });

  it('is not opened before its mail is back, and says why it waits', async () => {
    const uid = await deleted('Archive');
    await days(graceDays);
    apply();
    province.store.down();
    await province.pass();
    province.expectReady('binh', 'False', 'DovecotUnavailable');
    expect(entryOf(uid)).toBeUndefined();
    province.store.up();
    await province.pass();
    province.expectReady('binh', 'False', 'Restoring', /^2 messages are being put back from the archive/);
    await province.settle();
    province.expectReady('binh', 'True', 'Active');
  });

  it('after its grace with Delete, while its mail is being removed, waits for that and is new', async () => {
    const uid = await deleted('Delete');
    province.now = new Date(province.now.getTime() + graceDays * 86_400_000);
    await province.pass();
    expect(province.mailSteps).toEqual([`mark ${uid}`]);
    apply('Delete');
    await province.pass();
    province.expectReady('binh', 'False', 'MailRemoval');
    await province.settle();
    expect(province.mailSteps).toEqual([`mark ${uid}`, `discard ${uid}`]);
    expect(entryOf(uid)).toBeUndefined();
  });

  it('while an archive is being made opens with its mail, and the archive is forgotten', async () => {
    const uid = await deleted('Archive');
    const dn = entryOf(uid)?.dn ?? '';
    apply('Archive');
    await province.settle();
    const receipt = `2026-11-21T00:00:00Z 2 30 ${'0'.repeat(64)}`;
    province.directory.put(dn, { ...entryOf(uid)?.attributes, hopThuArchive: [receipt] });
    await province.settle();
    expect(entryOf(uid)?.attributes).not.toHaveProperty('hopThuArchive');
    expect(province.mailSteps).toEqual([]);
  });

  it('as another person has neither mail nor address of the former one', async () => {
    const uid = await deleted('Archive');
    await days(graceDays);
    province.mailSteps.length = 0;
    province.person('binh', 'Nguyễn Thị Bình', 'so-tttt', { person: { id: 'CB-9' } });
    await province.settle();
    province.expectReady('binh', 'True', 'Active');
    expect(province.mailSteps).toEqual([]);
    expect(entryOf(uid)).toBeUndefined();
  });
});

describe('an archive', () => {
  beforeEach(() => deleted('Archive'));

  it('that is not what it was when it was read back lets nothing be removed, and is made anew', async () => {
    const [uid = ''] = province.store.mail.keys();
    province.now = new Date(province.now.getTime() + graceDays * 86_400_000);
    await province.pass();
    province.store.archives.set(uid, ['another']);
    await province.pass();
    expect(province.failures.at(-1)?.message).toMatch(/there is mail that its archive does not hold/);
    expect(province.store.mail.get(uid)).toEqual(letters);
    await province.settle();
    expect(province.store.archives.get(uid)).toEqual(letters);
    expect(entryOf(uid)).toBeUndefined();
  });

  it('that lacks what came later is made anew before anything is removed', async () => {
    const [uid = ''] = province.store.mail.keys();
    province.now = new Date(province.now.getTime() + graceDays * 86_400_000);
    await province.pass();
    province.store.mail.set(uid, [...letters, 'Thư đến muộn']);
    await province.pass();
    await province.settle();
    expect(province.store.archives.get(uid)).toHaveLength(3);
    expect(province.store.mail.has(uid)).toBe(false);
  });

  it('waits for Dovecot, and for the directory', async () => {
    const [uid = ''] = province.store.mail.keys();
    province.store.down();
    await days(graceDays);
    expect(province.mailSteps).toEqual([]);
    province.store.up();
    await province.settle();
    expect(province.mailSteps).toEqual([`archive ${uid}`, `remove ${uid}`]);
  });
});
