/** Taking over an account that somebody else made, on a real slapd: passes of the operator over resources in memory. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'ldapts';
import { attribute, nobody } from '../../operator/core/layout.ts';
import { Conflict } from '../../operator/errors.ts';
import { Connection } from '../../operator/ldap/connection.ts';
import { LdaptsDirectory } from '../../operator/ldap/ldapts-directory.ts';
import type { MemoryDirectory } from '../../operator/ldap/memory-directory.ts';
import { Province } from '../support/province.ts';
import { at, mailboxDn } from './support/mailbox.ts';
import { connectTo, Slapd, site, suffix } from './support/slapd.ts';

const password = 'of-the-former-system';
/** As OpenLDAP's own {SHA} has it: a scheme that we never make. */
const hash = `{SHA}${createHash('sha1').update(password).digest('base64')}`;
const dn = mailboxDn('ntbinh');

let slapd: Slapd;
let directory: LdaptsDirectory;

beforeAll(async () => {
  slapd = await Slapd.start();
  directory = new LdaptsDirectory(new Connection(connectTo(slapd)), suffix);
  await directory.add(dn, {
    objectClass: ['inetOrgPerson'],
    cn: ['Nguyen Thanh Binh'],
    sn: ['Nguyen'],
    mail: [at('ntbinh')],
    description: ['kept'],
    userPassword: [hash],
  });
}, 30_000);
afterAll(async () => {
  await directory?.close();
  await slapd?.stop();
});

async function logsIn(): Promise<boolean> {
  const tlsOptions = { ca: await slapd.ca(), servername: 'localhost' };
  const client = new Client({ url: `ldaps://127.0.0.1:${slapd.port}`, tlsOptions });
  const result = await client.bind(dn, password).then(
    () => true,
    () => false,
  );
  await client.unbind();
  return result;
}

describe('an entry that nobody owns', () => {
  it('is taken over with its password when the plan is approved', async () => {
    const province = new Province(site, directory as unknown as MemoryDirectory);
    province.organization('so-y-te', { name: 'Sở Y tế' });
    province.cluster.apply({
      kind: 'Mailbox',
      name: 'binh',
      namespace: province.namespace,
      annotations: { 'hopthu.io/adopt': dn },
      spec: {
        organizationRef: { name: 'so-y-te' },
        type: 'Personal',
        person: { fullName: 'Nguyễn Thanh Bình' },
      },
    });
    await province.settle();
    province.expectReady('binh', 'False', 'AwaitingApproval', /name Nguyen Thanh Binh → Nguyễn Thanh Bình/);
    const message = province.status('binh').conditions?.[0]?.message ?? '';
    province.cluster.annotateSite({
      'hopthu.io/approve-plan': /approve-plan=([0-9a-f]+)/.exec(message)?.[1] ?? '',
    });
    await province.settle();
    province.expectReady('binh', 'True', 'Active', /^ntbinh@/);
    const dump = await slapd.dump();
    expect(dump).toContain('description: kept');
    expect(dump).toContain(Buffer.from(hash).toString('base64'));
    expect(await logsIn()).toBe(true);
  });

  it('is taken once: who comes later is refused, whatever it read', async () => {
    for (const uid of ['another', '00000000-0000-4000-8000-000000000002']) {
      const owner = { attribute: attribute.ownerUid, values: [uid] };
      await expect(directory.modify(dn, nobody, [owner])).rejects.toThrow(Conflict);
    }
  });
});
