/** The jobs that back the stack up, read backups back and put them in their place again. */
import { ApiObject } from 'cdk8s';
import { ConfigMap } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { group, plural, version } from '../../operator/api/resource.ts';
import { mailRoot, suffixOf } from '../../operator/core/layout.ts';
import { caConfigMap, caSecret, databaseSecret, dkimSecret } from '../../operator/core/secrets.ts';
import type { Site } from '../../operator/core/site.ts';
import { directoryDomain } from '../../operator/core/site-domains.ts';
import { renderFile } from '../config/render.ts';
import { type CronJobProps, cronJob } from '../cron-job.ts';
import type { Endpoint } from '../endpoints.ts';
import { grant } from '../rights.ts';
import { type Shard, shardsOf } from '../shards.ts';
import { type Context, labels, type Mount, type Volume, volume } from '../workload.ts';
import { reportsClaim } from './mounted.ts';
import { reportsUid } from './reports.ts';
import { repositoryMounts, repositorySettings, repositoryVolumes } from './repository.ts';

const part = 'backup';
/** Beside Postfix, whose volumes a pod of another namespace cannot have. */
const reportPart = 'report-backup';
const configMap = 'backup-config';
/** The users of slapd, of Dovecot and of the reports, whose files these are. */
const uids = { site: 10001, mail: 5000, reports: reportsUid };
/** Two days without a backup: one night may fail. */
const maxAgeSeconds = 2 * 86_400;

/** The Secrets that nothing can make anew, of the namespaces `mail` and `smtp`. */
const keySecrets = { mail: [caSecret], smtp: [dkimSecret] } as const;

/** The scripts, as pods find them in /etc/hopthu-backup. */
export function backupScripts(site: Site, database: Endpoint): Readonly<Record<string, string>> {
  const suffix = suffixOf(directoryDomain(site));
  const { mail, smtp, accounts } = site.namespaces;
  const databaseAt = { databaseHost: database.host, databasePort: database.port };
  const { messages, percent } = site.backup.check;
  return {
    repository: repositorySettings(site),
    site: renderFile('backup/site', {
      keys: [
        ...keySecrets.mail.map((name) => `${mail}/${name}`),
        ...keySecrets.smtp.map((name) => `${smtp}/${name}`),
      ].join(' '),
      accounts: accounts.join(' '),
      group: `${group}/${version}`,
      kinds: Object.values(plural).join(' '),
      ...databaseAt,
    }),
    databases: renderFile('backup/databases', { suffix }),
    mail: renderFile('backup/mail'),
    'check-site': renderFile('backup/check-site', { maxAgeSeconds, readPercent: percent }),
    'check-mail': renderFile('backup/check-mail', { maxAgeSeconds, readPercent: percent, sample: messages }),
    reports: renderFile('backup/reports'),
    'restore-reports': renderFile('backup/restore-reports'),
    'restore-site': renderFile('backup/restore-site', { suffix, ...databaseAt }),
    'restore-mail': renderFile('backup/restore-mail'),
  };
}

type JobProps = {
  /** Whose volumes it works on, where that is not the first Dovecot. */
  readonly shard?: Shard;
  readonly schedule?: string;
  readonly kind: keyof typeof uids;
  readonly beside?: string;
  readonly serviceAccount?: string;
  readonly mounts: readonly Mount[];
  readonly volumes: readonly Volume[];
};

/** Without a schedule it is a pod to work in, until `kubectl hopthu` has done and removes it. */
function job(scope: Construct, context: Context, name: string, props: JobProps): void {
  const { site, image } = context;
  const { kind, mounts, volumes, shard, ...rest } = props;
  const { suffix = '' } = shard ?? {};
  const works = props.schedule !== undefined;
  const all: CronJobProps = {
    ...rest,
    name: `${name}${suffix}`,
    namespace: kind === 'reports' ? site.namespaces.smtp : site.namespaces.mail,
    part: kind === 'reports' ? reportPart : part,
    uid: uids[kind],
    containers: [
      {
        name,
        image: image(part),
        command: works
          ? ['/bin/bash', `/etc/hopthu-backup/${name.replace(/^backup-/, '')}`]
          : ['sleep', '8h'],
        ...(suffix === '' ? {} : { env: { HOPTHU_SHARD: shard?.name ?? '' } }),
        resources: site.resources.backup,
        mounts: [
          { name: 'config', path: '/etc/hopthu-backup' },
          { name: 'ca', path: '/run/ca' },
          { name: 'work', path: '/work', writable: true },
          ...repositoryMounts,
          ...mounts,
        ],
      },
    ],
    volumes: [
      volume.configMap('config', configMap),
      volume.configMap('ca', caConfigMap),
      volume.scratch('work', kind === 'reports' ? site.reports.volume : site.storage.directory),
      ...repositoryVolumes,
      ...volumes,
    ],
  };
  cronJob(scope, context, all);
}

