/** The pod in which mail is copied from another server, while the site file names one: `kubectl hopthu move-in` starts and ends it. */
import { ConfigMap } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { mailRoot } from '../../operator/core/layout.ts';
import type { Site } from '../../operator/core/site.ts';
import { renderFile } from '../config/render.ts';
import { cronJob } from '../cron-job.ts';
import { type Shard, shardsOf } from '../shards.ts';
import { type Context, labels, volume } from '../workload.ts';

const part = 'moving';
const name = 'move-in';
const folder = '/etc/hopthu-moving';
/** Dovecot's user, whose files these are. */
const uid = 5000;

/** What the pod finds in /etc/hopthu-moving: the script, a configuration per server, and names of folders. */
export function movingConfig({ moving }: Site): Readonly<Record<string, string>> {
  const servers = moving.from.flatMap(({ host, port, tls, authority }) => {
    const file = authority === undefined ? '/etc/ssl/certs/ca-certificates.crt' : `${folder}/${host}.pem`;
    const config = renderFile('moving/dovecot.conf', { host, port, tls, authority: file });
    return [[`${host}.conf`, config], ...(authority === undefined ? [] : [[`${host}.pem`, authority]])];
  });
  const folders = Object.entries(moving.folders).flatMap(([ours, names]) =>
    names.map((theirs) => `${ours}\t${theirs}\n`),
  );
  return {
    [name]: renderFile('moving/move-in'),
    'names.conf': renderFile('moving/names.conf'),
    folders: folders.join(''),
    ...Object.fromEntries(servers),
  };
}

export function moving(scope: Construct, context: Context): void {
  const { site } = context;
  const namespace = site.namespaces.mail;
  new ConfigMap(scope, 'moving-config', {
    metadata: { name: 'moving-config', namespace, labels: labels(site, part) },
    data: movingConfig(site),
  });
  for (const shard of shardsOf(site)) pod(scope, context, shard);
}

/** One for each Dovecot: it works on that one's volume. */
function pod(scope: Construct, context: Context, shard: Shard): void {
  const { site, image } = context;
  cronJob(scope, context, {
    name: `${name}${shard.suffix}`,
    namespace: site.namespaces.mail,
    part,
    uid,
    beside: shard.pod,
    containers: [
      {
        name,
        image: image('dovecot'),
        command: ['timeout', '8h', '/usr/sbin/dovecot', '-F', '-c', `${folder}/names.conf`],
        resources: site.resources.backup,
        mounts: [
          { name: 'config', path: folder },
          { name: 'mail', path: mailRoot, writable: true },
          { name: 'work', path: '/work', writable: true },
          { name: 'run', path: '/run/dovecot', writable: true },
          { name: 'tmp', path: '/tmp', writable: true },
        ],
      },
    ],
    volumes: [
      volume.configMap('config', 'moving-config'),
      volume.claim('mail', shard.claims.mail),
      // The password is here while a mailbox is copied, and what doveadm knows of the folders there.
      volume.memory('work', '64Mi'),
      volume.memory('run', '16Mi'),
      volume.scratch('tmp', '256Mi'),
    ],
  });
}
