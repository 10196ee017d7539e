/** Another application logs people in at the directory, from outside the cluster, by the recipe of docs/applications.md (R6). */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { applicationAccount, serviceDn, suffixOf } from '../../operator/core/layout.ts';
import { ldapSecret } from '../../operator/core/secrets.ts';
import { socTrang as site } from '../support/sites.ts';
import { hostPort } from './support/cluster.ts';
import { inMail } from './support/directory.ts';
import { eventually } from './support/eventually.ts';
import { authorityOf, Person } from './support/person.ts';
import { apply, field, people, personSpec } from './support/resources.ts';

const program = join(import.meta.dirname, '../support/login.py');
const account = applicationAccount(site.applications[0]?.name ?? '');
const folder = mkdtempSync(join(tmpdir(), 'hopthu-ca-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** 0 lets in, 3 refuses; only people of one organization, where its abbreviation is given. */
async function login(address: string, password: string, ...group: readonly string[]) {
  const caFile = join(folder, 'ca.crt');
  writeFileSync(caFile, await authorityOf(site));
  const encoded = await inMail(site, 'get', 'secret', ldapSecret(account), '-o', 'jsonpath={.data.password}');
  const secret = Buffer.from(encoded, 'base64').toString();
  const url = `ldaps://localhost:${hostPort(site, 'ldaps')}`;
  const args = [program, url, caFile, suffixOf(site.domain), serviceDn(site.domain, account), ...group];
  const input = [secret, address, password].join('\n');
  const { exitCode, stderr } = await execa('/usr/bin/python3', args, { input, reject: false });
  if (exitCode !== 0 && exitCode !== 3) throw new Error(stderr);
  return exitCode;
}

it('lets an official in with the password of the mailbox, nobody with another, and nobody who is suspended', async () => {
  const { 'app-person': person } = await people(site, { 'app-person': 'Lý Thị Cổng' });
  if (!(person instanceof Person)) throw new Error('nobody');
  expect(await login(person.address, person.password)).toBe(0);
  expect(await login(person.address, 'Sai-Mat-Khau-1')).toBe(3);
  expect(await login(person.address.replace(site.domain, 'danang.gov.vn'), person.password)).toBe(3);
  const group = await field(site, 'organization/journey', '.status.abbreviation');
  await eventually(40_000, async () => expect(await login(person.address, person.password, group)).toBe(0));
  expect(await login(person.address, person.password, 'khac')).toBe(3);
  await apply(site, 'Mailbox', person.name, personSpec('Lý Thị Cổng', { state: 'Suspended' }));
  await eventually(10_000, async () => expect(await login(person.address, person.password)).toBe(3));
});
