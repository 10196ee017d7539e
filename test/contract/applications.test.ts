/** Logins by another application (R6): a library of another language, against a real slapd with production's rules. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { Client } from 'ldapts';
import { applicationAccount, attribute, objectClass, serviceDn } from '../../operator/core/layout.ts';
import { organizationDn } from '../../operator/core/naming/identity.ts';
import { hashPassword } from '../../operator/credentials/ssha512.ts';
import { Connection } from '../../operator/ldap/connection.ts';
import { LdaptsDirectory } from '../../operator/ldap/ldapts-directory.ts';
import { mailbox, mailboxDn, mailboxes } from './support/mailbox.ts';
import { connectTo, Slapd, site, suffix } from './support/slapd.ts';

const program = join(import.meta.dirname, '../support/login.py');
const password = 'Kx7m-Qp4r-Wt9h-Zc3e';
const account = applicationAccount(site.applications[0]?.name ?? '');
const dn = serviceDn(site.domain, account);
const organizations = {
  'so-tttt': ['Sở Thông tin và Truyền thông', 'sotttt', 'Active'],
  'so-noi-vu': ['Sở Nội vụ', 'snv', 'Active'],
  'so-cu': ['Sở Cũ', 'socu', 'Suspended'],
} as const;
const organization = (uid: string, name: string, abbreviation: string, status: string) => ({
  objectClass: ['organizationalUnit', objectClass.organization],
  cn: [name],
  [attribute.abbreviation]: [abbreviation],
  [attribute.status]: [status],
  [attribute.site]: [site.name],
  [attribute.resource]: [`soc-trang-accounts/${uid}`],
  [attribute.ownerUid]: [uid],
});
const groups = `ou=groups,${suffix}`;
let slapd: Slapd;
let caFile: string;

beforeAll(async () => {
  slapd = await Slapd.start();
  caFile = join(slapd.folder, 'authority.pem');
  await writeFile(caFile, await slapd.ca());
  await slapd.kill();
  await slapd.setPassword(account, account);
  await slapd.resume();
  const directory = new LdaptsDirectory(new Connection(connectTo(slapd)), suffix);
  const given = {
    userPassword: [hashPassword(password)],
    title: ['Phó Giám đốc'],
    telephoneNumber: ['0299'],
    [attribute.organization]: [organizationDn(site, 'so-tttt')],
  };
  const people = {
    active: {},
    suspended: { hopThuStatus: ['Suspended'], pwdAccountLockedTime: ['000001010000Z'] },
    waiting: { pwdReset: ['TRUE'] },
    office: { hopThuType: ['Organization'] },
    elsewhere: { [attribute.organization]: [organizationDn(site, 'so-noi-vu')] },
  };
  for (const [uid, [name, abbreviation, status]] of Object.entries(organizations))
    await directory.add(organizationDn(site, uid), organization(uid, name, abbreviation, status));
  for (const [uid, changes] of Object.entries(people))
    await directory.add(mailboxDn(uid), mailbox(uid, { ...given, ...changes }));
  await directory.close();
  await slapd.groupsUpToDate();
}, 60_000);
afterAll(() => slapd?.stop());

/** Names of the attributes of an entry. */
function shown(entry: object = {}): readonly string[] {
  return Object.keys(entry)
    .filter((name) => !['dn', '*', '+'].includes(name))
    .sort();
}

async function login(address: string, typed: string, { as = dn, secret = account, group = '' } = {}) {
  const url = `ldaps://localhost:${slapd.port}`;
  const only = group === '' ? [] : [group];
  const args = [program, url, caFile, suffix, as, ...only];
  const input = [secret, address, typed].join('\n');
  const { stdout, stderr, exitCode } = await execa('/usr/bin/python3', args, { input, reject: false });
  if (exitCode === 0) return JSON.parse(stdout);
  // 3 is a refusal; anything else is no answer.
  if (exitCode !== 3) throw new Error(stderr);
  return undefined;
}

it('lets a person in by address and password, and tells who she is', async () => {
  expect(await login(`active@${site.domain}`, password)).toMatchObject({
    mail: [`active@${site.domain}`],
    title: ['Phó Giám đốc'],
  });
});

it.each([
  ['with a wrong password', `active@${site.domain}`, 'Sai-Mat-Khau-1'],
  ['with no password', `active@${site.domain}`, ''],
  ['who is suspended', `suspended@${site.domain}`, password],
  ['who has not changed the first password yet', `waiting@${site.domain}`, password],
  ["as an organization's mailbox", `office@${site.domain}`, password],
  ['of another province', 'active@danang.gov.vn', password],
  ['of a foreign domain', 'active@gmail.com', password],
  ['by a pattern', '*', password],
])('lets nobody in %s', async (_, address, typed) => {
  expect(await login(address, typed)).toBeUndefined();
});

it('lets no application in that the site file does not name', async () => {
  const other = serviceDn(site.domain, applicationAccount('other'));
  expect(await login(`active@${site.domain}`, password, { as: other })).toBeUndefined();
  expect(await login(`active@${site.domain}`, password, { secret: 'guessed' })).toBeUndefined();
});

