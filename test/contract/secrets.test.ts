/** Passwords: slapd accepts what the operator makes, and no error or log carries one. */
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { Client } from 'ldapts';
import { attribute } from '../../operator/core/layout.ts';
import { hashChosenPassword } from '../../operator/credentials/argon2.ts';
import { generatePassword } from '../../operator/credentials/password.ts';
import { hashPassword } from '../../operator/credentials/ssha512.ts';
import { Connection } from '../../operator/ldap/connection.ts';
import { mailbox, mailboxDn } from './support/mailbox.ts';
import { connectTo, firstPassword } from './support/slapd.ts';
import { suiteDirectory } from './support/suite-directory.ts';

const suite = suiteDirectory();

/** Can somebody log in with this? */
async function logsIn(dn: string, password: string): Promise<boolean> {
  const client = new Client({
    url: `ldaps://127.0.0.1:${suite.slapd.port}`,
    tlsOptions: { ca: await suite.slapd.ca(), servername: 'localhost' },
  });
  return client.bind(dn, password).then(
    () => client.unbind().then(() => true),
    () => client.unbind().then(() => false),
  );
}

describe('the initial password', () => {
  it('logs in, and nothing else does', async () => {
    const password = generatePassword();
    const dn = mailboxDn('initial');
    await suite.directory.add(
      dn,
      mailbox('initial', { userPassword: [hashPassword(password)], pwdReset: ['TRUE'] }),
    );
    expect(await logsIn(dn, password)).toBe(true);
    expect(await logsIn(dn, password.toLowerCase())).toBe(false);
    await suite.directory.modify(dn, 'initial', [{ attribute: attribute.status, values: ['Suspended'] }]);
    expect(await logsIn(dn, password)).toBe(false);
  });

  it('that the administrator gave logs in with the hash that we make of it', async () => {
    const dn = mailboxDn('given');
    const given = 'Mùa-xuân-2026-Aa';
    await suite.directory.add(dn, mailbox('given', { userPassword: [await hashChosenPassword(given)] }));
    expect(await logsIn(dn, given)).toBe(true);
    expect(await logsIn(dn, `${given} `)).toBe(false);
  });

  it('may hold any Unicode', async () => {
    const dn = mailboxDn('unicode');
    await suite.directory.add(dn, mailbox('unicode', { userPassword: [hashPassword('Mật khẩu 1!')] }));
    expect(await logsIn(dn, 'Mật khẩu 1!')).toBe(true);
  });
});

describe('errors', () => {
  it('carry no password, however deep one looks', async () => {
    const secret = hashPassword('canary-1A');
    const entry = mailbox('leak', { userPassword: [secret] });
    const failures = await Promise.allSettled([
      suite.directory.add('not a name', entry),
      suite.directory.add(mailboxDn('leak'), { ...entry, sn: [] }),
      suite.directory.add(mailboxDn('leak'), { ...entry, userPassword: [secret, secret] }),
      suite.directory.add(mailboxDn('leak'), { ...entry, userPassword: [`${secret}\ud800`] }),
      new Connection({ ...connectTo(suite.slapd), port: 1 }).run(async () => undefined),
      new Connection({ ...connectTo(suite.slapd), password: async () => 'canary-2B' }).run(
        async () => undefined,
      ),
    ]);
    for (const failure of failures) {
      expect(failure.status).toBe('rejected');
      const text = inspect(failure, { depth: Number.POSITIVE_INFINITY, showHidden: true });
      for (const canary of [secret, 'canary-1A', 'canary-2B', firstPassword])
        expect(text).not.toContain(canary);
    }
  });

  it('come before a process that would log passwords gets one: NODE_DEBUG=ldapts is refused', async () => {
    const module = new URL('../../operator/ldap/connection.ts', import.meta.url).href;
    const script = `const { Connection } = await import('${module}'); new Connection({});`;
    const { stderr, exitCode } = await execa(process.execPath, ['--input-type=module', '--eval', script], {
      env: { NODE_DEBUG: 'ldapts' },
      reject: false,
    });
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain('ldapts prints passwords');
  });
});
