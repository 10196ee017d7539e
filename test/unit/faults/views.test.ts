/** Old views, missed events, and two operators at once. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ClusterSnapshot } from '../../../operator/ports.ts';
import { copyOf, type Perturbation } from '../../support/perturbed.ts';
import { Province } from '../../support/province.ts';
import { socTrang } from '../../support/sites.ts';

let province: Province;

/** A pass of an operator that sees the resources as they were. */
const seeing =
  (view: ClusterSnapshot): Perturbation =>
  async (call, run) =>
    call === 'cluster.snapshot' ? (copyOf(view) as Awaited<ReturnType<typeof run>>) : run();

beforeEach(async () => {
  province = new Province(socTrang);
  province.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
  province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
  await province.settle();
});

describe('an old view', () => {
  /** What happens meanwhile, and is not seen. */
  const meanwhile: Readonly<Record<string, () => void>> = {
    'a change of quota': () =>
      province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt', { spec: { quota: '1Gi' } }),
    'a suspension': () =>
      province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt', { spec: { state: 'Suspended' } }),
    'a deletion': () => province.delete('binh'),
    'another person of the same name': () => province.person('binh2', 'Nguyễn Thanh Bình', 'so-tttt'),
  };

  it.each(Object.entries(meanwhile))('of the time before %s does no harm that lasts', async (_, change) => {
    const view = copyOf(await province.cluster.snapshot());
    change();
    await province.settle();
    await province.pass(seeing(view));
    await province.settle();
    await province.expectSound();
  });

  it('does not open the account of somebody who left', async () => {
    const view = copyOf(await province.cluster.snapshot());
    const { uid } = province.mailbox('binh').metadata;
    province.delete('binh');
    await province.settle();
    await province.pass(seeing(view));
    const entry = province.directory.entry(`uid=${uid},ou=mailboxes,dc=soctrang,dc=gov,dc=vn`);
    expect(entry?.attributes['hopThuStatus']).toEqual(['Closed']);
  });

  it('grants nothing twice: the directory has the last word on an address', async () => {
    const view = copyOf(await province.cluster.snapshot());
    province.person('a', 'Lê Văn Tám', 'so-tttt');
    const withA = copyOf(await province.cluster.snapshot());
    province.delete('a');
    province.person('b', 'Lê Văn Tám', 'so-tttt');
    await province.pass(seeing(withA));
    await province.pass(seeing(view));
    await province.settle();
    await province.expectSound();
    province.expectReady('b', 'True', 'Active');
  });
});

describe('events', () => {
  const changes: readonly (() => void)[] = [
    () => province.person('binh', 'Nguyễn Thanh Bính', 'so-tttt'),
    () => province.person('tam', 'Lê Văn Tám', 'so-y-te', { person: { title: 'Giám đốc' } }),
    () => province.organization('so-y-te', { name: 'Sở Y tế' }),
    () => province.person('tam2', 'Lê Văn Tám', 'so-tttt', { spec: { aliases: ['tam'] } }),
    () => province.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông', state: 'Suspended' }),
    () => province.delete('binh'),
  ];

  it('may be missed, one or many: the end is what the last state asks for', async () => {
    for (let seen = 0; seen < 2 ** changes.length; seen += 5) {
      province = new Province(socTrang);
      province.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
      province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
      await province.settle();
      for (const [index, change] of changes.entries()) {
        change();
        if ((seen >> index) & 1) await province.pass();
      }
      await province.settle();
      await province.expectSound();
      expect(province.status('tam').state).toBe('Active');
      expect(province.status('tam2').state).toBe('Suspended');
      expect(province.cluster.get('Mailbox', province.namespace, 'binh')).toBeUndefined();
    }
  });

  it('may come in any order: those who wait together get the same addresses', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const outcome = async (order: readonly string[]) => {
      province = new Province(socTrang);
      province.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
      for (const name of order)
        province.person(name, 'Lê Văn Tám', 'so-tttt', {
          person: { title: name < 'c' ? 'Giám đốc' : 'Văn thư' },
        });
      await province.settle();
      return names.map((name) => province.addressOf(name));
    };
    const first = await outcome(names);
    expect(await outcome(names.toReversed())).toEqual(first);
    expect(await outcome(['c', 'a', 'd', 'b'])).toEqual(first);
  });

  it('deleted and made again under one name is another resource with the same account', async () => {
    const before = province.mailbox('binh').metadata.uid;
    province.delete('binh');
    await province.settle();
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
    await province.settle();
    expect(province.mailbox('binh').metadata.uid).not.toBe(before);
    expect(province.addressOf('binh')).toBe('ntbinh@soctrang.gov.vn');
    await province.expectSound();
    // It must be closed again when this resource goes, so that one is kept by the finalizer, too.
    province.delete('binh');
    await province.settle();
    await province.expectSound();
  });
});

describe('two operators', () => {
  /** Runs both, their calls in an order that fast-check chooses. */
  const together = (work: (province: Province) => void) =>
    fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const both = new Province(socTrang);
        both.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
        both.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
        await both.settle();
        work(both);
        const around: Perturbation = async (call, run) => {
          await scheduler.schedule(Promise.resolve(), call);
          return run();
        };
        const passes = Promise.all([both.pass(around), both.pass(around)]);
        await scheduler.waitFor(passes);
        await both.settle();
        await both.expectSound();
      }),
      { numRuns: 60 },
    );

  it('grant each person one account', () =>
    together((both) => {
      both.person('tam', 'Lê Văn Tám', 'so-tttt');
      both.person('tam2', 'Lê Văn Tám', 'so-tttt');
    }));

  it('suspend, rename and delete as one would', () =>
    together((both) => {
      both.person('binh', 'Nguyễn Thanh Bình', 'so-tttt', { spec: { state: 'Suspended', localPart: 'vp' } });
      both.person('tam', 'Lê Văn Tám', 'so-tttt', { spec: { localPart: 'vp' } });
      both.delete('so-tttt', 'Organization');
    }));
});
