/**
 * Several Dovecots with real mail: who logs in is led to the right one, letters arrive there, and an organization is moved while its
 * mail keeps coming: every letter that was taken is there once.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTransport } from 'nodemailer';
import { ports } from '../../charts/endpoints.ts';
import { annotation } from '../../operator/api/resource.ts';
import { attribute } from '../../operator/core/layout.ts';
import { accountOf, first } from '../../operator/core/observed.ts';
import { hostOf } from '../../operator/core/shards.ts';
import { hashPassword } from '../../operator/credentials/ssha512.ts';
import { MemoryCluster } from '../../operator/kube/memory-cluster.ts';
import { Connection } from '../../operator/ldap/connection.ts';
import { LdaptsDirectory } from '../../operator/ldap/ldapts-directory.ts';
import { MemoryNotices } from '../../operator/mail/memory-notices.ts';
import type { DirectoryEntry } from '../../operator/ports.ts';
import { MailWorker } from '../../operator/reconcile/mail-worker.ts';
import { runPass } from '../../operator/reconcile/pass.ts';
import { RememberedDirectory } from '../../operator/reconcile/remembered-directory.ts';
import { eventually } from '../e2e/support/eventually.ts';
import { ShardPods, servicePassword } from './support/shard-pods.ts';
import { connectTo, Slapd, suffix, site as whole } from './support/slapd.ts';

const site = { ...whole, storage: { ...whole.storage, shards: 2 } };
const [namespace = ''] = site.namespaces.accounts;
const password = 'Mat-khau-2026';
const cluster = new MemoryCluster();
const failures: string[] = [];
let slapd: Slapd;
let directory: RememberedDirectory;
let pods: ShardPods;
let mail: MailWorker;

beforeAll(async () => {
  slapd = await Slapd.start();
  await slapd.kill();
  for (const name of ['dovecot', 'postfix']) await slapd.setPassword(name, servicePassword);
  await slapd.resume();
  directory = new RememberedDirectory(new LdaptsDirectory(new Connection(connectTo(slapd)), suffix));
  pods = await ShardPods.start(site, slapd);
  mail = new MailWorker({
    store: (shard) => pods.store(shard),
    directory,
    sessions: (shard) => pods.sessionsAt(shard),
    clock: () => new Date(),
    onChange: () => undefined,
    onStep: ({ kind, account }, error) => {
      if (error !== undefined) failures.push(`${kind} ${account}: ${error.message}`);
    },
  });
}, 240_000);
afterAll(async () => {
  await mail?.stop();
  await directory?.close();
  await pods?.end();
  await slapd?.stop();
}, 30_000);

async function pass(): Promise<void> {
  mail.due();
  directory.forget();
  await runPass({
    site,
    cluster,
    directory,
    mail,
    sessions: pods.sessions,
    notices: new MemoryNotices(),
    clock: () => new Date(),
    report: {
      orphans: () => undefined,
      held: () => undefined,
      planned: () => undefined,
      failure: (what, error) => failures.push(`${what}: ${error.message}`),
    },
  });
  await mail.idle();
}

async function entryOf(address: string): Promise<DirectoryEntry> {
  directory.forget();
  const found = (await directory.snapshot()).find((entry) => first(entry, 'mail') === address);
  if (found === undefined) throw new Error(`nobody has ${address}`);
  return found;
}

/** As if everybody had changed the first password to the same one. */
async function settlePasswords(): Promise<void> {
  for (const { dn, attributes } of await directory.snapshot())
    if (attributes['mail'] !== undefined)
      await directory.modify(dn, attributes[attribute.ownerUid]?.[0] ?? '', [
        { attribute: 'userPassword', values: [hashPassword(password)] },
        { attribute: 'pwdReset', values: [] },
      ]);
}

const transport = () =>
  createTransport({
    host: pods.postfix,
    port: ports.smtp.container,
    tls: { ca: pods.ca, servername: site.hosts.mail },
    pool: true,
  });

type Transport = ReturnType<typeof transport>;

/** Hands a letter in from outside. @returns its Message-ID once Postfix has taken it */
async function send(by: Transport, to: string, name: string): Promise<string> {
  const messageId = `<${name}@vp.example.vn>`;
  await by.sendMail({ from: 'vp@vp.example.vn', to, subject: name, text: `Công văn ${name}`, messageId });
  return messageId;
}