/** One password of PostgreSQL's: the reader's for backups, the owner's for a restore. */
function password(key: 'backup' | 'roundcube'): Volume {
  const secret = { secretName: databaseSecret, defaultMode: 0o440, items: [{ key, path: key }] };
  return { name: 'database', source: { secret } };
}

/** @param database PostgreSQL of the webmail */
export function backup(scope: Construct, context: Context, database: Endpoint): void {
  const { site } = context;
  const { schedule, checkSchedule } = site.backup;
  const { mail: home, smtp } = site.namespaces;
  const scripts = backupScripts(site, database);
  const config = (namespace: string, of: string, data: Readonly<Record<string, string>>) =>
    new ConfigMap(scope, `${namespace}-${configMap}`, {
      metadata: { name: configMap, namespace, labels: labels(site, of) },
      data,
    });
  config(home, part, scripts);
  const { repository = '', reports = '', 'restore-reports': restore = '' } = scripts;
  config(smtp, reportPart, { repository, reports, 'restore-reports': restore });
  permissions(scope, site);
  const configuration = {
    mounts: [{ name: 'directory', path: '/etc/hopthu' }],
    volumes: [volume.configMap('directory', 'openldap-config')],
  };
  // Writable even for reading: LMDB's readers register in its lock file.
  const directory = (key: 'backup' | 'roundcube') => ({
    kind: 'site' as const,
    beside: 'openldap-0',
    mounts: [
      ...configuration.mounts,
      { name: 'data', path: '/var/lib/ldap', writable: true },
      { name: 'database', path: '/run/secrets/database' },
    ],
    volumes: [...configuration.volumes, volume.claim('data', 'data-openldap-0'), password(key)],
  });
  const mail = (shard: Shard, writable: boolean) => ({
    kind: 'mail' as const,
    shard,
    beside: shard.pod,
    mounts: [
      { name: 'mail', path: mailRoot, writable },
      { name: 'archive', path: '/srv/archive', writable },
    ],
    volumes: [volume.claim('mail', shard.claims.mail), volume.claim('archive', shard.claims.archive)],
  });
  job(scope, context, 'backup-site', { schedule, serviceAccount: part, ...directory('backup') });
  job(scope, context, 'check-site', { schedule: checkSchedule, kind: 'site', ...configuration });
  job(scope, context, 'restore-site', directory('roundcube'));
  const ofReports = (writable: boolean) => ({
    kind: 'reports' as const,
    beside: 'postfix-0',
    mounts: [{ name: 'data', path: '/srv/reports', writable }],
    volumes: [volume.claim('data', reportsClaim)],
  });
  job(scope, context, 'backup-reports', { schedule, ...ofReports(false) });
  job(scope, context, 'restore-reports', ofReports(true));
  for (const shard of shardsOf(site)) {
    job(scope, context, 'backup-mail', { schedule, ...mail(shard, false) });
    job(scope, context, 'check-mail', { schedule: checkSchedule, ...mail(shard, false) });
    job(scope, context, 'restore-mail', mail(shard, true));
  }
}

/** Reads the site's resources, and of Secrets those of the accounts and the keys by name; writes nothing. */
function permissions(scope: Construct, site: Site): void {
  const { mail, smtp, accounts } = site.namespaces;
  const metadata = (namespace: string) => ({ name: part, namespace, labels: labels(site, part) });
  new ApiObject(scope, 'account', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata(mail) });
  const allow = (namespace: string, rules: readonly object[]) =>
    grant(scope, site, { part, home: mail }, namespace, rules);
  const keys = (resourceNames: readonly string[]) => [
    { apiGroups: [''], resources: ['secrets'], resourceNames, verbs: ['list'] },
  ];
  allow(mail, keys(keySecrets.mail));
  allow(smtp, keys(keySecrets.smtp));
  for (const namespace of accounts) {
    allow(namespace, [
      { apiGroups: [group], resources: Object.values(plural), verbs: ['list'] },
      { apiGroups: [''], resources: ['secrets'], verbs: ['list'] },
    ]);
  }
}
