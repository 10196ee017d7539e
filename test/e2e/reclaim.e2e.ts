/**
 * R23: whoever does not come for six months is told twice, loses the mailbox, and is granted it again. Dates move, not time.
 * On the way the person gets another address and a delegation, of which both are told (R26).
 */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { daNang as site } from '../support/sites.ts';
import { openWebmail } from './support/browser.ts';
import { hostPort } from './support/cluster.ts';
import { attributeOf, replacePastSlapd, withQuickResync } from './support/directory.ts';
import { eventually } from './support/eventually.ts';
import { openPop3, openSubmission } from './support/open-sessions.ts';
import { authorityOf, deliver, Person } from './support/person.ts';
import { apply, field, fresh, ready } from './support/resources.ts';

const name = fresh('reclaim');
const organization = { name: 'reclaim' };
const spec = (more: object = {}) => ({
  organizationRef: organization,
  type: 'Personal',
  person: { fullName: 'Võ Thị Vắng' },
  localPart: name,
  ...more,
});
let person: Person;
let office: Person;
let formerAddress: string;

/** The password policy of Đà Nẵng lets nothing expire, so that a login is refused for one reason alone. */
beforeAll(async () => {
  await apply(site, 'Organization', 'reclaim', { name: 'Sở Thủy sản' });
  await apply(site, 'Mailbox', 'reclaim-office', { organizationRef: organization, type: 'Organization' });
  await apply(site, 'Mailbox', name, spec({ localPart: `${name}-cu` }));
  await ready(site, 'mailbox/reclaim-office', `mailbox/${name}`);
  office = await Person.settled(site, 'reclaim-office');
  formerAddress = await field(site, `mailbox/${name}`, '.status.address');
  await apply(site, 'Mailbox', name, spec());
  await apply(site, 'Mailbox', 'reclaim-office', {
    organizationRef: organization,
    type: 'Organization',
    delegates: [{ mailboxRef: { name }, rights: ['Read'] }],
  });
  await ready(site, 'mailbox/reclaim-office', `mailbox/${name}`);
  person = await Person.settled(site, name);
});

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
const generalized = (time: string) => `${time.slice(0, 19).replaceAll(/[-:T]/g, '')}Z`;
/** `05/07/2026`: so many days from now, in Việt Nam. */
const inVietnamese = (days: number) =>
  new Date(Date.now() + days * 86_400_000 + 7 * 3_600_000)
    .toISOString()
    .slice(0, 10)
    .split('-')
    .reverse()
    .join('/');

describe('the last login', () => {
  const webmail = async () => {
    const browser = await openWebmail(site, {
      caPem: await authorityOf(site),
      port: hostPort(site, 'webmail'),
    });
    await browser.login(person.address, person.password).finally(() => browser.close());
  };

  it.each<[string, () => Promise<unknown>]>([
    ['IMAP', () => person.imap(async () => 'in')],
    ['POP3', () => openPop3(person)],
    ['submission', async () => (await openSubmission(person)).close()],
    ['the webmail', webmail],
  ])('is one by %s', async (protocol, login) => {
    await person.changePassword(`Mat-khau-${protocol.replaceAll(' ', '-')}-1`);
    const dn = await field(site, `mailbox/${name}`, '.status.entry');
    expect(await attributeOf(site, dn, 'pwdLastSuccess')).toEqual([]);
    await login();
    await eventually(10_000, async () =>
      expect(await attributeOf(site, dn, 'pwdLastSuccess')).toHaveLength(1),
    );
  });
});

describe('a mailbox that nobody uses', () => {
  const noticeOn = (date: string) =>
    office.receive(`Hộp thư ${person.address} sẽ bị thu hồi ngày ${date} nếu không được sử dụng`);
  const move = async (values: Readonly<Record<string, readonly string[]>>) =>
    replacePastSlapd(site, await field(site, `mailbox/${name}`, '.status.entry'), values);
  const sent = (days: number, ago: number) => `${days} ${daysAgo(ago).slice(0, 19)}Z`;

  it('is announced to the organization, reclaimed, and granted again with its mail', async () => {
    await office.send({ to: person.address, subject: 'Trước khi thu hồi' });
    await person.receive('Trước khi thu hồi');
    await withQuickResync(site, async () => {
      await person.receive(`Địa chỉ thư đã đổi từ ${formerAddress} thành ${person.address}`);
      const given = `Võ Thị Vắng được giao quyền trên hộp thư ${office.address}`;
      expect(await person.receive(given)).toContain('Auto-Submitted: auto-generated');
      await office.receive(given);
      const long = [generalized(daysAgo(200))];
      await move({ pwdLastSuccess: long, pwdChangedTime: long, hopThuLastAccess: long });
      expect(await noticeOn(inVietnamese(30))).toContain('Auto-Submitted: auto-generated');
      await move({ hopThuNotice: [sent(30, 40)] });
      await noticeOn(inVietnamese(7));
      expect(await field(site, `mailbox/${name}`, '.status.state')).toBe('Active');
      await move({ hopThuNotice: [sent(30, 40), sent(7, 8)] });
      await eventually(60_000, async () =>
        expect(await field(site, `mailbox/${name}`, '.status.state')).toBe('Reclaimed'),
      );
    });
    await office.receive(`Võ Thị Vắng không còn quyền trên hộp thư ${office.address}`);
    await expect(person.imap(async () => 'in')).rejects.toMatchObject({ authenticationFailed: true });
    await eventually(20_000, () =>
      expect(
        deliver(site, { from: 'a@example.org', to: person.address, subject: 'Sau khi thu hồi' }),
      ).rejects.toMatchObject({ responseCode: 550, response: expect.stringMatching(/thu hoi .* admin@/) }),
    );

    await apply(site, 'Mailbox', name, spec({ grant: 'lai' }));
    await eventually(60_000, async () =>
      expect(await field(site, `mailbox/${name}`, '.status.state')).toBe('Active'),
    );
    await ready(site, `mailbox/${name}`);
    expect(await field(site, `mailbox/${name}`, '.status.address')).toBe(person.address);
    const again = await Person.newcomer(site, name);
    await again.changePassword('Mat-khau-cap-lai-1');
    await again.receive('Trước khi thu hồi');
  });
});
