/** An organization sends its list by mail, from its own mailbox, and the cluster has a request (R20). */
import { beforeAll, expect, it } from '@jest/globals';
import { createTransport } from 'nodemailer';
import { plural } from '../../operator/api/resource.ts';
import { addressOf } from '../../operator/core/naming/identity.ts';
import { socTrang as site } from '../support/sites.ts';
import { people, peopleRows, sheet, xlsx } from '../unit/clerk/intake/lists.ts';
import { inAccounts } from './support/cluster.ts';
import { eventually } from './support/eventually.ts';
import { deliver, Person } from './support/person.ts';
import { apply, field, fresh, ready } from './support/resources.ts';

const organization = 'intake-journey';
const officer = 'intake-officer';
const service = addressOf(site, site.requests.services.Grant);
let office: string;
let person: Person;

/** The Centre, whose mailbox the service address names: as in the samples, which another journey may have applied. */
async function centre(): Promise<void> {
  const { mailbox } = site.centre;
  const isThere = async (resource: string) =>
    (await inAccounts(site, ['get', resource, '--ignore-not-found', '-o', 'name'])) !== '';
  const [above, name] = ['so-tttt', mailbox];
  if (!(await isThere(`organization/${above}`)))
    await apply(site, 'Organization', above, { name: 'Sở Thông tin và Truyền thông' });
  if (!(await isThere(`organization/${name}`)))
    await apply(site, 'Organization', name, {
      name: 'Trung tâm Công nghệ thông tin và Truyền thông',
      parentRef: { name: above },
    });
  if (!(await isThere(`mailbox/${name}`)))
    await apply(site, 'Mailbox', name, { organizationRef: { name }, type: 'Organization' });
  await ready(site, `mailbox/${name}`);
}

beforeAll(async () => {
  await centre();
  await apply(site, 'Organization', organization, { name: 'Sở Công Thương' });
  const organizationRef = { name: organization };
  await apply(site, 'Mailbox', officer, {
    organizationRef,
    type: 'Personal',
    person: { fullName: 'Trịnh Văn Đơn' },
  });
  await apply(site, 'Mailbox', organization, {
    organizationRef,
    type: 'Organization',
    delegates: [{ mailboxRef: { name: officer }, rights: ['SendAs'] }],
  });
  await ready(site, `mailbox/${officer}`, `mailbox/${organization}`);
  office = await field(site, `mailbox/${organization}`, '.status.address');
  person = await Person.settled(site, officer);
});

async function letter(from: string, id: string): Promise<Buffer> {
  const { message } = await createTransport({
    streamTransport: true,
    buffer: true,
    newline: 'windows',
  }).sendMail({
    from,
    to: service,
    subject: `Đề nghị ${id}`,
    text: 'Kính gửi Trung tâm',
    messageId: `<${id}@test>`,
    attachments: [{ filename: 'danh-sach.xlsx', content: Buffer.from(xlsx(sheet(people))) }],
  });
  return message as Buffer;
}

type Request = { readonly spec: { readonly messageId?: string } };

async function requestOf(id: string): Promise<Request | undefined> {
  const { items } = JSON.parse(await inAccounts(site, ['get', plural.MailboxRequest, '-o', 'json']));
  return (items as readonly Request[]).find(({ spec }) => spec.messageId === `<${id}@test>`);
}

it('is a request with its rows when a delegate sends it as the organization; a forged one is none', async () => {
  const forged = fresh('forged');
  const outside = 'ai-do@example.org';
  const mail = { to: service, subject: '' };
  await expect(deliver(site, { ...mail, from: office, raw: await letter(office, forged) })).rejects.toThrow(
    /55[03]/,
  );
  await expect(deliver(site, { ...mail, from: outside, raw: await letter(office, forged) })).rejects.toThrow(
    /554/,
  );
  await deliver(site, { ...mail, from: outside, raw: await letter(outside, forged) });
  const id = fresh('list');
  await person.send({ ...mail, from: office, raw: await letter(office, id) });
  await eventually(60_000, async () => {
    expect((await requestOf(id))?.spec).toMatchObject({
      source: 'Mail',
      requester: { organizationRef: { name: organization }, address: office },
      rows: peopleRows,
    });
  });
  expect(await requestOf(forged)).toBeUndefined();
});

it('is answered when a person sends it alone', async () => {
  const id = fresh('person');
  await person.send({ to: service, subject: '', raw: await letter(person.address, id) });
  expect(await person.receive(`Xin gửi yêu cầu từ hộp thư đơn vị: Đề nghị ${id}`)).toContain('auto-replied');
  expect(await requestOf(id)).toBeUndefined();
});
