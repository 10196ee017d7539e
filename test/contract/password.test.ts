/** A person's own change of password against a real slapd with its password policy (R25). */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'ldapts';
import { directoryConfig } from '../../charts/directory-config.ts';
import { lockedForGood } from '../../operator/core/observed.ts';
import { hashPassword } from '../../operator/credentials/ssha512.ts';
import { Connection } from '../../operator/ldap/connection.ts';
import { LdaptsDirectory } from '../../operator/ldap/ldapts-directory.ts';
import { changePassword } from '../../operator/ldap/password-change.ts';
import { mailbox, mailboxDn } from './support/mailbox.ts';
import { connectTo, Slapd, site, suffix } from './support/slapd.ts';

const initial = 'Kx7m-Qp4r-Wt9h-Zc3e';
const { minLength, history } = site.passwords;

/** What production's start script sets; the module that counts classes is not in every slapd. */
const production = directoryConfig(site)['policies.ldif'] ?? '';
const inProduction = (name: string) => new RegExp(`^${name}: .*$`, 'm').exec(production)?.[0] ?? '';
const policy = `pwdMinLength: ${minLength}
pwdInHistory: ${history}
pwdCheckQuality: 2
pwdMustChange: TRUE
pwdAllowUserChange: TRUE
${['pwdLockout', 'pwdMaxFailure', 'pwdLockoutDuration'].map(inProduction).join('\n')}
`;

describe("a person's own change of password", () => {
  let slapd: Slapd;
  let directory: LdaptsDirectory;
  let ca: string;
  let dn: string;
  let count = 0;

  beforeAll(async () => {
    slapd = await Slapd.start({ editTree: (tree) => tree.replace('cn: people\n', `cn: people\n${policy}`) });
    directory = new LdaptsDirectory(new Connection(connectTo(slapd)), suffix);
    ca = await slapd.ca();
  }, 30_000);
  afterAll(async () => {
    await directory?.close();
    await slapd?.stop();
  });
  beforeEach(async () => {
    count += 1;
    const uid = `person${count}`;
    dn = mailboxDn(uid);
    await directory.add(dn, mailbox(uid, { userPassword: [hashPassword(initial)], pwdReset: ['TRUE'] }));
  });

  const change = async (current: string, wanted: string) => {
    const tlsOptions = { ca, servername: 'localhost' };
    const client = new Client({ url: `ldaps://127.0.0.1:${slapd.port}`, tlsOptions });
    try {
      await changePassword(client, dn, current, wanted);
    } finally {
      await client.unbind();
    }
  };

  it('sets the new password; the first one is refused from then on', async () => {
    await change(initial, 'Tốt-Lành-17');
    await expect(change(initial, 'Other-Passw0rd')).rejects.toMatchObject({ reason: 'wrong' });
    await change('Tốt-Lành-17', 'Other-Passw0rd');
  });

  it.each(['', 'wrong', `${initial} `])('is refused with the current password "%s"', async (current) => {
    await expect(change(current, 'Tốt-Lành-17')).rejects.toMatchObject({ reason: 'wrong' });
  });

  it('works after any number of wrong ones: a stranger locks nobody out, the operator does', async () => {
    for (let guess = 0; guess < 30; guess += 1)
      await expect(change(`wrong ${guess}`, 'Other-Passw0rd')).rejects.toMatchObject({ reason: 'wrong' });
    await change(initial, 'Tốt-Lành-17');
    const lock = { attribute: 'pwdAccountLockedTime', values: [lockedForGood] };
    await directory.modify(dn, `person${count}`, [lock]);
    await expect(change('Tốt-Lành-17', 'Other-Passw0rd')).rejects.toMatchObject({ reason: 'wrong' });
  });

  it('another one from the operator unlocks in slapd, which the operator has to undo', async () => {
    const owner = `person${count}`;
    const lock = { attribute: 'pwdAccountLockedTime', values: [lockedForGood] };
    const isLocked = async () =>
      (await directory.snapshot()).some(
        (entry) => entry.dn === dn && 'pwdAccountLockedTime' in entry.attributes,
      );
    await directory.modify(dn, owner, [lock]);
    const given = [
      { attribute: 'userPassword', values: [hashPassword('Other-Passw0rd')] },
      { attribute: 'pwdReset', values: ['TRUE'] },
    ];
    await directory.modify(dn, owner, [...given, lock]);
    expect(await isLocked()).toBe(false);
    await directory.modify(dn, owner, [lock]);
    expect(await isLocked()).toBe(true);
  });

  it('says that a password is too short', async () => {
    await expect(change(initial, 'Sh0rt-p')).rejects.toMatchObject({ reason: 'short' });
  });

  it('says that a password was used before', async () => {
    await change(initial, 'Tốt-Lành-17');
    await change('Tốt-Lành-17', 'Other-Passw0rd');
    await expect(change('Other-Passw0rd', 'Tốt-Lành-17')).rejects.toMatchObject({ reason: 'used' });
  });
});
