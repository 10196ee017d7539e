/** What slapd itself writes of a person's uses (R23), and what the operator makes of it. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'ldapts';
import { lastAccess } from '../../operator/core/access.ts';
import { first } from '../../operator/core/observed.ts';
import { hashPassword } from '../../operator/credentials/ssha512.ts';
import { Blocked } from '../../operator/errors.ts';
import { changePassword } from '../../operator/ldap/password-change.ts';
import type { DirectoryEntry } from '../../operator/ports.ts';
import { mailbox, mailboxDn } from './support/mailbox.ts';
import { suiteDirectory } from './support/suite-directory.ts';

const initial = 'Kx7m-Qp4r-Wt9h-Zc3e';
const suite = suiteDirectory();
let uid: string;
let count = 0;

beforeEach(async () => {
  count += 1;
  uid = `person${count}`;
  await suite.directory.add(mailboxDn(uid), mailbox(uid, { userPassword: [hashPassword(initial)] }));
});

async function asPerson(password: string, use: (client: Client) => Promise<void> = async () => {}) {
  const tlsOptions = { ca: await suite.slapd.ca(), servername: 'localhost' };
  const client = new Client({ url: `ldaps://127.0.0.1:${suite.slapd.port}`, tlsOptions });
  try {
    await client.bind(mailboxDn(uid), password);
    await use(client);
  } finally {
    await client.unbind();
  }
}

/** The entry as a snapshot shows it. */
async function find(): Promise<DirectoryEntry> {
  const entry = (await suite.directory.snapshot()).find(({ dn }) => dn === mailboxDn(uid));
  if (entry === undefined) throw new Error(`no ${uid}`);
  return entry;
}

/** The last login that slapd knows, and the last access by it; seconds, as slapd counts. */
async function read() {
  const entry = await find();
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
    const tlsOptions = { ca: await suite.slapd.ca(), servername: 'localhost' };
    const client = new Client({ url: `ldaps://127.0.0.1:${suite.slapd.port}`, tlsOptions });
    await changePassword(client, mailboxDn(uid), initial, 'Tốt-Lành-17');
    await client.unbind();
    const { bind, access } = await read();
    expect(bind).toBeUndefined();
    expect(access).toBeGreaterThanOrEqual(before);
  });

  it('is not a password that the operator sets, neither the first one nor a reset', async () => {
    const reset = { attribute: 'pwdReset', values: ['TRUE'] };
    await suite.directory.modify(mailboxDn(uid), uid, [
      reset,
      { attribute: 'hopThuLastAccess', values: ['20260601000000Z'] },
      { attribute: 'userPassword', values: [hashPassword('Another-One-17')] },
    ]);
    expect((await read()).access).toBe(Date.UTC(2026, 5, 1));
  });
});

describe('what people were told', () => {
  const time = '2026-11-21T00:00:00Z';
  const write = (...values: readonly string[]) =>
    suite.directory.modify(mailboxDn(uid), uid, [{ attribute: 'hopThuNotice', values }]);

  it('is remembered of every topic, as long as its words may be', async () => {
    const values = [
      `30 ${time}`,
      `password 7 ${time}`,
      `quota 95 ${time}`,
      `end 2027-01-01/30 ${time}`,
      `suspension - ${time} due`,
      `delegation ${'a'.repeat(253)} ${time}`,
      `rename cu@soctrang.gov.vn ${time} due`,
    ];
    await write(...values);
    expect([...((await find()).attributes['hopThuNotice'] ?? [])].sort()).toEqual(values.sort());
  });

  it.each([`party - ${time}`, `password ${time}`, `rename x@example.org ${time}`, `quota 95 ${time} soon`])(
    'is nothing else: %s',
    async (value) => {
      await expect(write(value)).rejects.toThrow(Blocked);
    },
  );
});

describe('a reclaimed mailbox', () => {
  it('keeps its last access, notices and the grant', async () => {
    const facts = {
      hopThuStatus: ['Reclaimed'],
      hopThuLastAccess: ['20260520000000Z'],
      hopThuNotice: ['30 2026-10-22T00:00:00Z', '7 2026-11-14T00:00:00Z'],
      hopThuGrant: ['Lần 1'],
    };
    const written = Object.entries(facts).map(([attribute, values]) => ({ attribute, values }));
    await suite.directory.modify(mailboxDn(uid), uid, written);
    expect((await find()).attributes).toMatchObject(facts);
  });

  it('is unlocked together with a new password: slapd does it, and refuses to do it twice', async () => {
    const locked = [{ attribute: 'pwdAccountLockedTime', values: ['000001010000Z'] }];
    await suite.directory.modify(mailboxDn(uid), uid, locked);
    const next = 'Wt9h-Zc3e-Kx7m-Qp4r';
    await suite.directory.modify(mailboxDn(uid), uid, [
      { attribute: 'pwdAccountLockedTime', values: [] },
      { attribute: 'userPassword', values: [hashPassword(next)] },
      { attribute: 'pwdReset', values: ['TRUE'] },
    ]);
    expect((await find()).attributes).not.toHaveProperty('pwdAccountLockedTime');
    await asPerson(next);
  });
});
