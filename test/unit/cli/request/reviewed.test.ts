/** What is approved is what was reviewed and read (R21). */
import { beforeEach, expect, it } from '@jest/globals';
import { reviewRequest } from '../../../../clerk/review/review.ts';
import { objection } from '../../../../cli/request/reviewed.ts';
import { socTrang } from '../../../support/sites.ts';
import { Office } from '../../clerk/office.ts';

const grant = (name: string, newAddress: string) =>
  ({ action: 'Grant', name, organization: 'Sở Y tế', newAddress }) as const;
let office: Office;
let name: string;

beforeEach(async () => {
  office = new Office(socTrang);
  office.province.organization('so-y-te', { name: 'Sở Y tế' });
  await office.province.settle();
  name = office.enter('so-y-te', [grant('Lê Văn Tám', 'tam'), grant('Lê Văn Chín', 'admin')]);
});

const now = async () => reviewRequest(await office.world(), office.request(name), office.province.now);

it('nothing stands against what was reviewed, faults and all', async () => {
  await office.desk.pass();
  expect(objection(office.request(name), [], await now())).toBeUndefined();
});

it('what the clerk has not seen yet waits for it', async () => {
  expect(objection(office.request(name), [])).toContain('has not reviewed it');
});

it('what was written anew since waits for it', async () => {
  await office.desk.pass();
  const { metadata, ...rest } = office.request(name);
  const changed = { ...rest, metadata: { ...metadata, generation: metadata.generation + 1 } };
  expect(objection(changed, [], await now())).toContain('has not reviewed it');
});

it('a row that somebody else was quicker than is told', async () => {
  await office.desk.pass();
  office.province.person('hoa', 'Trần Thị Hoa', 'so-y-te', { spec: { localPart: 'tam' } });
  await office.province.settle();
  expect(objection(office.request(name), [], await now())).toMatch(
    /^row 1 is refused since .*: tam@soctrang.gov.vn đã là của/,
  );
});

it('a Mailbox that another approved request waits for is not changed twice at once', async () => {
  office.province.person('hoa', 'Trần Thị Hoa', 'so-y-te', { person: { id: 'CB-3' } });
  await office.province.settle();
  const [first, second] = ['hoa.tt', 'hoa.tran'].map((newAddress) =>
    office.enter('so-y-te', [{ action: 'Rename', employeeNumber: 'CB-3', newAddress }]),
  ) as [string, string];
  await office.desk.pass();
  const against = () => objection(office.request(second), [office.request(first), office.request(second)]);
  expect(against()).toBeUndefined();
  office.decide(first, 'Approved');
  expect(against()).toBe('row 1 is about Mailbox hoa, for which 2026-0002 waits');
  const { spec } = office.province.mailbox('hoa');
  const { namespace, cluster } = office.province;
  cluster.apply({
    kind: 'Mailbox',
    name: 'hoa',
    namespace,
    spec: { ...(spec as object), localPart: 'hoa.tt' },
  });
  await office.province.settle();
  await office.desk.pass();
  expect(office.status(first).phase).toBe('Settled');
  expect(against()).toBeUndefined();
});
