/** What slapd itself writes of a person's uses (R23), and what the operator makes of it. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'ldapts';
import { changePassword } from '../../cli/password/change.ts';
import { lastAccess } from '../../operator/core/access.ts';
import { first } from '../../operator/core/observed.ts';
import { hashPassword } from '../../operator/credentials/ssha512.ts';
import { Connection } from '../../operator/ldap/connection.ts';
import { LdaptsDirectory } from '../../operator/ldap/ldapts-directory.ts';
import { mailbox, mailboxDn } from './support/mailbox.ts';
import { connectTo, Slapd, site, suffix } from './support/slapd.ts';

const initial = 'Kx7m-Qp4r-Wt9h-Zc3e';
let slapd: Slapd;
let directory: LdaptsDirectory;
let uid: string;
let count = 0;

beforeAll(async () => {
  slapd = await Slapd.start();
  directory = new LdaptsDirectory(new Connection(connectTo(slapd)), suffix);
}, 30_000);
afterAll(async () => {
  await directory?.close();
  await slapd?.stop();
});
beforeEach(async () => {
  count += 1;
  uid = `person${count}`;
  await directory.add(mailboxDn(uid), mailbox(uid, { userPassword: [hashPassword(initial)] }));
});

async function asPerson(password: string, use: (client: Client) => Promise<void> = async () => {}) {
  const tlsOptions = { ca: await slapd.ca(), servername: 'localhost' };
  const client = new Client({ url: `ldaps://127.0.0.1:${slapd.port}`, tlsOptions });
  try {
    await client.bind(mailboxDn(uid), password);
    await use(client);
  } finally {
    await client.unbind();
  }
}

/** The entry as a snapshot shows it, and the last access by it; seconds, as slapd counts. */
async function read() {
  const entry = (await directory.snapshot()).find(({ dn }) => dn === mailboxDn(uid));
  if (entry === undefined) throw new Error(`no ${uid}`);
  const bind = first(entry, 'pwdLastSuccess');
  const access = lastAccess({
    kept: first(entry, 'hopThuLastAccess'),
    bind,
    passwordChanged: first(entry, 'pwdChangedTime'),
    mustChange: first(entry, 'pwdReset') === 'TRUE',
  });
  return { bind, access };
}

const seconds = () => Math.floor(Date.now() / 1000) * 1000;

describe('the last access', () => {
  it('is moved by a login, and by none that is refused', async () => {
    await expect(asPerson('wrong')).rejects.toThrow();
    expect((await read()).bind).toBeUndefined();
    const before = seconds();
    await asPerson(initial);
    expect((await read()).access).toBeGreaterThanOrEqual(before);
  });

  it('is the own change of the password, by which slapd forgets the login', async () => {
    await asPerson(initial);
    const before = seconds();
    const tlsOptions = { ca: await slapd.ca(), servername: 'localhost' };
    const client = new Client({ url: `ldaps://127.0.0.1:${slapd.port}`, tlsOptions });
    await changePassword(client, site, mailboxDn(uid), initial, 'Tốt-Lành-17');
    await client.unbind();
    const { bind, access } = await read();
    expect(bind).toBeUndefined();
    expect(access).toBeGreaterThanOrEqual(before);
  });

  it('is not a password that the operator sets, neither the first one nor a reset', async () => {
    const reset = { attribute: 'pwdReset', values: ['TRUE'] };
    await directory.modify(mailboxDn(uid), uid, [
      reset,
      { attribute: 'hopThuLastAccess', values: ['20260601000000Z'] },
      { attribute: 'userPassword', values: [hashPassword('Another-One-17')] },
    ]);
    expect((await read()).access).toBe(Date.UTC(2026, 5, 1));
  });
});
