/** The operator dies at every single call while mail is archived, removed and restored: no message is lost by it. */
import { describe, expect, it } from '@jest/globals';
import { killAt } from '../../support/perturbed.ts';
import { Province } from '../../support/province.ts';
import { socTrang } from '../../support/sites.ts';

const letters = ['Công văn số 17', 'Giấy mời họp'];
const day = 86_400_000;

type Ended = { readonly province: Province; readonly archived: string; readonly deleted: string };

const apply = (province: Province, name: string, fullName: string, deletionPolicy: string) =>
  province.person(name, fullName, 'so-tttt', { spec: { deletionPolicy } }).metadata.uid;
const again = (province: Province) => apply(province, 'binh', 'Nguyễn Thanh Bình', 'Archive');

/** Two mailboxes whose grace has just ended. */
async function ended(): Promise<Ended> {
  const province = new Province(socTrang);
  province.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
  apply(province, 'other', 'Lê Văn An', 'Retain');
  const archived = again(province);
  const deleted = apply(province, 'ha', 'Trần Thị Thu Hà', 'Delete');
  await province.settle();
  for (const uid of [archived, deleted]) province.store.mail.set(uid, letters);
  province.delete('binh');
  province.delete('ha');
  await province.settle();
  province.now = new Date(province.now.getTime() + socTrang.retention.graceDays * day);
  return { province, archived, deleted };
}

const entryOf = ({ directory }: Province, uid: string) =>
  directory.entry(`uid=${uid},ou=mailboxes,dc=soctrang,dc=gov,dc=vn`);

/** Runs with a kill at 0, 1, 2 … until one run meets none; gives how many there were. */
async function everywhere(
  prepare: () => Promise<Ended>,
  check: (ended: Ended) => Promise<void>,
): Promise<number> {
  for (let moment = 0; ; moment += 1) {
    const world = await prepare();
    const { province, archived } = world;
    const { around, hit } = killAt(moment);
    await province.settle(around).catch((error: Error) => {
      if (!hit()) throw error;
    });
    const kept = province.store.mail.get(archived) ?? province.store.archives.get(archived);
    expect(kept).toEqual(letters);
    if (!hit()) return moment;
    await province.settle();
    await check(world);
  }
}

describe('a kill at any call', () => {
  it('while mail is archived and removed is made good', async () => {
    const moments = await everywhere(ended, async ({ province, archived, deleted }) => {
      expect(province.store.archives.get(archived)).toEqual(letters);
      expect([...province.store.mail.keys()]).toEqual([]);
      for (const uid of [archived, deleted]) expect(entryOf(province, uid)).toBeUndefined();
      await province.expectSound();
    });
    expect(moments).toBeGreaterThan(20);
  });

  it('while mail is restored is made good, and nobody is let in before it is there', async () => {
    const gone = async () => {
      const world = await ended();
      await world.province.settle();
      again(world.province);
      return world;
    };
    const moments = await everywhere(gone, async ({ province, archived }) => {
      expect(province.store.mail.get(archived)).toEqual(letters);
      expect(entryOf(province, archived)?.attributes.hopThuStatus).toEqual(['Active']);
      await province.expectSound();
    });
    expect(moments).toBeGreaterThan(10);
  });

  it('while a mailbox comes back in the middle of its removal leaves it whole or finishes', async () => {
    const between = async () => {
      const world = await ended();
      await world.province.pass();
      again(world.province);
      return world;
    };
    await everywhere(between, async ({ province, archived }) => {
      expect(province.store.mail.get(archived)).toEqual(letters);
      province.expectReady('binh', 'True', 'Active');
      expect(province.addressOf('binh')).toBe('ntbinh@soctrang.gov.vn');
    });
  });
});
