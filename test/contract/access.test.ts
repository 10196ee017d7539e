/** Who may read, search and change what in the directory, asked of a real slapd with production's rules. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Attribute, Change, Client } from 'ldapts';
import {
  container,
  type ServiceAccount,
  sentinel,
  serviceAccounts,
  serviceDn,
} from '../../operator/core/layout.ts';
import { settingsFor } from '../../operator/core/mail-settings.ts';
import { hashPassword } from '../../operator/credentials/ssha512.ts';
import { changePassword } from '../../operator/ldap/password-change.ts';
import { mailbox, mailboxDn, mailboxes } from './support/mailbox.ts';
import { Slapd, site, suffix } from './support/slapd.ts';

const initial = 'Kx7m-Qp4r-Wt9h-Zc3e';
const active = mailboxDn('active');
const suspended = mailboxDn('suspended');
const neighbour = mailboxDn('neighbour');
const office = mailboxDn('office');
type Role = ServiceAccount | 'self' | 'neighbour';

let slapd: Slapd;
let ca: string;
const clients = new Map<string, Client>();

function open(): Client {
  return new Client({ url: `ldaps://127.0.0.1:${slapd.port}`, tlsOptions: { ca, servername: 'localhost' } });
}

/** The connection of a role, bound once. */
async function as(role: Role): Promise<Client> {
  const known = clients.get(role);
  if (known !== undefined) return known;
  const client = open();
  if (role === 'self') await client.bind(active, initial);
  else if (role === 'neighbour') await client.bind(neighbour, initial);
  else await client.bind(serviceDn(site.domain, role), role);
  clients.set(role, client);
  return client;
}

/** Names of the attributes of one entry that the role is shown; empty when the entry itself is hidden. */
async function readable(role: Role, dn: string): Promise<readonly string[]> {
  const found = (await as(role)).search(dn, { scope: 'base', attributes: ['*', '+'] });
  const entry = await found.then(
    ({ searchEntries }) => searchEntries[0] ?? {},
    () => ({}),
  );
  return Object.keys(entry)
    .filter((name) => !['dn', '*', '+'].includes(name))
    .sort();
}

async function matches(role: Role, filter: string): Promise<boolean> {
  const found = (await as(role)).search(mailboxes, { scope: 'one', filter, attributes: ['1.1'] });
  return (await found).searchEntries.length > 0;
}

async function replace(role: Role, dn: string, type: string, value: string): Promise<void> {
  const modification = new Attribute({ type, values: [value] });
  await (await as(role)).modify(dn, new Change({ operation: 'replace', modification }));
}

beforeAll(async () => {
  slapd = await Slapd.start();
  ca = await slapd.ca();
  await slapd.kill();
  for (const account of serviceAccounts) await slapd.setPassword(account, account);
  await slapd.resume();
  const operator = await as('operator');
  const password = { userPassword: [hashPassword(initial)] };
  const details = {
    title: ['Phó Giám đốc'],
    o: ['Sở Thông tin và Truyền thông'],
    employeeNumber: ['CB-1'],
    hopThuSearchName: ['nguyen van dung'],
    hopThuHold: ['Quyết định thanh tra'],
  };
  const folders = [{ account: 'office', address: `office@${site.domain}`, role: 'reader' }] as const;
  const delegation = { hopThuMailSetting: settingsFor(folders), hopThuEndSessions: ['TRUE'] };
  const entries = {
    active: { ...password, ...details },
    neighbour: password,
    waiting: { ...password, pwdReset: ['TRUE'] },
    suspended: { ...password, ...details, hopThuStatus: ['Suspended'] },
    office: {
      ...delegation,
      hopThuDelegate: ['active nguyen-thanh-binh Read,SendAs'],
      hopThuSendAs: [active],
    },
  };
  for (const [uid, changes] of Object.entries(entries)) {
    const attributes = Object.entries(mailbox(uid, changes));
    const list = attributes.map(([type, values]) => new Attribute({ type, values: [...values] }));
    await operator.add(mailboxDn(uid), list);
  }
}, 60_000);
afterAll(async () => {
  for (const client of clients.values()) await client.unbind();
  await slapd?.stop();
});

describe('of a mailbox', () => {
  const delivery = ['hopThuAddress', 'hopThuStatus', 'mail', 'objectClass'];
  const store = ['hopThuAddress', 'hopThuQuotaBytes', 'hopThuStatus', 'mail', 'objectClass', 'uid'];

  it.each<[Role, string, readonly string[]]>([
    ['dovecot', active, store],
    ['dovecot', suspended, store],
    ['postfix', active, delivery],
    ['postfix', suspended, delivery],
    ['webmail', active, ['cn', 'mail', 'o', 'objectClass', 'title']],
    ['webmail', suspended, []],
    ['dovecot', office, [...store, 'hopThuMailSetting'].sort()],
    ['postfix', office, [...delivery, 'hopThuSendAs'].sort()],
    ['webmail', office, ['cn', 'mail', 'objectClass']],
    ['self', office, []],
    ['self', active, [...delivery, 'cn', 'hopThuQuotaBytes', 'o', 'sn', 'title', 'uid'].sort()],
    ['neighbour', active, []],
  ])('%s reads of %s: %j', async (role, dn, expected) => {
    expect(await readable(role, dn)).toEqual(expected);
  });

  it('the operator reads all but the password and its history', async () => {
    const shown = await readable('operator', mailboxDn('waiting'));
    expect(shown).toEqual(expect.arrayContaining(['cn', 'hopThuOwnerUID', 'pwdReset', 'uid']));
    expect(shown.filter((name) => ['userPassword', 'pwdHistory'].includes(name))).toEqual([]);
  });
});

