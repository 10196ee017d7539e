/** Mail under its quota, and what becomes of it when a mailbox is deleted and comes back (R24, R30, R37). */
import { describe, expect, it } from '@jest/globals';
import { daNang as site } from '../support/sites.ts';
import { inAccounts } from './support/cluster.ts';
import { attributeOf, inMail, modifyByHand, restartOperator } from './support/directory.ts';
import { eventually } from './support/eventually.ts';
import { Person } from './support/person.ts';
import { apply, field, fresh, people, personSpec, ready } from './support/resources.ts';

const fullName = 'Đinh Văn Lưu';

async function personWithMail(name: string, more: object = {}): Promise<Person> {
  const { [name]: person } = await people(site, { [name]: fullName }, more);
  if (person === undefined) throw new Error('nobody');
  await person.send({
    to: person.address,
    subject: 'Công văn số 17',
    attachment: Buffer.alloc(3 * 2 ** 20, 'x'),
  });
  await person.receive('Công văn số 17');
  return person;
}

async function deleteMailbox(name: string): Promise<void> {
  await inAccounts(site, ['delete', 'mailbox', name, '--wait=false']);
  await inAccounts(site, ['wait', '--for=delete', `mailbox/${name}`, '--timeout=60s']);
}

/** In the container that alone reaches the archives. */
const inStore = (...args: readonly string[]) =>
  inMail(site, 'exec', 'dovecot-0', '-c', 'store', '--', ...args);

describe('a quota', () => {
  it('is shown with what is used of it, and may be lowered below that: nothing is lost, no more is taken', async () => {
    const name = fresh('store-quota');
    const person = await personWithMail(name);
    await restartOperator(site);
    await eventually(30_000, async () =>
      expect(await field(site, `mailbox/${name}`, '.status.quota.used')).toMatch(/^[45]Mi$/),
    );
    await apply(site, 'Mailbox', name, personSpec(fullName, { quota: '1Mi' }));
    await inAccounts(site, ['wait', `mailbox/${name}`, '--for=condition=OverQuota', '--timeout=20s']);
    await ready(site, `mailbox/${name}`);
    expect((await person.quota()).limit).toBe(2 ** 20);
    await expect(person.send({ to: person.address, subject: 'Thêm nữa' })).rejects.toMatchObject({
      responseCode: 552,
    });
    expect(await person.receive('Công văn số 17')).toContain('van-ban.bin');
    await apply(site, 'Mailbox', name, personSpec(fullName, { quota: '50Mi' }));
    await eventually(20_000, async () =>
      expect(await field(site, `mailbox/${name}`, '.status.conditions[*].type')).toBe('Ready'),
    );
    await person.send({ to: person.address, subject: 'Thêm nữa' });
  });
});

describe('a deleted mailbox', () => {
  it('keeps its mail under Retain, and has it back with its address when it is created again', async () => {
    const name = fresh('store-retain');
    const person = await personWithMail(name);
    await deleteMailbox(name);
    // A password that Dovecot remembers for some seconds opens nothing, but is refused otherwise.
    await eventually(15_000, () =>
      expect(person.imap(async () => 'in')).rejects.toMatchObject({ authenticationFailed: true }),
    );
    await restartOperator(site);
    await apply(site, 'Mailbox', name, personSpec(fullName));
    await ready(site, `mailbox/${name}`);
    expect(await field(site, `mailbox/${name}`, '.status.address')).toBe(person.address);
    await eventually(20_000, () => person.receive('Công văn số 17'));
  });

  it('with Archive is archived and removed after its grace, its address being held, and can be restored', async () => {
    const name = fresh('store-archive');
    const spec = personSpec(fullName, { deletionPolicy: 'Archive' });
    const person = await personWithMail(name, { deletionPolicy: 'Archive' });
    const dn = await field(site, `mailbox/${name}`, '.status.entry');
    const [, account = ''] = /^uid=([^,]+),/.exec(dn) ?? [];
    const held = dn.replace('ou=mailboxes', 'ou=held');
    await deleteMailbox(name);
    expect(await inStore('ls', `/srv/vmail/${account}`)).toContain('Maildir');
    await modifyByHand(site, dn, ['replace: hopThuStatusSince', 'hopThuStatusSince: 20200101000000Z']);
    await restartOperator(site);
    await eventually(60_000, () => expect(attributeOf(site, dn, 'uid')).rejects.toThrow(/No such object/));
    expect(await inStore('tar', '--list', '--file', `/srv/archive/${account}.tar`)).toContain('./Maildir/');
    await expect(inStore('ls', `/srv/vmail/${account}`)).rejects.toThrow(/No such file/);
    expect(await attributeOf(site, held, 'hopThuArchive')).toEqual([
      expect.stringMatching(/ 1 \d+ [0-9a-f]{64} removed$/),
    ]);
    expect((await attributeOf(site, held, 'hopThuHeldAddress')).join()).toContain(person.address);
    await apply(site, 'Mailbox', name, spec);
    await ready(site, `mailbox/${name}`);
    expect(await field(site, `mailbox/${name}`, '.status.address')).toBe(person.address);
    const again = await Person.settled(site, name);
    expect(await again.receive('Công văn số 17')).toContain('van-ban.bin');
  });

  it('with Delete is gone after its grace, and its mail with it', async () => {
    const name = fresh('store-delete');
    await personWithMail(name, { deletionPolicy: 'Delete' });
    const dn = await field(site, `mailbox/${name}`, '.status.entry');
    const [, account = ''] = /^uid=([^,]+),/.exec(dn) ?? [];
    await deleteMailbox(name);
    await modifyByHand(site, dn, ['replace: hopThuStatusSince', 'hopThuStatusSince: 20200101000000Z']);
    await restartOperator(site);
    await eventually(60_000, () => expect(attributeOf(site, dn, 'uid')).rejects.toThrow(/No such object/));
    await expect(inStore('ls', `/srv/vmail/${account}`)).rejects.toThrow(/No such file/);
    await expect(inStore('ls', `/srv/archive/${account}.tar`)).rejects.toThrow(/No such file/);
  });
});
