import { expect, it } from '@jest/globals';
import { LivingOperator } from '../../../support/living-operator.ts';
import { Province } from '../../../support/province.ts';
import { socTrang } from '../../../support/sites.ts';

const letters = ['Công văn số 17'];

it('an operator that stays alive goes on with mail step by step, and restores as soon as a mailbox comes back', async () => {
  const province = new Province(socTrang);
  const spec = { deletionPolicy: 'Archive' };
  const apply = () => province.person('binh', 'Nguyễn Thanh Bình', 'so-tttt', { spec }).metadata.uid;
  province.organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
  province.person('other', 'Trần Thị Thu Hà', 'so-tttt');
  const uid = apply();
  const operator = new LivingOperator(province);
  await operator.settle();
  province.store.mail.set(uid, letters);
  province.delete('binh');
  await operator.settle();
  province.now = new Date(province.now.getTime() + socTrang.retention.graceDays * 86_400_000);
  operator.resync();
  await operator.settle();
  expect(province.mailSteps).toEqual([`archive ${uid}`, `remove ${uid}`]);
  apply();
  await operator.settle();
  expect(province.mailSteps.at(-1)).toBe(`restore ${uid}`);
  expect(province.store.mail.get(uid)).toEqual(letters);
  province.expectReady('binh', 'True', 'Active');
  await operator.mail.stop();
});
