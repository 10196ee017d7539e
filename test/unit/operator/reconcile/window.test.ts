/** The guard over several passes: losses that arrive one by one are stopped like losses at once. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Province } from '../../../support/province.ts';
import { socTrang } from '../../../support/sites.ts';

const letters = 'abcdefghijklmnopqrstuvwxy';
let province: Province;

/** 25 people of one organization, all granted. */
beforeEach(async () => {
  province = new Province(socTrang);
  province.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
  for (const letter of letters) province.person(letter, `Nguyễn Văn ${letter.toUpperCase()}nh`, 'so-tttt');
  await province.settle();
});

const later = (minutes: number) => {
  province.now = new Date(province.now.getTime() + minutes * 60_000);
};
const suspendBySpec = (name: string) => {
  const { spec } = province.mailbox(name);
  const changed = { ...(spec as object), state: 'Suspended' };
  province.cluster.apply({ kind: 'Mailbox', name, namespace: province.namespace, spec: changed });
};
const annotate = (name: string, annotations: Readonly<Record<string, string>>) => {
  const { spec } = province.mailbox(name);
  province.cluster.apply({
    kind: 'Mailbox',
    name,
    namespace: province.namespace,
    spec: spec as object,
    annotations,
  });
};
const hashOf = (name: string) =>
  /approve-plan=([0-9a-f]+)/.exec(province.status(name).conditions?.[0]?.message ?? '')?.[1] ?? '';
const isThere = (name: string) => province.cluster.get('Mailbox', province.namespace, name) !== undefined;

async function deleteOneByOne(names: string): Promise<void> {
  for (const name of names) {
    province.delete(name);
    later(0.1);
    await province.settle();
  }
}

describe('deletions that arrive one by one', () => {
  it('are held from the eleventh on, with one hash that does not change while it waits', async () => {
    await deleteOneByOne(letters.slice(0, 15));
    expect([...letters].filter((name) => !isThere(name))).toHaveLength(10);
    province.expectReady(
      'k',
      'False',
      'AwaitingApproval',
      /15 mailboxes would lose access within 10 minutes/,
    );
    const hash = hashOf('k');
    const before = structuredClone(province.cluster.writes);
    later(60);
    await province.settle();
    expect(hashOf('o')).toBe(hash);
    expect(province.cluster.writes).toEqual(before);
    province.cluster.annotateSite({ 'hopthu.io/approve-plan': hash });
    await province.settle();
    expect([...letters].filter((name) => !isThere(name))).toHaveLength(15);
  });

  it('of 500 stop at the eleventh', async () => {
    const many = new Province(socTrang);
    many.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
    for (let index = 0; index < 500; index += 1) many.person(`p${index}`, 'Nguyễn Thanh Bình', 'so-tttt');
    await many.settle();
    for (let index = 0; index < 500; index += 1) {
      many.delete(`p${index}`);
      // Every pass is a process that remembers nothing; later ones meet several deletions at once.
      if (index < 20 || index % 60 === 0) await many.pass();
    }
    await many.settle();
    expect((await many.cluster.snapshot()).mailboxes).toHaveLength(490);
    await many.expectSound();
  }, 30_000);

  it('count the same for a process that has just begun, and no longer after ten minutes', async () => {
    await deleteOneByOne(letters.slice(0, 10));
    later(10);
    await deleteOneByOne('k');
    expect(isThere('k')).toBe(false);
  });
});

describe('suspensions', () => {
  it('count together too, and go on when the ten minutes are over', async () => {
    for (const name of letters.slice(0, 12)) {
      suspendBySpec(name);
      await province.settle();
    }
    province.expectReady('j', 'True', 'Suspended');
    province.expectReady(
      'k',
      'False',
      'AwaitingApproval',
      /12 mailboxes would lose access within 10 minutes/,
    );
    later(10);
    await province.settle();
    province.expectReady('l', 'True', 'Suspended');
  });

  it('in an emergency do not wait for what the guard holds', async () => {
    for (const name of letters.slice(0, 20)) province.delete(name);
    annotate('y', { 'hopthu.io/suspend': 'true' });
    await province.settle();
    province.expectReady('a', 'False', 'AwaitingApproval');
    province.expectReady('y', 'True', 'Suspended');
  });

  it('in an emergency do not wait after a mass change that was approved', async () => {
    for (const name of letters.slice(0, 12)) suspendBySpec(name);
    await province.settle();
    const hash = hashOf('a');
    province.cluster.annotateSite({ 'hopthu.io/approve-plan': hash });
    await province.settle();
    province.expectReady('l', 'True', 'Suspended');
    expect(province.entryOf('l')['hopThuApprovedPlan']).toEqual([hash]);
    suspendBySpec('x');
    annotate('y', { 'hopthu.io/suspend': 'true' });
    await province.settle();
    province.expectReady('x', 'True', 'Suspended');
    province.expectReady('y', 'True', 'Suspended');
  });

  it('by annotation are held like others when they are many', async () => {
    for (const name of letters.slice(0, 11)) annotate(name, { 'hopthu.io/suspend': 'true' });
    await province.settle();
    province.expectReady('a', 'False', 'AwaitingApproval', /11 mailboxes would lose access at once/);
  });
});

it('an approval is forgotten with the next change of the status', async () => {
  for (const name of letters.slice(0, 12)) suspendBySpec(name);
  await province.settle();
  province.cluster.annotateSite({ 'hopthu.io/approve-plan': hashOf('a') });
  await province.settle();
  later(1);
  province.person('a', 'Nguyễn Văn Anh', 'so-tttt');
  await province.settle();
  expect(province.entryOf('a')).toMatchObject({
    hopThuStatus: ['Active'],
    hopThuStatusSince: ['20261121000100Z'],
  });
  expect(province.entryOf('a')['hopThuApprovedPlan']).toBeUndefined();
});
