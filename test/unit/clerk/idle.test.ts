/** While nothing changes that a request speaks of, the clerk does nothing. */
import { afterAll, beforeEach, expect, it, jest } from '@jest/globals';
import { ReviewWorld } from '../../../clerk/review/world.ts';
import { socTrang } from '../../support/sites.ts';
import { Office } from './office.ts';

let office: Office;
const tam = {
  action: 'Grant',
  name: 'Lê Văn Tám',
  organization: 'Sở Y tế',
  employeeNumber: 'CB-8',
} as const;

beforeEach(async () => {
  office = new Office(socTrang);
  office.province.organization('so-y-te', { name: 'Sở Y tế' });
  office.province.organizationMailbox('so-y-te', 'so-y-te');
  await office.province.settle();
});

const looks = jest.spyOn(ReviewWorld.prototype, 'mailboxesIn');
const reads = jest.spyOn(ReviewWorld.prototype, 'replace');
/** How many requests were looked at meanwhile. */
const looksDuring = async (...passes: number[]) => {
  await office.desk.pass();
  await office.desk.pass();
  looks.mockClear();
  reads.mockClear();
  for (const _ of passes) await office.desk.pass();
  return looks.mock.calls.length;
};
afterAll(() => {
  jest.restoreAllMocks();
});

it('no open request is looked at again, whatever else comes and goes', async () => {
  const names = [office.enter('so-y-te', [tam]), office.enter('so-y-te', [tam])];
  expect(await looksDuring(1, 2, 3)).toBe(0);
  office.decide(names[0] ?? '', 'Approved');
  await office.desk.pass();
  expect(looks.mock.calls.length).toBeGreaterThan(0);
  expect(await looksDuring(1, 2, 3)).toBe(0);
});

it('one that is settled and told is forgotten, and with the last one the mailboxes', async () => {
  const name = office.enter('so-y-te', [tam]);
  office.decide(name, 'Approved');
  office.province.person('le-van-tam', 'Lê Văn Tám', 'so-y-te', { person: { id: 'CB-8' } });
  await office.province.settle();
  await looksDuring();
  office.province.person('moi', 'Phạm Thị Mới', 'so-y-te');
  await office.province.settle();
  const { requests } = await office.desk.pass();
  expect([requests.length, looks.mock.calls.length, reads.mock.calls.length]).toEqual([1, 0, 0]);
});

it('a letter that could not go is tried again at each pass', async () => {
  office.decide(office.enter('so-y-te', [tam]), 'Refused', 'Thiếu chữ ký');
  office.letters.isDown = true;
  expect(await looksDuring(1, 2)).toBeGreaterThanOrEqual(2);
  office.letters.isDown = false;
  expect((await office.desk.pass()).sent).toBe(2);
});
