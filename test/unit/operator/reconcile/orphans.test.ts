/** Entries whose resource is gone: told, and closed by an order alone. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Province } from '../../../support/province.ts';
import { socTrang } from '../../../support/sites.ts';

let province: Province;

beforeEach(async () => {
  province = new Province(socTrang);
  province.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
  province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
  province.person('lan', 'Trần Thị Lan', 'so-tttt');
  await province.settle();
});

const vanish = (name: string, kind?: 'Mailbox' | 'Organization') => province.vanish(name, kind);
const entry = (uid: string) =>
  province.directory.entry(`uid=${uid},ou=mailboxes,dc=soctrang,dc=gov,dc=vn`)?.attributes;
const order = (...uids: readonly string[]) =>
  province.cluster.annotateSite({ 'hopthu.io/close-orphans': uids.join(' ') });
const report = () => JSON.parse(province.cluster.report['orphans'] ?? '');

describe('the report', () => {
  it('names every orphan, and is written when it changes only', async () => {
    expect(report()).toEqual({ count: 0, orphans: [] });
    const uid = vanish('binh');
    await province.settle();
    expect(report()).toEqual({
      count: 1,
      orphans: [
        {
          kind: 'Mailbox',
          resource: 'soc-trang-accounts/binh',
          uid,
          name: 'Nguyễn Thanh Bình',
          address: 'ntbinh@soctrang.gov.vn',
          organization: 'Sở Thông tin và Truyền thông',
          state: 'Active',
          entry: `uid=${uid},ou=mailboxes,dc=soctrang,dc=gov,dc=vn`,
          rejected: false,
        },
      ],
    });
    const { reports } = province.cluster.writes;
    await province.pass();
    expect(province.cluster.writes.reports).toBe(reports);
  });

  it('that cannot be written keeps nobody waiting, and is tried again', async () => {
    vanish('binh');
    province.person('tam', 'Lê Văn Tám', 'so-tttt');
    const { failures } = await province.pass(async (call, run) => {
      if (call === 'cluster.publish') throw new Error('403');
      return run();
    });
    expect(failures).toBe(1);
    province.expectReady('tam', 'True', 'Active');
    await province.settle();
    expect(report().count).toBe(1);
  });
});

describe('an order to close', () => {
  it('closes that account, holds its addresses back, and closes no other', async () => {
    const [binh, lan] = [vanish('binh'), vanish('lan')];
    order(binh, 'nobody');
    const lines = await province.settle();
    expect(lines).toEqual([
      '- ntbinh@soctrang.gov.vn  Nguyễn Thanh Bình (Sở Thông tin và Truyền thông)  closed: no login, no delivery; mail and address are kept',
    ]);
    expect(entry(binh)?.['hopThuStatus']).toEqual(['Closed']);
    expect(entry(lan)?.['hopThuStatus']).toEqual(['Active']);
    const held = province.directory.entry(`uid=${binh},ou=held,dc=soctrang,dc=gov,dc=vn`)?.attributes;
    expect(held?.['hopThuHeldAddress']?.[0]).toMatch(/^ntbinh@soctrang.gov.vn 20/);
    expect(report().count).toBe(1);
    expect(province.cluster.events.at(-1)).toMatchObject({
      resource: 'soc-trang-accounts/binh',
      reason: 'Closed',
    });
  });

  it('is no order for a living account, nor for the one that has the account later', async () => {
    const { uid } = province.mailbox('lan').metadata;
    const binh = vanish('binh');
    order(uid, binh);
    await province.settle();
    expect(entry(uid)?.['hopThuStatus']).toEqual(['Active']);
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
    await province.settle();
    province.expectReady('binh', 'True', 'Active');
    vanish('binh');
    await province.settle();
    expect(entry(binh)?.['hopThuStatus']).toEqual(['Active']);
    expect(report().count).toBe(1);
  });

  it('closes an account whose deletion was rejected, too', async () => {
    const uid = vanish('binh');
    const found = entry(uid) ?? {};
    province.directory.put(`uid=${uid},ou=mailboxes,dc=soctrang,dc=gov,dc=vn`, {
      ...found,
      hopThuRejected: [uid],
    });
    await province.settle();
    expect(report().orphans[0].rejected).toBe(true);
    order(uid);
    await province.settle();
    expect(entry(uid)?.['hopThuStatus']).toEqual(['Closed']);
  });

  it('removes what is left of an organization', async () => {
    const uid = vanish('so-tttt', 'Organization');
    order(uid);
    await province.settle();
    const dn = `ou=${uid},ou=organizations,dc=soctrang,dc=gov,dc=vn`;
    expect(province.directory.entry(dn)).toBeUndefined();
  });

  it('for many is held by the guard, which tells it in the report', async () => {
    const names = [...'abcdefghijk'];
    for (const name of names) province.person(name, `Nguyễn Văn ${name.toUpperCase()}nh`, 'so-tttt');
    await province.settle();
    const uids = names.map((name) => vanish(name));
    order(...uids);
    await province.settle();
    const held = JSON.parse(province.cluster.report['held'] ?? '');
    expect(held).toMatchObject({ count: 11, reason: expect.stringContaining('11 mailboxes would lose') });
    province.cluster.annotateSite({
      'hopthu.io/close-orphans': uids.join(' '),
      'hopthu.io/approve-plan': held.hash,
    });
    await province.settle();
    expect(uids.map((uid) => entry(uid)?.['hopThuStatus']?.[0])).toEqual(uids.map(() => 'Closed'));
    expect(JSON.parse(province.cluster.report['held'] ?? '')).toEqual({});
  });
});
