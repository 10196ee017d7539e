/** The script that tells what was written to an account, over the log of a real slapd. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'ldapts';
import { attribute, serviceDn } from '../../operator/core/layout.ts';
import { hashPassword } from '../../operator/credentials/ssha512.ts';
import { changePassword } from '../../operator/ldap/password-change.ts';
import { mailbox, mailboxDn } from './support/mailbox.ts';
import { firstPassword, operatorDn, site } from './support/slapd.ts';
import { suiteDirectory } from './support/suite-directory.ts';

const initial = 'Kx7m-Qp4r-Wt9h-Zc3e';
const suite = suiteDirectory();

it('tells time, kind, who and which attributes of every write, and no value', async () => {
  const dn = mailboxDn('audited');
  const entry = mailbox('audited', { userPassword: [hashPassword(initial)], pwdReset: ['TRUE'] });
  await suite.directory.add(dn, entry);
  await suite.directory.add(mailboxDn('other'), mailbox('other'));
  await suite.directory.modify(dn, 'audited', [
    { attribute: 'title', values: ['Phó Giám đốc'] },
    { attribute: attribute.quotaBytes, values: ['1073741824'] },
  ]);
  const tlsOptions = { ca: await suite.slapd.ca(), servername: 'localhost' };
  const client = new Client({ url: `ldaps://127.0.0.1:${suite.slapd.port}`, tlsOptions });
  await changePassword(client, dn, initial, 'Tốt-Lành-17');
  await client.unbind();
  const output = await suite.slapd.audit('audited');
  const rows = output.split('\n').map((line) => line.split('\t'));
  expect(rows.map(([, type, who]) => [type, who])).toEqual([
    ['add', operatorDn],
    ['modify', operatorDn],
    ['modify', dn],
  ]);
  for (const [time = ''] of rows) expect(time).toMatch(/^20\d{12}\.\d{6}Z$/);
  for (const row of rows) expect(row[4]).toMatch(/^20\d{12}\.\d{6}Z#\d{6}#001#\d{6}$/);
  expect(rows[0]?.[3]).toContain('userPassword');
  expect(rows[1]?.[3]?.split(' ').sort()).toEqual([attribute.quotaBytes, 'title']);
  expect(rows[2]?.[3]).toContain('userPassword');
  expect(output).not.toMatch(/SSHA|ARGON|Phó|1073741824|ou=mailboxes.*other/);
});

describe('the inspection (R36)', () => {
  const auditor = serviceDn(site.domain, 'auditor');
  let client: Client;
  const open = async () => {
    const tlsOptions = { ca: await suite.slapd.ca(), servername: 'localhost' };
    return new Client({ url: `ldaps://127.0.0.1:${suite.slapd.port}`, tlsOptions });
  };
  beforeAll(async () => {
    const { slapd } = suite;
    await slapd.kill();
    await slapd.setPassword('auditor', 'auditor');
    await slapd.resume();
    client = await open();
    await client.bind(auditor, 'auditor');
  });
  afterAll(() => client?.unbind());

  it('sees every login and every refusal, with time and name', async () => {
    const dn = mailboxDn('visitor');
    await suite.directory.add(dn, mailbox('visitor', { userPassword: [hashPassword(initial)] }));
    const visitor = await open();
    await visitor.bind(dn, initial);
    await expect(visitor.bind(dn, 'Sai-Mat-Khau-1')).rejects.toThrow();
    await visitor.unbind();
    const attributes = ['reqStart', 'reqDN', 'reqResult', 'reqMethod'];
    const { searchEntries } = await client.search('cn=logins', { filter: `(reqDN=${dn})`, attributes });
    expect(searchEntries.map(({ reqResult }) => reqResult)).toEqual(['0', '49']);
    for (const { reqStart } of searchEntries) expect(reqStart).toMatch(/^20\d{12}\.\d{6}Z$/);
  });

  it('sees who wrote to whose entry and when, and no value', async () => {
    const filter = `(reqDN=${mailboxDn('visitor')})`;
    const { searchEntries } = await client.search('cn=accesslog', { filter, attributes: ['*'] });
    expect(searchEntries[0]).toMatchObject({ reqAuthzID: operatorDn, reqType: 'add' });
    for (const entry of searchEntries) expect(Object.keys(entry)).not.toContain('reqMod');
  });

  it('sees nothing of the directory itself', async () => {
    await expect(client.search(mailboxDn('visitor'), { scope: 'base' })).rejects.toThrow(/0x20/);
  });

  it('is alone with both logs, but for the lines of who logs in about oneself', async () => {
    const visitor = await open();
    await visitor.bind(mailboxDn('visitor'), initial);
    await expect(visitor.search('cn=accesslog', { scope: 'sub' })).rejects.toThrow(/0x20/);
    const { searchEntries } = await visitor.search('cn=logins', {
      filter: '(reqDN=*)',
      attributes: ['*', '+'],
    });
    expect(searchEntries.length).toBeGreaterThanOrEqual(2);
    const shown = searchEntries.map(({ dn: _, ...line }) =>
      Object.keys(line)
        .filter((name) => line[name]?.length)
        .sort()
        .join(' '),
    );
    expect(new Set(shown)).toEqual(new Set(['reqDN reqResult reqStart']));
    expect(new Set(searchEntries.map(({ reqDN }) => reqDN))).toEqual(new Set([mailboxDn('visitor')]));
    await visitor.bind(operatorDn, firstPassword);
    for (const base of ['cn=logins', 'cn=accesslog'])
      await expect(visitor.search(base, { scope: 'sub' })).rejects.toThrow(/0x20/);
    await visitor.unbind();
  });
});
