/** Where the backups lie, and who lets go of them: a namespace of its own, which the stack cannot reach into. */
import { ConfigMap } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { backupSecret, backupStoreSecret, tlsSecret } from '../../operator/core/secrets.ts';
import type { Site } from '../../operator/core/site.ts';
import { renderFile } from '../config/render.ts';
import { cronJob } from '../cron-job.ts';
import { ports, serviceHost } from '../endpoints.ts';
import { reloadingScript } from '../reloading.ts';
import { service } from '../service.ts';
import { type Context, labels, volume, workload } from '../workload.ts';

const part = 'repository';
const uid = 10005;
const configMap = 'repository-config';
const isVolume = ({ backup }: Site) => backup.repository === 'volume';

/** How the stack reaches the repository, as restic names it. */
function repositoryUrl(site: Site): string {
  if (!isVolume(site)) return site.backup.repository;
  return `rest:https://${serviceHost(part, site.namespaces.backup)}:${ports.repository.service}/`;
}

/** Settings for restic, which every script begins with. */
export function repositorySettings(site: Site, repository = repositoryUrl(site)): string {
  const authority = isVolume(site) ? '/run/ca/ca.crt' : '/run/secrets/store/ca.crt';
  return renderFile('backup/repository', { repository, authority, site: site.name });
}

/** The key, and what opens the place; for every job that uses the repository. */
export const repositoryVolumes = [
  volume.secret('key', backupSecret),
  volume.secret('store', backupStoreSecret),
  volume.scratch('tmp', '10Gi'),
];
export const repositoryMounts = [
  { name: 'key', path: '/run/secrets/backup' },
  { name: 'store', path: '/run/secrets/store' },
  { name: 'tmp', path: '/tmp', writable: true },
];

/** The server of a repository on a volume, which adds and reads only, and the job that prunes. */
export function repository(scope: Construct, context: Context): void {
  const { site } = context;
  const { backup: namespace } = site.namespaces;
  const config = {
    repository: repositorySettings(site, isVolume(site) ? '/srv/repository' : repositoryUrl(site)),
    prune: renderFile('backup/prune', { site: site.name, ...site.backup.keep }),
    serve: renderFile('backup/serve', { port: ports.repository.container }),
    reloading: reloadingScript,
  };
  new ConfigMap(scope, 'repository-config', {
    metadata: { name: configMap, namespace, labels: labels(site, part) },
    data: config,
  });
  if (isVolume(site)) server(scope, context, config.serve);
  cronJob(scope, context, {
    name: 'prune',
    namespace,
    part: 'prune',
    uid,
    schedule: site.backup.pruneSchedule,
    ...(isVolume(site) ? { beside: `${part}-0` } : {}),
    containers: [
      {
        name: 'prune',
        image: context.image('backup'),
        command: ['/bin/bash', '/etc/hopthu-backup/prune'],
        resources: site.resources.backup,
        mounts: [
          { name: 'config', path: '/etc/hopthu-backup' },
          ...repositoryMounts,
          ...(isVolume(site) ? [{ name: 'data', path: '/srv/repository', writable: true }] : []),
        ],
      },
    ],
    volumes: [
      volume.configMap('config', configMap),
      ...repositoryVolumes,
      ...(isVolume(site) ? [volume.claim('data', `data-${part}-0`)] : []),
    ],
  });
}

function server(scope: Construct, context: Context, script: string): void {
  const { site, image } = context;
  const { backup: namespace } = site.namespaces;
  service(scope, context, { part, namespace, ports: ['repository'] });
  workload(scope, context, {
    name: part,
    namespace,
    part,
    uid,
    config: [script],
    claims: { data: site.backup.volume ?? '' },
    containers: [
      {
        name: part,
        image: image('backup'),
        command: ['/bin/bash', '/etc/hopthu-backup/serve'],
        ports: { repository: ports.repository.container },
        resources: { cpu: '5m', memory: '24Mi', memoryLimit: '256Mi' },
        readiness: { tcpSocket: { port: ports.repository.container }, periodSeconds: 10 },
        mounts: [
          { name: 'config', path: '/etc/hopthu-backup' },
          { name: 'data', path: '/srv/repository', writable: true },
          { name: 'tls', path: '/run/tls' },
          { name: 'store', path: '/run/secrets/store' },
          { name: 'run', path: '/run/repository', writable: true },
        ],
      },
    ],
    volumes: [
      volume.configMap('config', configMap),
      volume.secret('tls', tlsSecret(part)),
      volume.secret('store', backupStoreSecret),
      volume.memory('run', '1Mi'),
    ],
  });
}
