/** `hopthu restore mailbox`: mail of a backup beside the living mailbox, in folders of its own, never over it. */
import { shardNamed } from '../../charts/shards.ts';
import { inVietnam, parseTime } from '../backup/snapshots.ts';
import { withWorkPod } from '../backup/work-pod.ts';
import { Failed } from '../failure.ts';
import { loadKubeConfig } from '../kube.ts';
import { readAccount } from '../mailbox-account.ts';
import { readFromPod } from '../pod-script.ts';
import { loadSite, siteOfNamespace } from '../site.ts';

export type RestoreMailboxOptions = {
  readonly namespace?: string;
  readonly site?: string;
  readonly context?: string;
  readonly at?: string;
  readonly folder?: string;
};

/** Milliseconds for Dovecot to take a mailbox in. */
const deadline = 2 * 3_600_000;

/**
 * @throws Failed where there is no such mailbox or backup, or not everything came in; what came in stays
 */
export async function restoreMailbox(name: string, options: RestoreMailboxOptions): Promise<void> {
  const config = loadKubeConfig(options.context);
  const namespace =
    options.namespace ?? config.getContextObject(config.getCurrentContext())?.namespace ?? 'default';
  const site = options.site === undefined ? siteOfNamespace(namespace) : loadSite(options.site);
  const { namespaces } = site;
  const { account, address, shard: host } = await readAccount(config, namespace, name);
  const shard = shardNamed(site, host);
  const at = options.at === undefined ? [] : [parseTime(options.at)];
  const dovecot = { namespace: namespaces.mail, pod: shard.pod, container: 'dovecot', deadline };
  const doveadm = (...args: readonly string[]) =>
    readFromPod(config, { ...dovecot, command: ['doveadm', ...asAdministrator, ...args] });
  const pod = { namespace: namespaces.mail, cronJob: 'restore-mail', shard } as const;
  await withWorkPod(config, pod, async (work) => {
    const [unpacked = '', time = ''] = (await work(['unpack', account, ...at])).trim().split(' ');
    try {
      const folder = await freeFolder(doveadm, address, `Khôi phục/${inVietnam(time).replace(':', 'h')}`);
      const query = options.folder === undefined ? ['ALL'] : ['mailbox', options.folder];
      await doveadm('import', '-s', '-u', address, `maildir:${unpacked}/Maildir`, folder, ...query);
      const restored = await messagesIn(doveadm, address, folder);
      if (restored === 0 && options.folder !== undefined)
        throw new Failed(`the backup of ${inVietnam(time)} has no message in folder ${options.folder}`);
      console.log(`${restored} messages of ${inVietnam(time)} are in ${address}, folder ${folder}`);
    } finally {
      await work(['remove', unpacked]);
    }
  });
}

/**
 * What delegates' namespaces have in common (dovecot.conf) is not meant for the backup's, which takes the defaults too; and
 * an administrator adds to a mailbox whatever its owner may do with it (R38).
 */
const asAdministrator = [
  ...['-o', 'namespace_type=private'],
  ...['-o', 'namespace_subscriptions=yes'],
  ...['-o', 'mail_plugins/acl=no'],
];

type Doveadm = (...args: readonly string[]) => Promise<string>;

/** A folder that is not there yet: what was restored before stays as it is. */
async function freeFolder(doveadm: Doveadm, address: string, wanted: string): Promise<string> {
  const all = await doveadm('mailbox', 'list', '-u', address);
  const taken = (folder: string) =>
    all.split('\n').some((line) => line === folder || line.startsWith(`${folder}/`));
  let folder = wanted;
  for (let count = 2; taken(folder); count += 1) folder = `${wanted} (${count})`;
  return folder;
}

async function messagesIn(doveadm: Doveadm, address: string, folder: string): Promise<number> {
  const lines = await doveadm('-f', 'tab', 'mailbox', 'status', '-u', address, 'messages', `${folder}/*`);
  const counts = lines
    .split('\n')
    .slice(1)
    .map((line) => Number(line.split('\t').at(-1)));
  return counts.reduce((sum, count) => sum + (Number.isNaN(count) ? 0 : count), 0);
}
