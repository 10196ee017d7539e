/** A plan that a person rejects: nothing of it is done, and what was deleted can come back. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { killAt } from '../../../support/perturbed.ts';
import { Province } from '../../../support/province.ts';
import { socTrang } from '../../../support/sites.ts';

const letters = [...'abcdefghijkl'];
let province: Province;

/** 12 people of one organization, all granted, who have changed their first passwords. */
beforeEach(async () => {
  province = new Province(socTrang);
  province.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
  for (const letter of letters) apply(letter);
  await province.settle();
});

const apply = (letter: string, spec: object = {}) =>
  province.person(letter, `Nguyễn Văn ${letter.toUpperCase()}nh`, 'so-tttt', { spec });
const hashOf = (name: string) =>
  /approve-plan=([0-9a-f]+)/.exec(province.status(name).conditions?.[0]?.message ?? '')?.[1] ?? '';
const reject = (name: string) => province.cluster.annotateSite({ 'hopthu.io/reject-plan': hashOf(name) });
const isThere = (name: string) => province.cluster.get('Mailbox', province.namespace, name) !== undefined;
const accounts = async () =>
  (await province.contents()).entries.filter(({ dn }) => dn.includes('ou=mailboxes'));

describe('deletions', () => {
  let before: Awaited<ReturnType<typeof accounts>>;
  let orphaned: readonly string[];

  beforeEach(async () => {
    before = await accounts();
    orphaned = letters.map((name) => province.mailbox(name).metadata.uid);
    for (const name of letters) province.delete(name);
    await province.settle();
  });

  it('let the resources go and leave the accounts as they are', async () => {
    reject('a');
    const lines = await province.settle();
    expect(lines).toHaveLength(12);
    expect(lines[0]).toBe(
      '= nvanh@soctrang.gov.vn  Nguyễn Văn Anh (Sở Thông tin và Truyền thông)  rejected: the account stays as it is',
    );
    expect(letters.filter(isThere)).toEqual([]);
    const after = (await accounts()).map(({ dn, attributes: { hopThuRejected, ...attributes } }) => ({
      dn,
      attributes,
    }));
    expect(after).toEqual(before);
    await province.expectSound(orphaned);
  });

  it('give the accounts back to the same persons under the same names, with address and mail', async () => {
    reject('a');
    await province.settle();
    for (const name of letters) apply(name);
    await province.settle();
    province.expectReady('a', 'True', 'Active', /^nvanh@soctrang/);
    expect((await accounts()).map(({ dn }) => dn)).toEqual(before.map(({ dn }) => dn));
    expect((await accounts()).some(({ attributes }) => 'hopThuRejected' in attributes)).toBe(false);
    await province.expectSound();
    // From here on it is an account like any other: one deletion closes it.
    province.delete('a');
    await province.settle();
    expect(isThere('a')).toBe(false);
    expect(
      (await accounts()).filter(({ attributes }) => attributes['hopThuStatus']?.[0] === 'Closed'),
    ).toHaveLength(1);
  });

  it('do not give an account to somebody else under the name', async () => {
    reject('a');
    await province.settle();
    province.person('a', 'Trần Thị Lan', 'so-tttt');
    await province.settle();
    province.expectReady(
      'a',
      'False',
      'FormerAccount',
      /the account of Nguyễn Văn Anh .* not the same person/,
    );
  });

  it('are no verdict on another plan', async () => {
    const hash = hashOf('a');
    province.person('new', 'Lê Văn Tám', 'so-tttt');
    await province.settle();
    province.delete('new');
    await province.settle();
    province.cluster.annotateSite({ 'hopthu.io/reject-plan': hash });
    await province.settle();
    province.expectReady('a', 'False', 'AwaitingApproval');
  });

  it('finish after a kill at any moment, and close nothing', async () => {
    reject('a');
    for (let moment = 0; ; moment += 1) {
      const { around, hit } = killAt(moment);
      await province.pass(around).catch(() => undefined);
      const states = (await accounts()).map(({ attributes }) => attributes['hopThuStatus']?.[0]);
      expect(new Set(states)).toEqual(new Set(['Active']));
      if (!hit()) break;
    }
    await province.settle();
    expect(letters.filter(isThere)).toEqual([]);
  });
});

describe('suspensions', () => {
  beforeEach(async () => {
    for (const name of letters) apply(name, { state: 'Suspended' });
    await province.settle();
    reject('a');
    await province.settle();
  });

  it('are not done, and the condition says so', async () => {
    province.expectReady('a', 'False', 'Rejected', /nothing of it is done .* state Active → Suspended/);
    expect(province.status('a').state).toBe('Active');
    const before = structuredClone([province.cluster.writes, province.directory.writes]);
    await province.pass();
    expect([province.cluster.writes, province.directory.writes]).toEqual(before);
  });

  it('stay rejected when the annotation is gone, one by one, until something else is asked for', async () => {
    province.cluster.annotateSite({});
    for (const name of letters.slice(0, 8)) apply(name);
    await province.settle();
    province.expectReady('a', 'True', 'Active');
    expect(province.entryOf('a')['hopThuRejected']).toBeUndefined();
    province.expectReady('l', 'False', 'Rejected');
    apply('l', { state: 'Suspended', quota: '2Gi' });
    await province.settle();
    province.expectReady('l', 'True', 'Suspended');
  });

  it('in an emergency are another change, which nobody rejected', async () => {
    const { spec } = province.mailbox('a');
    province.cluster.apply({
      kind: 'Mailbox',
      name: 'a',
      namespace: province.namespace,
      spec: spec as object,
      annotations: { 'hopthu.io/suspend': 'true' },
    });
    await province.settle();
    province.expectReady('a', 'True', 'Suspended');
  });
});
