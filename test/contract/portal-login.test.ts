/** Who is in at the portal, and what it sees of whom, against a real slapd with its rights and its password policy (R25, R26). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { childDn } from '../../operator/core/dn.ts';
import { container, objectClass } from '../../operator/core/layout.ts';
import { hashPassword } from '../../operator/credentials/ssha512.ts';
import { Connection } from '../../operator/ldap/connection.ts';
import { LdaptsDirectory } from '../../operator/ldap/ldapts-directory.ts';
import { PasswordRefused } from '../../operator/ldap/password-change.ts';
import { PortalDirectory } from '../../portal/directory.ts';
import { LoginDirectory } from '../../portal/login/directory.ts';
import type { Session } from '../../portal/login/session.ts';
import { MailboxDirectory } from '../../portal/mailbox/directory.ts';
import { PasswordDirectory } from '../../portal/password/directory.ts';
import { at, mailbox, mailboxDn } from './support/mailbox.ts';
import { withPasswordPolicy } from './support/password-policy.ts';
import { connectTo, Slapd, site, suffix } from './support/slapd.ts';

const password = 'Kx7m-Qp4r-Wt9h-Zc3e';

let slapd: Slapd;
let operator: LdaptsDirectory;
let login: LoginDirectory;
let passwords: PasswordDirectory;
let mailboxes: MailboxDirectory;
let count = 0;
let uid: string;

const organizationDn = (name: string) => childDn('ou', name, `${container.organizations},${suffix}`);
const addOrganization = (name: string, more: Readonly<Record<string, readonly string[]>> = {}) =>
  operator.add(organizationDn(name), {
    objectClass: ['organizationalUnit', objectClass.organization],
    ou: [name],
    cn: [`Cơ quan ${name}`],
    hopThuStatus: ['Active'],
    hopThuSite: [site.name],
    hopThuResource: [`soc-trang-accounts/${name}`],
    hopThuOwnerUID: [name],
    ...more,
  });
const add = (name: string, more: Readonly<Record<string, readonly string[]>> = {}) =>
  operator.add(mailboxDn(name), mailbox(name, { userPassword: [hashPassword(password)], ...more }));
const set = (name: string, attribute: string, value: string) =>
  operator.modify(mailboxDn(name), name, [{ attribute, values: [value] }]);

beforeAll(async () => {
  slapd = await Slapd.start({ editTree: withPasswordPolicy });
  await slapd.kill();
  await slapd.setPassword('portal', 'of the portal');
  await slapd.resume();
  operator = new LdaptsDirectory(new Connection(connectTo(slapd)), suffix);
  const directory = new PortalDirectory(site, {
    host: '127.0.0.1',
    port: slapd.port,
    servername: 'localhost',
    ca: () => slapd.ca(),
    password: async () => 'of the portal',
  });
  login = new LoginDirectory(site, directory);
  passwords = new PasswordDirectory(site, directory);
  mailboxes = new MailboxDirectory(site, directory);
  await addOrganization('so');
  await addOrganization('phong', { hopThuOrganization: [organizationDn('so')] });
  await addOrganization('khac');
}, 60_000);
afterAll(async () => {
  await operator?.close();
  await slapd?.stop();
});
beforeEach(async () => {
  count += 1;
  uid = `person${count}`;
  await add(uid, { hopThuOrganization: [organizationDn('phong')], telephoneNumber: ['+84 299 1'] });
});

async function enter(name = uid): Promise<Session> {
  const session = await login.enter(at(name), password);
  if (session === 'mustChange') throw new Error(`${name} must change the password`);
  return { ...session, from: 0 };
}

describe('a person', () => {
  it('is in by the own password, and the portal sees what the page shows and no more', async () => {
    const { account } = await enter();
    expect(account).toBe(uid);
    const entry = await login.holder(await enter());
    expect(Object.keys(entry?.attributes ?? {}).sort()).toEqual([
      ...['cn', 'hopThuAddress', 'hopThuOrganization', 'hopThuQuotaBytes', 'hopThuResource', 'hopThuType'],
      ...['mail', 'pwdLastSuccess', 'uid'],
    ]);
  });

  it('learns of the access before this login, and not of this one', async () => {
    expect((await enter()).before).toBeUndefined();
    expect((await enter()).before).toMatch(/^\d{14}Z$/);
  });

  it('is told of the latest logins, refused ones too, and of nobody else’s', async () => {
    await add(`other${count}`);
    await enter(`other${count}`);
    await login.enter(at(uid), 'Sai-Mat-Khau-1').catch(() => undefined);
    const { logins = [] } = await enter();
    // slapd writes the line of a login once it has answered.
    expect(logins.filter(({ succeeded }) => !succeeded)).toHaveLength(1);
    expect(logins.length).toBeLessThanOrEqual(2);
    expect(Math.abs((logins[0]?.at ?? 0) - Date.now() / 1000)).toBeLessThan(60);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['suspended', () => set(uid, 'hopThuStatus', 'Suspended')],
    ['told to change the password', () => set(uid, 'pwdReset', 'TRUE')],
    ['gone', () => operator.remove(mailboxDn(uid), uid)],
  ])('is out at once when %s', async (_, end) => {
    const session = await enter();
    expect(await login.holder(session)).toBeDefined();
    await end();
    expect(await login.holder(session)).toBeUndefined();
  });

  it('is out everywhere with another password', async () => {
    const session = await enter();
    await passwords.change(at(uid), password, 'Khac-Mat-Khau-1');
    expect(await login.holder(session)).toBeUndefined();
  });

  it('who must change the password is told so after the right one alone', async () => {
    await set(uid, 'pwdReset', 'TRUE');
    expect(await login.enter(at(uid), password)).toBe('mustChange');
    await expect(login.enter(at(uid), 'Sai-Mat-Khau-1')).rejects.toThrow(new PasswordRefused('wrong'));
  });
});

it('a stranger gets one answer for a wrong password, a suspended account and none at all', async () => {
  await add(`suspended${count}`, { hopThuStatus: ['Suspended'] });
  for (const [who, typed] of [
    [uid, 'Sai-Mat-Khau-1'],
    [uid, ''],
    [`suspended${count}`, password],
    ['nobody', password],
    ['person*', password],
    [`${uid})(mail=*`, password],
  ] as const)
    await expect(login.enter(at(who), typed)).rejects.toThrow(new PasswordRefused('wrong'));
});

describe('of an organization’s mailbox', () => {
  const office = () => `office${count}`;
  beforeEach(async () => {
    await add(`waiting${count}`, { pwdReset: ['TRUE'], hopThuOrganization: [organizationDn('so')] });
    await add(office(), {
      pwdReset: ['TRUE'],
      hopThuType: ['Organization'],
      hopThuOrganization: [organizationDn('so')],
      hopThuDelegate: [`${uid} ${uid} Read,Write`, `waiting${count} waiting${count} Read`],
    });
  });
  const holder = async (name: string) => {
    const entry = await login.holder(await enter(name));
    if (entry === undefined) throw new Error(`${name} is out`);
    return entry;
  };

  it('a delegate in a unit below sees who the others are, and so does whoever has it', async () => {
    const seen = await mailboxes.sharedWith(await holder(uid));
    expect(seen).toMatchObject([
      {
        entry: { dn: mailboxDn(office()) },
        organization: { dn: organizationDn('so'), attributes: { cn: ['Cơ quan so'] } },
      },
    ]);
    const delegates = seen[0]?.delegates.toSorted((a, b) => (a.account < b.account ? -1 : 1));
    expect(delegates).toMatchObject([
      { account: uid, rights: ['Read', 'Write'], entry: { attributes: { mail: [at(uid)] } } },
      { account: `waiting${count}`, rights: ['Read'] },
    ]);
    expect(delegates?.[1]).not.toHaveProperty('entry');
    expect(await login.enter(at(office()), password)).toBe('mustChange');
    await passwords.change(at(office()), password, 'Khac-Mat-Khau-1');
    const own = await login.enter(at(office()), 'Khac-Mat-Khau-1');
    const itself = own === 'mustChange' ? undefined : await login.holder({ ...own, from: 0 });
    if (itself === undefined) throw new Error('the organization is out');
    expect(await mailboxes.sharedWith(itself)).toHaveLength(1);
  });

  it('the head sees it from above and from below, without a right in it, and whoever is in it sees who the head is (R26)', async () => {
    const unit = `unit${count}`;
    const below = organizationDn(unit);
    await addOrganization(unit, {
      hopThuOrganization: [organizationDn('so')],
      manager: [mailboxDn(`head${count}`)],
    });
    await add(`head${count}`, { hopThuOrganization: [organizationDn('so')] });
    await add(`inside${count}`, { hopThuOrganization: [below] });
    await add(`unit-office${count}`, {
      hopThuType: ['Organization'],
      hopThuOrganization: [below],
      hopThuDelegate: [`inside${count} inside${count} Read`],
    });
    for (const name of [`head${count}`, `inside${count}`])
      expect(await mailboxes.sharedWith(await holder(name))).toMatchObject([
        {
          entry: { dn: mailboxDn(`unit-office${count}`) },
          organization: { dn: below, attributes: { manager: [mailboxDn(`head${count}`)] } },
          head: { attributes: { mail: [at(`head${count}`)] } },
        },
      ]);
    await set(`head${count}`, 'hopThuStatus', 'Suspended');
    const [left] = await mailboxes.sharedWith(await holder(`inside${count}`));
    expect(left?.organization.attributes).toHaveProperty('manager');
    expect(left).not.toHaveProperty('head');
  });

  it('others see nothing', async () => {
    await add(`other${count}`, { hopThuOrganization: [organizationDn('so')] });
    expect(await mailboxes.sharedWith(await holder(`other${count}`))).toEqual([]);
    await add(`alone${count}`);
    expect(await mailboxes.sharedWith(await holder(`alone${count}`))).toEqual([]);
  });

  it('whoever shall be a delegate is found by address, with the organizations above', async () => {
    const found = await mailboxes.candidate(at(uid));
    expect(found?.organizations.map(({ dn }) => dn)).toEqual([organizationDn('phong'), organizationDn('so')]);
    for (const name of ['nobody', `waiting${count}`])
      expect(await mailboxes.candidate(at(name))).toBeUndefined();
  });
});
