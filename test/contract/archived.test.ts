/** A mailbox is archived, removed and restored on a real slapd: its schema, constraints and rights allow every step. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { dnKey } from '../../operator/core/dn.ts';
import { rfc3339 } from '../../operator/core/time.ts';
import { MemoryMailStore } from '../../operator/dovecot/memory-mail-store.ts';
import { MemorySessions } from '../../operator/dovecot/memory-sessions.ts';
import { MemoryCluster } from '../../operator/kube/memory-cluster.ts';
import { Connection } from '../../operator/ldap/connection.ts';
import { LdaptsDirectory } from '../../operator/ldap/ldapts-directory.ts';
import { MailWorker } from '../../operator/reconcile/mail-worker.ts';
import { RememberedDirectory } from '../../operator/reconcile/remembered-directory.ts';
import { quietPass } from '../support/quiet-pass.ts';
import { connectTo, Slapd, site, suffix } from './support/slapd.ts';

const namespace = 'soc-trang-accounts';
const letters = ['Công văn số 17', 'Giấy mời họp'];
const cluster = new MemoryCluster();
const store = new MemoryMailStore(() => rfc3339(now));
const steps: string[] = [];
let now = new Date('2026-11-21T00:00:00Z');
let slapd: Slapd;
let directory: RememberedDirectory;
let mail: MailWorker;

beforeAll(async () => {
  slapd = await Slapd.start();
  directory = new RememberedDirectory(new LdaptsDirectory(new Connection(connectTo(slapd)), suffix));
  mail = new MailWorker({
    store: () => store,
    directory,
    sessions: () => new MemorySessions(),
    clock: () => now,
    onChange: () => undefined,
    onStep: ({ kind }, error) => steps.push(error === undefined ? kind : `${kind}: ${error.message}`),
  });
}, 30_000);
afterAll(async () => {
  await mail?.stop();
  await directory?.close();
  await slapd?.stop();
});

function apply(name: string, fullName: string, deletionPolicy: string): string {
  const spec = {
    organizationRef: { name: 'so' },
    type: 'Personal',
    person: { fullName, id: name },
    deletionPolicy,
  };
  return cluster.apply({ kind: 'Mailbox', name, namespace, spec }).metadata.uid;
}

/** As many passes and steps as anything here takes. */
async function settle(days = 0): Promise<void> {
  now = new Date(now.getTime() + days * 86_400_000);
  for (let count = 0; count < 8; count += 1) {
    mail.due();
    directory.forget();
    await quietPass({ site, cluster, directory, mail, clock: () => now });
    await mail.idle();
  }
}

async function entry(uid: string, folder = 'mailboxes') {
  directory.forget();
  const key = dnKey(`uid=${uid},ou=${folder},${suffix}`);
  return (await directory.snapshot()).find(({ dn }) => dnKey(dn) === key)?.attributes;
}

it('goes into the archive and comes back from it, under its address', async () => {
  cluster.apply({ kind: 'Organization', name: 'so', namespace, spec: { name: 'Sở Y tế' } });
  apply('other', 'Lê Văn An', 'Retain');
  const archived = apply('binh', 'Nguyễn Thanh Bình', 'Archive');
  const deleted = apply('ha', 'Trần Thị Thu Hà', 'Delete');
  await settle();
  const address = (await entry(archived))?.['mail'];
  for (const uid of [archived, deleted]) store.mail.set(uid, letters);
  for (const name of ['binh', 'ha']) cluster.delete('Mailbox', namespace, name);
  await settle();
  expect(await entry(archived)).toMatchObject({
    hopThuStatus: ['Closed'],
    hopThuDeletionPolicy: ['Archive'],
  });
  await settle(site.retention.graceDays + 1);
  expect(steps.toSorted()).toEqual(['archive', 'discard', 'mark', 'remove']);
  expect([...store.mail.keys()]).toEqual([]);
  for (const uid of [archived, deleted]) expect(await entry(uid)).toBeUndefined();
  expect(await entry(archived, 'held')).toMatchObject({ mail: address, employeeNumber: ['binh'] });
  const again = apply('binh', 'Nguyễn Thanh Bình', 'Archive');
  await settle();
  expect(store.mail.get(archived)).toEqual(letters);
  expect(await entry(archived)).toMatchObject({
    hopThuStatus: ['Active'],
    hopThuOwnerUID: [again],
    mail: address,
  });
  expect(await entry(archived, 'held')).not.toHaveProperty('hopThuArchive');
});

it('is forgotten with its archive at the end of the retention, and its address goes on being held', async () => {
  const uid = apply('lan', 'Phạm Thị Lan', 'Archive');
  await settle();
  cluster.delete('Mailbox', namespace, 'lan');
  await settle();
  await settle(site.retention.graceDays + 1);
  steps.length = 0;
  await settle(site.retention.archiveDays - 1);
  expect(await entry(uid, 'held')).toMatchObject({ cn: ['Phạm Thị Lan'] });
  steps.length = 0;
  await settle(2);
  expect(steps.filter((step) => step.startsWith('expire') || step.startsWith('purge'))).toEqual([
    'expire',
    'purge',
  ]);
  const held = await entry(uid, 'held');
  expect(held).toMatchObject({ hopThuResource: [`${namespace}/lan`] });
  for (const name of ['hopThuArchive', 'cn', 'o', 'mail', 'employeeNumber'])
    expect(held).not.toHaveProperty(name);
  expect([...store.archives.keys()]).not.toContain(uid);
});