/** UID and Message-ID of every letter in the inbox. */
function inboxOf(address: string): Promise<readonly (readonly [uid: number, id: string])[]> {
  return pods.imap(address, password, async (client) => {
    await client.mailboxOpen('INBOX');
    const exists = client.mailbox !== false && client.mailbox.exists > 0;
    const letters = exists ? await client.fetchAll('1:*', { envelope: true, uid: true }) : [];
    return letters.map(({ uid, envelope }) => [uid, envelope?.messageId ?? ''] as const);
  });
}

const [binh, ha, so, an] = [
  'ntbinh@soctrang.gov.vn',
  'tttha@soctrang.gov.vn',
  'sotttt@soctrang.gov.vn',
  'lvan@soctrang.gov.vn',
];

describe('a site with two Dovecots', () => {
  it('gives each new organization the one that has less, and its mailboxes with it', async () => {
    const organization = (name: string, spec: object) =>
      cluster.apply({ kind: 'Organization', name, namespace, spec });
    organization('so-tttt', { name: 'Sở Thông tin và Truyền thông' });
    organization('so-y-te', { name: 'Sở Y tế' });
    const mailbox = (name: string, spec: object) => cluster.apply({ kind: 'Mailbox', name, namespace, spec });
    const person = (name: string, fullName: string, of: string) =>
      mailbox(name, { organizationRef: { name: of }, type: 'Personal', person: { fullName } });
    person('binh', 'Nguyễn Thanh Bình', 'so-tttt');
    person('ha', 'Trần Thị Thu Hà', 'so-tttt');
    person('an', 'Lê Văn An', 'so-y-te');
    mailbox('so', {
      organizationRef: { name: 'so-tttt' },
      type: 'Organization',
      delegates: [{ mailboxRef: { name: 'binh' }, rights: ['Read', 'Write'] }],
    });
    for (let count = 0; count < 3; count += 1) await pass();
    const hosts = await Promise.all([binh, ha, so, an].map(async (one) => hostOf(await entryOf(one))));
    expect(hosts).toEqual(['dovecot-0', 'dovecot-0', 'dovecot-0', 'dovecot-1']);
    await settlePasswords();
  });

  it('leads who logs in to the right one, and nobody without the password', async () => {
    for (const one of [binh, an]) expect(await inboxOf(one)).toEqual([]);
    await expect(pods.imap(binh, 'another', async () => undefined)).rejects.toThrow();
  });

  it('delivers to each where it is', async () => {
    const by = transport();
    const sent = await Promise.all([binh, an].map((to, index) => send(by, to, `first-${index}`)));
    by.close();
    for (const [index, address] of [binh, an].entries())
      await eventually(20_000, async () =>
        expect((await inboxOf(address)).map(([, id]) => id)).toEqual([sent[index]]),
      );
  });
});

it('is moved while mail keeps arriving, and nothing is lost or doubled', async () => {
  const by = transport();
  const before = await inboxOf(binh);
  const taken = new Map<string, string[]>([binh, ha, so].map((address) => [address, []]));
  let going = true;
  const sending = (async () => {
    for (let count = 0; going; count += 1)
      for (const [address, ids] of taken) {
        const id = await send(by, address, `moving-${address.split('@')[0]}-${count}`).catch(() => undefined);
        if (id !== undefined) ids.push(id);
      }
  })();
  cluster.apply({
    kind: 'Organization',
    name: 'so-tttt',
    namespace,
    spec: { name: 'Sở Thông tin và Truyền thông' },
    annotations: { [annotation.shard]: 'dovecot-1' },
  });
  await eventually(150_000, async () => {
    await pass();
    for (const address of taken.keys()) {
      const entry = await entryOf(address);
      const state = { host: hostOf(entry), move: first(entry, attribute.mailMove), failures };
      expect(state).toEqual({ host: 'dovecot-1', move: undefined, failures });
    }
  });
  going = false;
  await sending;
  by.close();
  for (const [address, ids] of taken) {
    expect(ids.length).toBeGreaterThan(0);
    const known = address === binh ? before.map(([, id]) => id) : [];
    await eventually(60_000, async () => {
      await pods.flush();
      expect((await inboxOf(address)).map(([, id]) => id).sort()).toEqual([...known, ...ids].sort());
    });
    expect(pods.holds('dovecot-0', accountOf(await entryOf(address)))).toBe(false);
  }
  expect((await inboxOf(binh)).slice(0, before.length)).toEqual(before);
}, 300_000);
