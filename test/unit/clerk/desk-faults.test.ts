/** One request, or one Mailbox, that brings out a defect: the others do not wait for it. */
import { beforeEach, expect, it } from '@jest/globals';
import { socTrang } from '../../support/sites.ts';
import { Office } from './office.ts';

const tam = { action: 'Grant', name: 'Lê Văn Tám', organization: 'Sở Y tế', employeeNumber: 'CB-8' } as const;
let office: Office;

beforeEach(async () => {
  office = new Office(socTrang);
  office.province.organization('so-y-te', { name: 'Sở Y tế' });
  office.province.organizationMailbox('so-y-te', 'so-y-te');
  await office.province.settle();
});

it('a request', async () => {
  const [faulty, sound] = [office.enter('so-y-te', [tam]), office.enter('so-y-te', [tam])];
  const { letters } = office;
  const send = letters.send.bind(letters);
  letters.send = async (letter, attachments) => {
    if (letter.id.startsWith(`uid-${faulty}`)) throw new TypeError('a defect');
    await send(letter, attachments);
  };
  expect(await office.desk.pass()).toMatchObject({ sent: 1, failures: 1 });
  expect(office.status(sound).told).toHaveLength(1);
  expect(office.failures).toEqual([expect.any(TypeError)]);
});

it.each([
  ['without anything', {}],
  ['without a person', { organizationRef: { name: 'so-y-te' }, type: 'Personal' }],
  ['of no organization', { organizationRef: { name: 'x' }, type: 'Organization', delegates: 3 }],
])('a Mailbox of an older schema, %s', async (_, spec) => {
  const { namespace, cluster } = office.province;
  cluster.apply({ kind: 'Mailbox', name: 'old', namespace, spec });
  const name = office.enter('so-y-te', [tam]);
  await office.desk.pass();
  office.decide(name, 'Approved');
  expect(await office.desk.pass()).toMatchObject({ failures: 0 });
  expect(office.status(name).phase).toBe('Approved');
});
