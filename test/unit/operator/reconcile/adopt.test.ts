/** Accounts that somebody else made, and accounts whose resource is a new one after a restore: never taken unasked. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Province } from '../../../support/province.ts';
import { socTrang } from '../../../support/sites.ts';

const mailboxes = 'ou=mailboxes,dc=soctrang,dc=gov,dc=vn';
const foreignDn = `uid=ntbinh,${mailboxes}`;
const foreign = {
  objectClass: ['inetOrgPerson'],
  uid: ['ntbinh'],
  cn: ['Nguyen Thanh Binh'],
  sn: ['Nguyen'],
  title: ['PGD'],
  mail: ['NTBinh@soctrang.gov.vn'],
  userPassword: ['{SSHA}of-the-former-system'],
  postalAddress: ['1 Hùng Vương'],
};
let province: Province;

beforeEach(async () => {
  province = new Province(socTrang);
  province.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
  await province.settle();
  province.directory.put(foreignDn, foreign);
});

const apply = (annotations: Readonly<Record<string, string>> = {}, name = 'binh') => {
  province.cluster.apply({
    kind: 'Mailbox',
    name,
    namespace: province.namespace,
    annotations,
    spec: {
      organizationRef: { name: 'so-tttt' },
      type: 'Personal',
      person: { fullName: 'Nguyễn Thanh Bình' },
    },
  });
};
const hashOf = (name: string) =>
  /approve-plan=([0-9a-f]+)/.exec(province.status(name).conditions?.[0]?.message ?? '')?.[1] ?? '';
const approve = (name: string) => province.cluster.annotateSite({ 'hopthu.io/approve-plan': hashOf(name) });
const stored = () => province.directory.entry(foreignDn)?.attributes;

describe('an entry that nobody owns', () => {
  it('is left alone, and its address is nobody else’s', async () => {
    apply();
    await province.settle();
    expect(stored()).toEqual(foreign);
    expect(province.addressOf('binh')).toBe('ntbinh.sotttt@soctrang.gov.vn');
  });

  it.each(['ntbinh', foreignDn, 'NTBINH'])('is compared as a whole first, named as %s', async (name) => {
    apply({ 'hopthu.io/adopt': name });
    await province.settle();
    expect(stored()).toEqual(foreign);
    const message = province.status('binh').conditions?.[0]?.message ?? '';
    expect(message).toContain('1 accounts that nobody owns would be taken over; approve with');
    expect(message).toMatch(
      /: ~ NTBinh@soctrang.gov.vn {2}Nguyen Thanh Binh {2}taken over: name Nguyen Thanh Binh → Nguyễn Thanh Bình, sn Nguyen → Nguyễn, title PGD → \(none\), organization \(none\) → Sở Thông tin và Truyền thông, address NTBinh@soctrang.gov.vn → ntbinh@soctrang.gov.vn, addresses \(none\) → ntbinh@soctrang.gov.vn, state \(none\) → Active, type \(none\) → Personal, quota \(none\) → 500 MiB$/,
    );
    const before = structuredClone([province.cluster.writes, province.directory.writes]);
    await province.pass();
    expect([province.cluster.writes, province.directory.writes]).toEqual(before);
  });

  it('is taken over with its password and everything that we do not speak of, once approved', async () => {
    apply({ 'hopthu.io/adopt': 'ntbinh' });
    await province.settle();
    approve('binh');
    await province.settle();
    province.expectReady('binh', 'True', 'Active', /^ntbinh@soctrang/);
    expect(stored()).toMatchObject({
      objectClass: ['inetOrgPerson', 'hopThuMailbox'],
      userPassword: foreign.userPassword,
      postalAddress: foreign.postalAddress,
      cn: ['Nguyễn Thanh Bình'],
      hopThuOwnerUID: [province.mailbox('binh').metadata.uid],
    });
    expect(stored()).not.toHaveProperty('pwdReset');
    expect([...province.cluster.secrets]).toEqual([]);
    expect(province.status('binh').entry).toBe(foreignDn);
    province.delete('binh');
    await province.settle();
    expect(stored()?.['hopThuStatus']).toEqual(['Closed']);
  });

  it('is given to the first that names it, and to nobody while it is not there or no person', async () => {
    apply({ 'hopthu.io/adopt': 'ntbinh' });
    province.now = new Date(province.now.getTime() + 1_000);
    apply({ 'hopthu.io/adopt': 'ntbinh' }, 'other');
    apply({ 'hopthu.io/adopt': 'nobody' }, 'absent');
    province.directory.put(`uid=printer,${mailboxes}`, {
      objectClass: ['organizationalRole'],
      uid: ['printer'],
      cn: ['printer'],
    });
    apply({ 'hopthu.io/adopt': 'printer' }, 'printer');
    await province.settle();
    province.expectReady('binh', 'False', 'AwaitingApproval');
    province.expectReady('other', 'False', 'CannotAdopt', /soc-trang-accounts\/binh names it, too/);
    province.expectReady('absent', 'False', 'CannotAdopt', /no entry of this uid that nobody owns/);
    province.expectReady('printer', 'False', 'CannotAdopt', /no inetOrgPerson/);
  });

  it('stays as it is when the resource goes, or the plan is rejected', async () => {
    apply({ 'hopthu.io/adopt': 'ntbinh' });
    await province.settle();
    province.cluster.annotateSite({ 'hopthu.io/reject-plan': hashOf('binh') });
    await province.settle();
    province.expectReady('binh', 'False', 'Rejected');
    province.delete('binh');
    await province.settle();
    expect(province.cluster.get('Mailbox', province.namespace, 'binh')).toBeUndefined();
    expect(stored()).toEqual(foreign);
  });

  it('with a foreign address gets one by the rules', async () => {
    province.directory.put(foreignDn, { ...foreign, mail: ['binh@gmail.com'] });
    apply({ 'hopthu.io/adopt': 'ntbinh' });
    await province.settle();
    approve('binh');
    await province.settle();
    expect(province.addressOf('binh')).toBe('ntbinh@soctrang.gov.vn');
    expect(stored()?.['hopThuAddress']).toEqual(['ntbinh@soctrang.gov.vn']);
  });
});

describe('after a restore that gave every resource a new UID', () => {
  let restored: Province;

  beforeEach(async () => {
    province.directory.drop(foreignDn);
    for (const name of ['a', 'b', 'c']) province.person(name, `Nguyễn Văn ${name}nh`, 'so-tttt');
    await province.settle();
    restored = new Province(socTrang, province.directory);
    restored.cluster.restore([]); // UIDs that were given are not given again.
    restored.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
    for (const name of ['a', 'b']) restored.person(name, `Nguyễn Văn ${name}nh`, 'so-tttt');
    restored.person('c', 'Trần Thị Khác', 'so-tttt');
    await restored.settle();
  });

  it('the same persons have their accounts back once the whole set is approved, and nobody else has one', async () => {
    const asked = restored.status('a').conditions?.[0]?.message ?? '';
    expect(asked).toContain('2 accounts whose resource vanished would be given to a new one');
    expect(asked).toMatch(/~ nvanh@.*taken back by a new resource/);
    expect(restored.status('a').entry).toBeUndefined();
    restored.expectReady('c', 'False', 'OrphanedAccount', /Nguyễn Văn cnh/);
    restored.cluster.annotateSite({
      'hopthu.io/approve-plan': /approve-plan=([0-9a-f]+)/.exec(asked)?.[1] ?? '',
    });
    await restored.settle();
    restored.expectReady('a', 'True', 'Active', /^nvanh@soctrang/);
    restored.expectReady('b', 'True', 'Active');
    expect(restored.status('a').entry).toBe(province.status('a').entry);
    restored.expectReady('c', 'False', 'OrphanedAccount');
  });

  it('a new resource that is deleted before that closes nothing', async () => {
    restored.delete('a');
    await restored.settle();
    const entry = restored.directory.entry(province.status('a').entry ?? '');
    expect(entry?.attributes['hopThuStatus']).toEqual(['Active']);
  });
});
