import { beforeEach, describe, expect, it } from '@jest/globals';
import { finalizer } from '../../../../operator/api/resource.ts';
import { Unavailable } from '../../../../operator/errors.ts';
import { Province } from '../../../support/province.ts';
import { socTrang } from '../../../support/sites.ts';

let province: Province;

beforeEach(() => {
  province = new Province(socTrang);
  province.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
});

describe('deletion', () => {
  beforeEach(async () => {
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
    await province.settle();
    expect(province.mailbox('binh').metadata.finalizers).toEqual([finalizer]);
  });

  const entry = (uid: string) =>
    province.directory.entry(`uid=${uid},ou=mailboxes,dc=soctrang,dc=gov,dc=vn`)?.attributes;

  it('closes the account, keeps mail and address, and lets the resource go after it was read back', async () => {
    const { uid } = province.mailbox('binh').metadata;
    province.delete('binh');
    await province.pass();
    expect(province.mailbox('binh').metadata.finalizers).toEqual([finalizer]); // not yet seen
    await province.settle();
    expect(province.cluster.get('Mailbox', province.namespace, 'binh')).toBeUndefined();
    expect(entry(uid)).toMatchObject({
      hopThuStatus: ['Closed'],
      mail: ['ntbinh@soctrang.gov.vn'],
      pwdAccountLockedTime: ['000001010000Z'],
    });
  });

  it('waits while the directory is down, and says so', async () => {
    province.delete('binh');
    province.directory.down();
    await expect(province.pass()).rejects.toThrow(Unavailable);
    province.expectReady('binh', 'False', 'LDAPUnavailable', /nothing is lost/);
    expect(province.mailbox('binh').metadata.finalizers).toEqual([finalizer]);
    province.directory.up();
    await province.settle();
    expect(province.cluster.get('Mailbox', province.namespace, 'binh')).toBeUndefined();
  });

  it('does not hand the address of a closed account to the next person of that name', async () => {
    province.delete('binh');
    await province.settle();
    province.person('another', 'Nguyễn Thanh Bình', 'so-tttt');
    await province.settle();
    expect(province.addressOf('another')).toBe('ntbinh.sotttt@soctrang.gov.vn');
  });

  it('gives the account back to the same person under the same name', async () => {
    province.delete('binh');
    await province.settle();
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
    await province.settle();
    province.expectReady('binh', 'True', 'Active', /^ntbinh@soctrang/);
  });

  it('does not give it to somebody else under that name', async () => {
    province.delete('binh');
    await province.settle();
    province.person('binh', 'Nguyễn Thái Bình', 'so-tttt');
    await province.settle();
    province.expectReady('binh', 'False', 'FormerAccount', /not the same person: use another name/);
  });

  it('of an organization waits for its last mailbox', async () => {
    province.delete('so-tttt', 'Organization');
    await province.settle();
    const organization = () => province.cluster.get('Organization', province.namespace, 'so-tttt');
    expect(JSON.stringify(organization()?.status)).toContain('1 mailboxes and units still belong to it');
    province.delete('binh');
    await province.settle();
    expect(organization()).toBeUndefined();
  });
});

describe('pause and outage', () => {
  it('writes nothing to the directory while the site is paused, and shows what waits', async () => {
    province.cluster.annotateSite({ 'hopthu.io/paused': 'true' });
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
    await province.pass();
    expect(province.directory.writes).toEqual({ add: 0, modify: 0, remove: 0 });
    province.expectReady('binh', 'False', 'Paused', /\+ ntbinh@soctrang.gov.vn/);
    province.cluster.annotateSite({});
    await province.settle();
    province.expectReady('binh', 'True', 'Active');
  });

  it('tells only those who wait of an outage, once', async () => {
    province.person('settled', 'Trần Văn Một', 'so-tttt');
    await province.settle();
    province.directory.down();
    province.person('waits', 'Trần Văn Hai', 'so-tttt');
    await expect(province.pass()).rejects.toThrow(Unavailable);
    province.expectReady('settled', 'True', 'Active');
    province.expectReady('waits', 'False', 'LDAPUnavailable');
    const { status } = province.cluster.writes;
    await expect(province.pass()).rejects.toThrow(Unavailable);
    expect(province.cluster.writes.status).toBe(status);
  });

  it('a pass with nothing to do writes nothing anywhere', async () => {
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
    await province.settle();
    const before = structuredClone([province.cluster.writes, province.directory.writes]);
    province.now = new Date('2026-11-22T00:00:00Z');
    await province.pass();
    expect([province.cluster.writes, province.directory.writes]).toEqual(before);
  });
});

describe('the guard', () => {
  const names = Array.from({ length: 11 }, (_, index) => `p${index}`);

  it('holds a mass suspension until exactly that plan is approved; grants go on', async () => {
    for (const name of names)
      province.person(
        name,
        `Trần Văn ${name}`.replace(/\d+/g, (d) => 'abcdefghijk'[Number(d)] ?? ''),
        'so-tttt',
      );
    await province.settle();
    for (const name of names) province.delete(name);
    province.person('new', 'Đoàn Văn Thông', 'so-tttt');
    await province.settle();
    expect(province.addressOf('new')).toBe('dvthong@soctrang.gov.vn');
    province.expectReady(
      'p0',
      'False',
      'AwaitingApproval',
      /11 mailboxes would lose access at once; 10 of 12/,
    );
    const message = province.status('p0').conditions?.[0]?.message ?? '';
    const hash = /approve-plan=([0-9a-f]+)/.exec(message)?.[1] ?? '';
    province.cluster.annotateSite({ 'hopthu.io/approve-plan': hash });
    await province.settle();
    expect(province.cluster.get('Mailbox', province.namespace, 'p0')).toBeUndefined();
  });
});
