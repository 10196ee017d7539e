/** `hopthu adopt --from-ldap ldaps://…` as a person runs it, on a real slapd with more accounts than one page holds. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { run } from '../unit/cli/run.ts';
import { mailboxes } from './support/mailbox.ts';
import { firstPassword, operatorDn, Slapd, site } from './support/slapd.ts';

const people = 600;
/** As OpenLDAP's own {SHA} has it: a scheme that we never make. */
const hash = `{SHA}${createHash('sha1').update('of-the-former-system').digest('base64')}`;

/** Another one for each: names have no digits. */
const given = (number: number) => `A${String.fromCharCode(97 + Math.floor(number / 26), 97 + (number % 26))}`;

const ldif = Array.from({ length: people }, (_, number) =>
  [
    `dn: uid=person${number},${mailboxes}`,
    'objectClass: inetOrgPerson',
    `cn: Nguyen ${given(number)}`,
    'sn: Nguyen',
    'o: So Y te',
    `title: ${number === 0 ? 'Giam doc' : 'Chuyen vien'}`,
    `mail: person${number}@${site.domain}`,
    `userPassword: ${hash}`,
    '',
    '',
  ].join('\n'),
).join('');

let slapd: Slapd;
let folder: string;

beforeAll(async () => {
  slapd = await Slapd.start({ editTree: (tree) => `${tree.trimEnd()}\n\n${ldif}` });
  folder = await mkdtemp(join(tmpdir(), 'hopthu-live-'));
  await writeFile(join(folder, 'ca.crt'), await slapd.ca());
  await writeFile(join(folder, 'password'), `${firstPassword}\n`, { mode: 0o600 });
  await writeFile(join(folder, 'wrong'), 'not the password\n', { mode: 0o600 });
  await mkdir(join(folder, 'accounts/organizations'), { recursive: true });
  const organization = {
    apiVersion: 'hopthu.io/v1alpha1',
    kind: 'Organization',
    metadata: { name: 'so-y-te', namespace: 'soc-trang-accounts' },
    spec: { name: 'So Y te' },
  };
  await writeFile(join(folder, 'accounts/organizations/so-y-te.yaml'), JSON.stringify(organization));
}, 60_000);
afterAll(async () => {
  await slapd?.stop();
  await rm(folder, { recursive: true, force: true });
});

const at = (name: string) => join(folder, name);
const adopt = (password: string, ...more: readonly string[]) =>
  run([
    ...['adopt', '--site', 'soc-trang', '--from-ldap', `ldaps://localhost:${slapd.port}`],
    ...['--bind-dn', operatorDn, '--password-file', at(password), '-o', at('accounts'), ...more],
  ]);
const trusting = () => ['--ca-file', at('ca.crt')];

it('asks nobody whose certificate it does not know, and takes no refusal for an empty directory', async () => {
  const untrusted = await adopt('password');
  expect(untrusted).toMatchObject({ exitCode: 1, stdout: '' });
  expect(untrusted.stderr).toMatch(/cannot log in at localhost: .*(certificate|self-signed)/);
  const refused = await adopt('wrong', ...trusting());
  expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
  expect(refused.stderr).toMatch(/cannot log in at localhost/);
  const nowhere = await adopt('password', ...trusting(), '--base', 'dc=nowhere');
  expect(nowhere).toMatchObject({ exitCode: 1, stdout: '' });
  expect(nowhere.stderr).toMatch(/refuses to search dc=nowhere/);
  const wrong = await adopt('password', ...trusting(), '--filter', '(cn=');
  expect(wrong).toMatchObject({ exitCode: 2, stdout: '' });
  expect(await readdir(at('accounts'))).toEqual(['organizations']);
}, 60_000);

it('takes those that the filter names', async () => {
  const { stdout, exitCode } = await adopt(
    'password',
    ...trusting(),
    '--filter',
    '(title=Giam doc)',
    '--dry-run',
  );
  expect({ stdout, exitCode }).toEqual({
    stdout: `+ mailboxes/nguyen-aaa.yaml  Nguyen Aaa, takes over uid=person0,${mailboxes}\n1 new, 0 unchanged, 0 refused\n`,
    exitCode: 0,
  });
}, 30_000);

it('reads all pages, writes nothing to the directory, and lets the plan compare', async () => {
  const accounts = async () => (await slapd.dump()).split('\n\n').filter((entry) => entry.includes('person'));
  const before = await accounts();
  expect(before).toHaveLength(people);
  const saved = at('accounts.ldif');
  const { stdout, exitCode } = await adopt('password', ...trusting(), '--save-ldif', saved);
  expect({ exitCode, last: stdout.trimEnd().split('\n').at(-1) }).toEqual({
    exitCode: 0,
    last: `${people} new, 0 unchanged, 0 refused`,
  });
  expect(await accounts()).toEqual(before);
  expect(before[0]).toContain(Buffer.from(hash).toString('base64'));
  expect(await readFile(saved, 'utf8')).not.toMatch(/userPassword/i);
  const plan = await run([
    'plan',
    '-f',
    at('accounts'),
    '--base',
    await mkdtemp(join(folder, 'base-')),
    '--ldif',
    saved,
  ]);
  expect(plan.exitCode).toBe(3);
  expect(plan.stdout).toContain(`! ${people} accounts that nobody owns would be taken over`);
  expect(plan.stdout).toMatch(/person599@soctrang.gov.vn {2}Nguyen Axb \(So Y te\) {2}taken over: /);
}, 60_000);
