/** Every attribute of a mailbox, asked of a real slapd: who reads it, who may ask whether it is there, who writes it. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Attribute, Change, Client, ResultCodeError } from 'ldapts';
import { attribute, type ServiceAccount, serviceAccounts, serviceDn } from '../../operator/core/layout.ts';
import { settingsFor } from '../../operator/core/mail-settings.ts';
import { hashPassword } from '../../operator/credentials/ssha512.ts';
import { changePassword } from '../../operator/ldap/password-change.ts';
import { accountAttributes } from '../../reports/accounts.ts';
import { mailbox, mailboxDn, mailboxes } from './support/mailbox.ts';
import { Slapd, site } from './support/slapd.ts';

const password = 'Kx7m-Qp4r-Wt9h-Zc3e';
const full = mailboxDn('full');
const other = mailboxDn('other');
type Role = ServiceAccount | 'self' | 'another';
type Rights = { readonly read: string; readonly ask: string; readonly write: string };

const delivery = 'hopThuAddress hopThuStatus mail objectClass';
const listed = 'cn hopThuOrganization hopThuType mail objectClass title';
const policy = 'pwdReset pwdAccountLockedTime';
const slapdOwn = 'pwdLastSuccess pwdChangedTime pwdHistory';
const history =
  'createTimestamp creatorsName entryCSN entryDN entryUUID modifiersName modifyTimestamp structuralObjectClass';
const person = {
  title: 'Phó Giám đốc',
  o: 'Sở Nội vụ',
  employeeNumber: 'CB-1',
  telephoneNumber: '+84 299 1',
};
/** Attributes of our own that mailboxes do not take: those of organizations and of `ou=held`. */
const elsewhere: readonly string[] = [attribute.heldAddress, attribute.abbreviation, attribute.sector];
const ours = Object.values(attribute).filter((name) => !elsewhere.includes(name));
const entry = ['cn', 'mail', 'objectClass', 'sn', 'uid', ...ours, ...Object.keys(person)].join(' ');
const names = inOrder(`${entry} userPassword ${policy} ${slapdOwn} ${history}`).split(' ');

/** Of Active mailboxes. Who may read may ask; `ask` is what may be asked besides. Nobody reads a password. */
const rights: Readonly<Record<Role, Rights>> = {
  dovecot: {
    read: `${delivery} hopThuMailHost hopThuMailMove hopThuMailSetting hopThuQuotaBytes uid`,
    ask: 'pwdReset',
    write: '',
  },
  postfix: { read: `${delivery} hopThuMailHost hopThuSendAs`, ask: 'hopThuMailMove', write: '' },
  webmail: {
    read: 'cn mail o objectClass title',
    ask: 'hopThuSearchName hopThuSendAs hopThuStatus',
    write: '',
  },
  portal: {
    read: `cn hopThuAddress hopThuDelegate hopThuFormerAddress hopThuLastAccess hopThuMailHost hopThuOrganization hopThuQuotaBytes
      hopThuResource hopThuType mail o objectClass pwdChangedTime pwdLastSuccess title uid`,
    ask: '',
    write: '',
  },
  // What the pages show to who is logged in, and what is public (R40).
  published: { read: `${listed} telephoneNumber`, ask: '', write: '' },
  publisher: { read: listed, ask: '', write: '' },
  self: { read: `${delivery} cn hopThuQuotaBytes o sn title uid`, ask: '', write: 'userPassword' },
  another: { read: '', ask: '', write: '' },
  auditor: { read: '', ask: '', write: '' },
  reports: {
    read: `${accountAttributes.join(' ')} objectClass`,
    ask: '',
    write: '',
  },
  operator: {
    read: `${entry} ${policy} ${history} pwdChangedTime pwdLastSuccess`,
    ask: '',
    write: `${entry} ${policy} userPassword`,
  },
};

const time = '2026-01-01T00:00:00Z';
/** A value that the schema takes for each attribute of our own, so that "not there" is never taken for "hidden". */
const own: Readonly<Record<string, string>> = {
  [attribute.formerAddress]: `old@${site.domain} ${time}`,
  [attribute.heldAddress]: `held@${site.domain} ${time}`,
  [attribute.notice]: `30 ${time}`,
  [attribute.archive]: `${time} none`,
  [attribute.delegate]: 'other somebody Read',
  [attribute.sendAs]: other,
  [attribute.mailSetting]:
    settingsFor([{ account: 'other', address: `other@${site.domain}`, role: 'reader' }])[0] ?? '',
  [attribute.endSessions]: 'TRUE',
  [attribute.lastAccess]: '20260101000000Z',
  [attribute.statusSince]: '20260101000000Z',
  [attribute.deletionPolicy]: 'Archive',
  [attribute.mailHost]: 'dovecot-0',
  [attribute.mailMove]: 'left dovecot-1',
  [attribute.organization]: other,
  [attribute.unpublished]: 'FALSE',
};

