#!/usr/bin/env node
/**
 * `node test/upgrade/make.ts FOLDER`, at each release: a filled site as this release leaves it, for the releases after it to
 * start on (test/contract/upgrade.test.ts). Needs slapd, and podman or docker.
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { dovecotConfig } from '../../charts/components/dovecot-config.ts';
import { directoryConfig } from '../../charts/directory-config.ts';
import { type Manifest, MemoryCluster } from '../../operator/kube/memory-cluster.ts';
import { Connection } from '../../operator/ldap/connection.ts';
import { LdaptsDirectory } from '../../operator/ldap/ldapts-directory.ts';
import { account, DovecotPod } from '../contract/support/dovecot-pod.ts';
import { connectTo, Slapd, site, suffix } from '../contract/support/slapd.ts';
import { quietPass } from '../support/quiet-pass.ts';

const root = join(import.meta.dirname, '../..');
const namespace = 'soc-trang-accounts';
const crds = readdirSync(join(root, 'crds')).filter((file) => file.endsWith('.yaml'));

type Document = { kind: Manifest['kind']; metadata: { name: string; namespace: string }; spec: object };

/** The samples, and what happens to mailboxes in time: an alias, another address, a delegate, a suspension, a deletion. */
async function live(cluster: MemoryCluster, settle: () => Promise<void>): Promise<void> {
  const folder = join(root, 'crds/samples', site.name);
  for (const file of readdirSync(folder).sort())
    for (const text of parseAllDocuments(readFileSync(join(folder, file), 'utf8'))) {
      const { kind, metadata, spec } = text.toJS() as Document;
      cluster.apply({ kind, ...metadata, spec });
    }
  await settle();
  const change = (name: string, more: object) => {
    const { spec } = cluster.get('Mailbox', namespace, name) ?? {};
    cluster.apply({ kind: 'Mailbox', name, namespace, spec: { ...(spec as object), ...more } });
  };
  change('nguyen-thanh-binh', { aliases: ['binh.nguyen'], quota: '1Gi' });
  change('nguyen-thanh-binh-cb123', { state: 'Suspended' });
  change('doan-van-thong', { localPart: 'thong' });
  change('so-tttt', {
    delegates: [{ mailboxRef: { name: 'nguyen-thanh-binh' }, rights: ['Read', 'Write', 'SendAs'] }],
  });
  await settle();
  cluster.delete('Mailbox', namespace, 'nguyen-thanh-binh-cb214');
  await settle();
}

const letter = (number: number) =>
  `From: nguoi-gui@example.vn\\r\\nTo: binh@${site.domain}\\r\\nSubject: Công văn số ${number}\\r\\nMessage-ID: <${number}@example.vn>\\r\\n\\r\\nKính gửi: Sở Nội vụ\\r\\n`;

/** Letters in two folders, read and unread, a filter, and indexes of all of it; beside it what Dovecot says of them. */
async function makeMail(folder: string): Promise<void> {
  const pod = await DovecotPod.start(dovecotConfig(site, { host: 'localhost', port: 636 }));
  const user = `-u ${account}`;
  try {
    for (let number = 1; number <= 4; number += 1)
      await pod.sh(`printf '${letter(number)}' | doveadm save ${user} -m INBOX`);
    await pod.sh(`doveadm mailbox create ${user} -s 'Việc riêng'`);
    await pod.sh(`doveadm move ${user} 'Việc riêng' mailbox INBOX uid 3`);
    await pod.sh(`doveadm flags add ${user} '\\Seen \\Flagged' mailbox INBOX uid 2`);
    await pod.sh(`printf 'keep;\\n' | doveadm sieve put ${user} -a mine`);
    await pod.sh(`doveadm index ${user} '*'`);
    copyFileSync(await pod.save(), join(folder, 'mail.tar.gz'));
    writeFileSync(
      join(folder, 'mail.json'),
      `${JSON.stringify(JSON.parse(await pod.letters()), undefined, 2)}\n`,
    );
  } finally {
    await pod.end();
  }
}

async function make(folder: string): Promise<void> {
  for (const name of ['openldap', 'crds']) mkdirSync(join(folder, name), { recursive: true });
  const config = directoryConfig({ ...site, directory: { ...site.directory, replicas: 1 } });
  for (const name of ['slapd.conf', 'acl.conf', 'hopthu.schema'])
    writeFileSync(join(folder, 'openldap', name), config[name] ?? '');
  for (const file of crds) copyFileSync(join(root, 'crds', file), join(folder, 'crds', file));
  const slapd = await Slapd.start();
  const directory = new LdaptsDirectory(new Connection(connectTo(slapd)), suffix);
  const cluster = new MemoryCluster();
  const pass = () => quietPass({ site, cluster, directory });
  try {
    await live(cluster, async () => {
      for (let result = await pass(); result.changes.length > 0 || result.again; ) result = await pass();
    });
    writeFileSync(join(folder, 'openldap/directory.ldif'), `${await slapd.dump()}\n`);
  } finally {
    await directory.close();
    await slapd.stop();
  }
  const { organizations, mailboxes } = await cluster.snapshot();
  writeFileSync(
    join(folder, 'resources.yaml'),
    stringify([...organizations, ...mailboxes], { aliasDuplicateObjects: false }),
  );
}

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('usage: node test/upgrade/make.ts FOLDER');
await make(folder);
await makeMail(folder);