it.each([
  ['sotttt', 'active', true],
  ['snv', 'elsewhere', true],
  ['snv', 'active', false],
  ['sotttt', 'elsewhere', false],
  ['sotttt', 'suspended', false],
  ['sotttt', 'waiting', false],
  ['sotttt', 'office', false],
  ['socu', 'active', false],
  ['*', 'active', false],
])('with a login for the people of %s alone, %s: %s', async (group, uid, isIn) => {
  const person = await login(`${uid}@${site.domain}`, password, { group });
  expect(person !== undefined).toBe(isIn);
});

describe("an application's account", () => {
  let client: Client;
  beforeAll(async () => {
    const tlsOptions = { ca: await slapd.ca(), servername: 'localhost' };
    client = new Client({ url: `ldaps://127.0.0.1:${slapd.port}`, tlsOptions });
    await client.bind(dn, account);
  });
  afterAll(() => client.unbind());

  it('sees public attributes of who may log in, and nobody else', async () => {
    const { searchEntries } = await client.search(mailboxes, { scope: 'one', attributes: ['*', '+'] });
    expect(searchEntries.map((entry) => entry.dn).sort()).toEqual(
      [mailboxDn('active'), mailboxDn('office'), mailboxDn('elsewhere')].sort(),
    );
    expect(shown(searchEntries[0])).toEqual(
      ['cn', 'hopThuOrganization', 'hopThuType', 'mail', 'objectClass', 'sn', 'title', 'uid'].sort(),
    );
  });

  it('sees a group for each Active organization, with the people who may log in', async () => {
    const { searchEntries } = await client.search(groups, { scope: 'one', attributes: ['*', '+'] });
    const members = searchEntries.map(({ cn, member }) => [cn, member]);
    expect(members).toEqual(
      expect.arrayContaining([
        ['Sở Thông tin và Truyền thông', mailboxDn('active')],
        ['Sở Nội vụ', mailboxDn('elsewhere')],
      ]),
    );
    expect(members).toHaveLength(2);
    expect(shown(searchEntries[0])).toEqual(['cn', 'description', 'member', 'objectClass', 'ou', 'seeAlso']);
  });

  it.each([
    ['active', true],
    ['suspended', false],
    ['elsewhere', false],
    ['office', false],
  ])('is told by a comparison whether %s is a member: %s', async (uid, isMember) => {
    const group = `ou=so-tttt,${groups}`;
    expect(await client.compare(group, 'member', mailboxDn(uid))).toBe(isMember);
  });

  it('finds a person by name of her organization, which is her group', async () => {
    const filter = `(&(mail=active@${site.domain})(hopThuOrganization=${organizationDn(site, 'so-tttt')}))`;
    const { searchEntries } = await client.search(mailboxes, { scope: 'one', filter });
    expect(searchEntries.map((entry) => entry.dn)).toEqual([mailboxDn('active')]);
  });

  it.each(['(telephoneNumber=0299)', '(userPassword=*)', '(pwdReset=TRUE)', '(hopThuStatus=Suspended)'])(
    'learns nothing by asking for %s',
    async (filter) => {
      const { searchEntries } = await client.search(mailboxes, { scope: 'one', filter, attributes: ['1.1'] });
      expect(searchEntries).toEqual([]);
    },
  );

  it('writes nothing', async () => {
    await expect(client.del(mailboxDn('active'))).rejects.toThrow(/0x32/);
    await expect(client.del(`ou=so-tttt,${groups}`)).rejects.toThrow(/0x32/);
  });
});

describe('groups follow the organizations', () => {
  const seen = async () => {
    const tlsOptions = { ca: await slapd.ca(), servername: 'localhost' };
    const client = new Client({ url: `ldaps://127.0.0.1:${slapd.port}`, tlsOptions });
    await client.bind(dn, account);
    const { searchEntries } = await client.search(groups, {
      scope: 'one',
      attributes: ['cn', 'description'],
    });
    await client.unbind();
    return searchEntries.map(({ cn, description }) => `${cn} ${description}`).sort();
  };

  it('when one comes, gets another name, is suspended or goes; and are not written when nothing changed', async () => {
    const directory = new LdaptsDirectory(new Connection(connectTo(slapd)), suffix);
    const name = 'Văn phòng\u00a0“một cửa”: tiếp dân';
    await directory.add(organizationDn(site, 'vp'), organization('vp', name, 'vp', 'Active'));
    await directory.modify(organizationDn(site, 'so-noi-vu'), 'so-noi-vu', [
      { attribute: 'cn', values: ['Sở Nội vụ mới'] },
    ]);
    await slapd.groupsUpToDate();
    expect(await seen()).toEqual(['Sở Nội vụ mới snv', 'Sở Thông tin và Truyền thông sotttt', `${name} vp`]);
    const before = await slapd.dump(groups);
    await slapd.groupsUpToDate();
    expect(await slapd.dump(groups)).toBe(before);
    await directory.modify(organizationDn(site, 'so-tttt'), 'so-tttt', [
      { attribute: attribute.status, values: ['Suspended'] },
    ]);
    await directory.remove(organizationDn(site, 'vp'), 'vp');
    await directory.close();
    await slapd.groupsUpToDate();
    expect(await seen()).toEqual(['Sở Nội vụ mới snv']);
  });
});
