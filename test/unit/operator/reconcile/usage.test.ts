import { beforeEach, describe, expect, it } from '@jest/globals';
import { Unavailable } from '../../../../operator/errors.ts';
import { UsageSweep } from '../../../../operator/reconcile/usage-sweep.ts';
import { Province } from '../../../support/province.ts';
import { socTrang } from '../../../support/sites.ts';

const mib = 2 ** 20;
const binh = 'ntbinh@soctrang.gov.vn';

let province: Province;

beforeEach(async () => {
  province = new Province(socTrang);
  province.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông', quota: { personal: '200Mi' } });
  province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
  await province.settle();
});

/** A resync: usage is read, and the pass that follows says it. Gives how many statuses that wrote. */
async function resync(): Promise<number> {
  province.usage.due();
  const { statusWrites } = await province.pass();
  await province.usage.idle();
  return statusWrites + (await province.pass()).statusWrites;
}

const conditions = () => province.status('binh').conditions?.map(({ type }) => type);

describe('usage (R30)', () => {
  it('comes into the status after a resync, and is written again when a threshold is crossed', async () => {
    province.store.used.set(binh, 12 * mib);
    expect(await resync()).toBe(1);
    expect(province.status('binh').quota).toEqual({ limit: '200Mi', used: '12Mi', percent: 6 });
    province.store.used.set(binh, 18 * mib);
    expect(await resync()).toBe(0);
    province.store.used.set(binh, 21 * mib);
    expect(await resync()).toBe(1);
  });

  it('stays as it was known while it cannot be read, by this operator and by the next one', async () => {
    province.store.used.set(binh, 12 * mib);
    await resync();
    province.store.down();
    expect(await resync()).toBe(0);
    province.store.up();
    province.store.used.delete(binh);
    expect(await resync()).toBe(0);
    const restarted = new Province(socTrang, province.directory);
    restarted.cluster.restore([...(await province.cluster.snapshot()).mailboxes]);
    await restarted.pass();
    expect(restarted.status('binh').quota?.used).toBe('12Mi');
  });

  it('above a lowered quota is a condition beside Ready, which goes when there is room again', async () => {
    province.store.used.set(binh, 50 * mib);
    await resync();
    expect(conditions()).toEqual(['Ready']);
    province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt', { spec: { quota: '10Mi' } });
    await province.settle();
    province.expectReady('binh', 'True', 'Active');
    expect(conditions()).toEqual(['Ready', 'OverQuota']);
    expect(province.status('binh').conditions?.[1]?.message).toMatch(/^50Mi are used of 10Mi/);
    expect(province.status('binh').quota).toEqual({ limit: '10Mi', used: '50Mi', percent: 500 });
    province.store.used.set(binh, 9 * mib);
    await resync();
    expect(conditions()).toEqual(['Ready']);
  });

  it('is not asked between resyncs, nor of closed mailboxes', async () => {
    await resync();
    province.store.asked.length = 0;
    await province.pass();
    await province.usage.idle();
    expect(province.store.asked).toEqual([]);
    province.delete('binh');
    await province.settle();
    await resync();
    expect(province.store.asked.flat()).toEqual([]);
  });

  it('is asked for again at once when the mail store does not answer yet, as one that is new to the network sees it', async () => {
    const failures: Error[] = [];
    let attempts = 0;
    const sweep = new UsageSweep({
      again: async (failures) => failures < 3,
      store: () => ({
        usage: async (addresses) => {
          attempts += 1;
          if (attempts < 3) throw new Unavailable('Dovecot', 'connection refused');
          return new Map(addresses.map((address) => [address, 7]));
        },
      }),
      onChange: () => undefined,
      onSwept: () => undefined,
      onFailure: (error) => failures.push(error),
    });
    const attributes = { hopThuStatus: ['Active'], mail: [binh] };
    sweep.offer([{ dn: 'uid=1,ou=mailboxes,dc=x,dc=vn', attributes }]);
    await sweep.idle();
    expect([attempts, [...sweep.known.values()], failures]).toEqual([3, [7], []]);
  });

  it('of a province is asked in bounded calls, and a pass waits for none of them', async () => {
    const asked: number[] = [];
    let swept: readonly [number, number] | undefined;
    const sweep = new UsageSweep({
      again: async () => false,
      store: () => ({
        usage: async (addresses) => {
          asked.push(addresses.length);
          return new Map(addresses.slice(1).map((address) => [address, 1]));
        },
      }),
      onChange: () => undefined,
      onSwept: (all, read) => {
        swept = [all, read];
      },
      onFailure: () => undefined,
    });
    const entries = Array.from({ length: 450 }, (_, index) => ({
      dn: `uid=${index},ou=mailboxes,dc=x,dc=vn`,
      attributes: {
        objectClass: ['inetOrgPerson', 'hopThuMailbox'],
        hopThuStatus: ['Active'],
        mail: [`a${index}@x.vn`],
      },
    }));
    sweep.offer(entries);
    expect(swept).toBeUndefined();
    await sweep.idle();
    expect(asked).toEqual([200, 200, 50]);
    expect(swept).toEqual([450, 447]);
  });
});