let slapd: Slapd;
const clients = new Map<Role, Client>();
const as = (role: Role) => {
  const client = clients.get(role);
  if (client === undefined) throw new Error(`${role} is not bound`);
  return client;
};

beforeAll(async () => {
  slapd = await Slapd.start();
  const ca = await slapd.ca();
  await slapd.kill();
  for (const account of serviceAccounts) await slapd.setPassword(account, account);
  await slapd.resume();
  const bind = async (role: Role, dn: string, secret: string) => {
    const client = new Client({
      url: `ldaps://127.0.0.1:${slapd.port}`,
      tlsOptions: { ca, servername: 'localhost' },
    });
    await client.bind(dn, secret);
    clients.set(role, client);
  };
  for (const account of serviceAccounts) await bind(account, serviceDn(site.domain, account), account);
  const add = (uid: string, more: Readonly<Record<string, readonly string[]>>) => {
    const entries = Object.entries(mailbox(uid, { userPassword: [hashPassword(password)], ...more }));
    return as('operator').add(
      mailboxDn(uid),
      entries.map(([type, values]) => new Attribute({ type, values: [...values] })),
    );
  };
  await add('other', {});
  const given = Object.entries({ ...own, ...person }).filter(([name]) => !elsewhere.includes(name));
  const rest = Object.values(attribute).filter((name) => names.includes(name) && !(name in own));
  const filled = mailbox('full', {});
  await add('full', {
    ...Object.fromEntries(rest.filter((name) => !(name in filled)).map((name) => [name, ['x']])),
    ...Object.fromEntries(given.map(([name, value]) => [name, [value]])),
  });
  await add('waiting', { pwdReset: ['TRUE'] });
  await as('operator').modify(
    mailboxDn('waiting'),
    new Change({
      operation: 'replace',
      modification: new Attribute({ type: 'pwdAccountLockedTime', values: ['000001010000Z'] }),
    }),
  );
  await bind('self', full, password);
  // The password policy writes of a change, which must be there to be hidden.
  await bind('another', other, password);
  await changePassword(as('another'), other, password, 'Khac-Mat-Khau-1');
  await bind('another', other, 'Khac-Mat-Khau-1');
}, 60_000);
afterAll(async () => {
  for (const client of clients.values()) await client.unbind();
  await slapd?.stop();
});

/** What the role is shown of any mailbox, asked for all of them and for one by its name. */
async function readBy(role: Role): Promise<string> {
  const searches = [
    as(role).search(mailboxes, { scope: 'one', attributes: ['*', '+'] }),
    as(role).search(full, { scope: 'base', attributes: ['*', '+'] }),
  ];
  const found = await Promise.all(searches.map((search) => search.catch(() => ({ searchEntries: [] }))));
  const entries = found.flatMap(({ searchEntries }) => searchEntries as object[]);
  const shown = new Set(entries.flatMap((entry) => Object.keys(entry)));
  return names.filter((name) => shown.has(name)).join(' ');
}

/** Whether a filter tells that some mailbox has the attribute. */
async function mayAsk(role: Role, name: string): Promise<boolean> {
  const found = as(role).search(mailboxes, { scope: 'one', filter: `(${name}=*)`, attributes: ['1.1'] });
  return found.then(
    ({ searchEntries }) => searchEntries.length > 0,
    () => false,
  );
}

/** Taking a value away needs the right to write, and no value of the right syntax. */
async function mayWrite(role: Role, name: string): Promise<boolean> {
  const change = new Change({ operation: 'delete', modification: new Attribute({ type: name }) });
  try {
    await as(role).modify(full, change);
    return true;
  } catch (error) {
    if (!(error instanceof ResultCodeError)) throw error;
    // Refused for lack of a right, or because slapd alone writes it. Else the right was there and the entry would not be valid.
    return ![0x32, 0x13].includes(error.code);
  }
}

async function those(test: (name: string) => Promise<boolean>): Promise<string> {
  const passed: string[] = [];
  for (const name of names) if (await test(name)) passed.push(name);
  return passed.join(' ');
}

// The operator comes last: what it takes away is gone.
it.each(Object.keys(rights) as Role[])('%s', async (role) => {
  const expected = rights[role];
  expect(await readBy(role)).toBe(inOrder(expected.read));
  expect(await those((name) => mayAsk(role, name))).toBe(
    inOrder(`${role === 'self' ? '' : expected.read} ${expected.ask}`),
  );
  expect(await those((name) => mayWrite(role, name))).toBe(inOrder(expected.write));
});

function inOrder(list: string): string {
  return list
    .split(/\s+/)
    .filter((name) => name !== '')
    .sort()
    .join(' ');
}
