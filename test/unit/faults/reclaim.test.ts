/** The operator dies at every single call while people are told, reclaimed and granted again (R23): everybody is told, no message is lost. */
import { describe, expect, it } from '@jest/globals';
import { killAt } from '../../support/perturbed.ts';
import { Province } from '../../support/province.ts';
import { daNang } from '../../support/sites.ts';

const letters = ['Công văn số 17', 'Giấy mời họp'];
const day = 86_400_000;

type Unused = { readonly province: Province; readonly uid: string };

/** One person, who came once and whose password does not expire; nobody else is there to be told of anything. */
async function granted(): Promise<Unused> {
  const province = new Province(daNang);
  province.now = new Date('2026-01-01T00:00:00Z');
  province.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
  const { uid } = province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt').metadata;
  await province.settle();
  province.write('binh', { pwdReset: [] });
  await province.settle();
  province.store.mail.set(uid, letters);
  return { province, uid };
}

const later = async (world: Unused, days: number): Promise<Unused> => {
  world.province.now = new Date(world.province.now.getTime() + days * day);
  return world;
};
const told = async () => {
  const world = await later(await granted(), 154);
  await world.province.settle();
  return world;
};
const toldTwice = async () => {
  const world = await later(await told(), 23);
  await world.province.settle();
  return world;
};
const reclaimed = async () => {
  const world = await later(await toldTwice(), 7);
  await world.province.settle();
  return world;
};

/** Runs with a kill at 0, 1, 2 … until one run meets none; gives how many there were. */
async function everywhere(
  prepare: () => Promise<Unused>,
  check: (world: Unused) => Promise<void>,
): Promise<number> {
  for (let moment = 0; ; moment += 1) {
    const world = await prepare();
    const { province, uid } = world;
    const { around, hit } = killAt(moment);
    await province.settle(around).catch((error: Error) => {
      if (!hit()) throw error;
    });
    expect(province.store.mail.get(uid) ?? province.store.archives.get(uid)).toEqual(letters);
    await province.settle();
    await check(world);
    await province.expectSound();
    if (!hit()) return moment;
  }
}

const notices = ({ notices: { sent } }: Province, days: string) =>
  sent.filter(({ fields }) => fields['days'] === days);

describe('a kill at any call', () => {
  it.each<[string, string, () => Promise<Unused>]>([
    ['first', '30', () => granted().then((world) => later(world, 154))],
    ['second', '7', () => told().then((world) => later(world, 23))],
  ])(
    'while the %s notice goes out: it is sent, twice at most, as the same message',
    async (_, days, prepare) => {
      const moments = await everywhere(prepare, async ({ province }) => {
        const sent = notices(province, days);
        expect(sent.length).toBeGreaterThanOrEqual(1);
        expect(sent.length).toBeLessThanOrEqual(2);
        expect(new Set(sent.map(({ id }) => id)).size).toBe(1);
        expect(province.status('binh').state).toBe('Active');
      });
      expect(moments).toBeGreaterThan(4);
    },
  );

  it('while a mailbox is reclaimed: its mail is in the archive', async () => {
    const moments = await everywhere(
      () => toldTwice().then((world) => later(world, 7)),
      async ({ province, uid }) => {
        expect(province.status('binh').state).toBe('Reclaimed');
        expect(province.store.archives.get(uid)).toEqual(letters);
        expect(province.store.mail.has(uid)).toBe(false);
      },
    );
    expect(moments).toBeGreaterThan(4);
  });

  it('while it is granted again: address and mail are there, with one first password', async () => {
    const prepare = async () => {
      const world = await reclaimed();
      world.province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt', { spec: { grant: 'again' } });
      return world;
    };
    const moments = await everywhere(prepare, async ({ province, uid }) => {
      expect(province.status('binh')).toMatchObject({ address: 'binhnt@danang.gov.vn', state: 'Active' });
      expect(province.store.mail.get(uid)).toEqual(letters);
      expect(province.cluster.secrets.size).toBe(1);
    });
    expect(moments).toBeGreaterThan(8);
  });
});
