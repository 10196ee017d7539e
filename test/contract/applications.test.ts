/** Logins by another application (R6): a library of another language, against a real slapd with production's rules. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { Client } from 'ldapts';
import { applicationAccount, serviceDn } from '../../operator/core/layout.ts';
import { hashPassword } from '../../operator/credentials/ssha512.ts';
import { Connection } from '../../operator/ldap/connection.ts';
import { LdaptsDirectory } from '../../operator/ldap/ldapts-directory.ts';
import { mailbox, mailboxDn, mailboxes } from './support/mailbox.ts';
import { connectTo, Slapd, site, suffix } from './support/slapd.ts';

const program = join(import.meta.dirname, '../support/login.py');
const password = 'Kx7m-Qp4r-Wt9h-Zc3e';
const account = applicationAccount(site.applications[0]?.name ?? '');
const dn = serviceDn(site.domain, account);
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
  };
  const people = {
    active: {},
    suspended: { hopThuStatus: ['Suspended'], pwdAccountLockedTime: ['000001010000Z'] },
    waiting: { pwdReset: ['TRUE'] },
    office: { hopThuType: ['Organization'] },
  };
  for (const [uid, changes] of Object.entries(people))
    await directory.add(mailboxDn(uid), mailbox(uid, { ...given, ...changes }));
  await directory.close();
}, 60_000);
afterAll(() => slapd?.stop());

async function login(address: string, typed: string, { as = dn, secret = account } = {}) {
  const url = `ldaps://localhost:${slapd.port}`;
  const { stdout, stderr, exitCode } = await execa('/usr/bin/python3', [program, url, caFile, suffix, as], {
    input: [secret, address, typed].join('\n'),
    reject: false,
  });
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
      [mailboxDn('active'), mailboxDn('office')].sort(),
    );
    const shown = Object.keys(searchEntries[0] ?? {}).filter((name) => !['dn', '*', '+'].includes(name));
    expect(shown.sort()).toEqual(['cn', 'hopThuType', 'mail', 'objectClass', 'sn', 'title', 'uid']);
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
  });
});
