/** `hopthu export-mail`: the letters of one mailbox, with checksums, for the archive (R38). */
import { PassThrough } from 'node:stream';
import { CustomObjectsApi, type KubeConfig } from '@kubernetes/client-node';
import { shardNamed } from '../charts/shards.ts';
import type { MailboxStatus } from '../operator/api/mailbox.ts';
import { group, plural, version } from '../operator/api/resource.ts';
import { mailRoot } from '../operator/core/layout.ts';
import { firstShard } from '../operator/core/shards.ts';
import { Failed } from './failure.ts';
import { callKube, loadKubeConfig } from './kube.ts';
import { makeFolder, sums, writeRecord } from './letters/record.ts';
import { lettersIn } from './letters/stream.ts';
import { runInPod } from './pod-script.ts';
import { loadSite, mailboxNamespace, siteOfNamespace } from './site.ts';

export type ExportMailOptions = {
  readonly output: string;
  readonly namespace?: string;
  readonly site?: string;
  readonly context?: string;
};

/** The pod, its container and what runs in it: charts/components/dovecot.ts. */
const container = 'store';
const script = ['/bin/bash', '/etc/hopthu/export', mailRoot];
/** Milliseconds for one account. */
const deadline = 3_600_000;

/** Writes the folder and says what is in it. @param now wall clock */
export async function exportMail(name: string, options: ExportMailOptions, now: Date): Promise<void> {
  const config = loadKubeConfig(options.context);
  const site = options.site === undefined ? undefined : loadSite(options.site);
  const namespace = mailboxNamespace(config, site, options.namespace);
  const of = site ?? siteOfNamespace(namespace);
  const { namespaces, title } = of;
  const {
    address = '',
    entry = '',
    shard = firstShard,
    conditions = [],
  } = await readStatus(config, namespace, name);
  const [, account] = /^uid=([^,]+),/.exec(entry) ?? [];
  if (account === undefined) throw new Failed(`Mailbox ${namespace}/${name} has no account yet`);
  makeFolder(options.output);
  const hold = conditions.find(({ type }) => type === 'LegalHold')?.message;
  const { pod } = shardNamed(of, shard);
  const out = new PassThrough();
  const command = [...script, account];
  const written = Promise.allSettled([
    writeRecord(options.output, lettersIn(out), [
      ['site', title],
      ['address', address],
      ['account', account],
      ['exported', now.toISOString()],
      ['legal hold', hold ?? ''],
    ]),
  ]);
  // What the script says of itself is told before what came of it.
  await runInPod(config, { namespace: namespaces.mail, pod, container, command, deadline }, out);
  const [record] = await written;
  if (record.status === 'rejected') throw record.reason;
  const { letters, bytes, sha256 } = record.value;
  console.log(`${letters} letters of ${address}, ${bytes} bytes, are in ${options.output}`);
  console.log(`SHA-256 of ${sums}: ${sha256}`);
  if (hold === undefined)
    console.error('hopthu: without a legal hold (spec.hold) letters may have gone before, or go after this');
}

async function readStatus(config: KubeConfig, namespace: string, name: string): Promise<MailboxStatus> {
  const api = config.makeApiClient(CustomObjectsApi);
  const found: unknown = await callKube(`reading Mailbox ${namespace}/${name}`, () =>
    api.getNamespacedCustomObject({ group, version, namespace, plural: plural.Mailbox, name }),
  );
  if (found === undefined)
    throw new Failed(`there is no Mailbox ${namespace}/${name}: see kubectl get mailboxes -n ${namespace}`);
  return ((found as { status?: MailboxStatus }).status ?? {}) as MailboxStatus;
}