it.each<[Role, string, boolean]>([
  ['dovecot', '(pwdReset=TRUE)', true],
  ['postfix', '(pwdReset=TRUE)', false],
  ['webmail', '(pwdReset=TRUE)', false],
  ['webmail', '(hopThuStatus=Active)', true],
  ['webmail', '(hopThuAddress=active@*)', false],
  ['postfix', '(employeeNumber=CB-1)', false],
  ['webmail', `(hopThuSendAs=${active})`, true],
  ['webmail', '(hopThuDelegate=*)', false],
  ['webmail', '(hopThuSearchName=*van d*)', true],
  ['webmail', '(hopThuHold=*)', false],
  ['postfix', '(hopThuSearchName=*)', false],
  ['dovecot', `(hopThuSendAs=${active})`, false],
  ['self', `(hopThuSendAs=${active})`, false],
  ['self', '(employeeNumber=CB-1)', false],
  ['operator', '(userPassword=*)', false],
  ['dovecot', '(userPassword=*)', false],
])('%s may ask for %s: %s', async (role, filter, expected) => {
  expect(await matches(role, filter).catch(() => false)).toBe(expected);
});

describe('outside the mailboxes', () => {
  const roles: readonly Role[] = [...serviceAccounts, 'self'];

  it.each(roles)('%s reads neither bind accounts nor policies', async (role) => {
    expect(await readable(role, serviceDn(site.domain, 'postfix'))).toEqual([]);
    expect(await readable(role, `cn=people,${container.policies},${suffix}`)).toEqual([]);
    expect((await readable(role, 'cn=accesslog')).length > 0).toBe(role === 'auditor');
    expect(await readable(role, 'cn=config')).toEqual([]);
  });

  it.each(roles)('%s sees the sentinel if and only if it reads all of its part', async (role) => {
    const whole = ['operator', 'published', 'publisher', 'reports'];
    expect((await readable(role, `${sentinel},${suffix}`)).length > 0).toBe(whole.includes(role));
  });
});

describe('nobody gets in', () => {
  it('without a name', async () => {
    const client = open();
    await expect(client.search(suffix)).rejects.toThrow();
    await expect(client.bind('', '')).rejects.toThrow();
    await client.unbind();
  });

  it('with a name and an empty password', async () => {
    const client = open();
    await expect(client.bind(active, '')).rejects.toThrow();
    await client.unbind();
  });

  it('while suspended', async () => {
    const client = open();
    await expect(client.bind(suspended, initial)).rejects.toThrow(/0x31/);
    await client.unbind();
  });
});

describe('changes', () => {
  it.each<[Role, string, string, string]>([
    ['self', active, 'title', 'Giám đốc'],
    ['self', active, 'hopThuQuotaBytes', '8796093022208'],
    ['self', active, 'hopThuStatus', 'Active'],
    ['self', active, 'pwdReset', 'FALSE'],
    ['self', neighbour, 'userPassword', 'Khac-Mat-Khau-1'],
    ['self', active, 'hopThuMailSetting', 'namespace+=office'],
    ['dovecot', active, 'hopThuMailSetting', 'namespace+=office'],
    ['webmail', office, 'hopThuSendAs', neighbour],
    ['postfix', office, 'hopThuDelegate', 'neighbour x Write'],
    ['dovecot', active, 'hopThuQuotaBytes', '1'],
    ['postfix', active, 'hopThuStatus', 'Closed'],
    ['webmail', active, 'cn', 'x'],
    ['webmail', active, 'userPassword', 'Khac-Mat-Khau-1'],
    ['operator', serviceDn(site.domain, 'dovecot'), 'userPassword', 'x'],
    ['operator', `${sentinel},${suffix}`, 'description', 'x'],
    ['operator', mailboxes, 'description', 'x'],
  ])('%s may not set %s %s', async (role, dn, type, value) => {
    await expect(replace(role, dn, type, value)).rejects.toThrow(/0x32|0x35/);
  });

  it('the operator makes no bind accounts and removes no container', async () => {
    const operator = await as('operator');
    const account = { objectClass: ['organizationalRole'], cn: ['x'] };
    await expect(operator.add(`cn=x,${container.services},${suffix}`, account)).rejects.toThrow(/0x32/);
    await expect(operator.del(`${container.held},${suffix}`)).rejects.toThrow(/0x32/);
    await expect(operator.del(serviceDn(site.domain, 'webmail'))).rejects.toThrow(/0x32/);
  });

  it('a person sets the own password, and the operator a ready-made hash', async () => {
    const client = open();
    await changePassword(client, neighbour, initial, 'Khac-Mat-Khau-1');
    await replace('operator', neighbour, 'userPassword', hashPassword(initial));
    await client.bind(neighbour, initial);
    await client.unbind();
  });

  it('an address outside the domain or twice over the site is refused whoever writes it', async () => {
    await expect(replace('operator', active, 'hopThuAddress', 'active@gmail.com')).rejects.toThrow(/0x13/);
    await expect(replace('operator', active, 'hopThuAddress', 'neighbour@soctrang.gov.vn')).rejects.toThrow(
      /0x13/,
    );
    await expect(replace('operator', active, 'mail', 'other@soctrang.gov.vn')).rejects.toThrow(/0x13/);
  });
});
