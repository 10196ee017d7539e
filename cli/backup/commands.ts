/** `hopthu backup now` and `hopthu backup list`. */
import { setTimeout } from 'node:timers/promises';
import { BatchV1Api, type KubeConfig, type V1Job } from '@kubernetes/client-node';
import { shardsOf } from '../../charts/shards.ts';
import { firstShard } from '../../operator/core/shards.ts';
import type { Site } from '../../operator/core/site.ts';
import { Failed } from '../failure.ts';
import { callKube, loadKubeConfig } from '../kube.ts';
import { printData, printTable } from '../print.ts';
import { loadSite } from '../site.ts';
import { inVietnam, listSnapshots } from './snapshots.ts';
import { withWorkPod } from './work-pod.ts';

export type BackupOptions = { readonly site: string; readonly context?: string; readonly output?: string };

type Job = { readonly namespace: string; readonly name: string };

/** Of the site, of each Dovecot's mail, and of the reports, which the check of the site reads back. */
function jobsOf(what: 'backup' | 'check', site: Site): readonly Job[] {
  const { mail, smtp } = site.namespaces;
  const inMail = [`${what}-site`, ...shardsOf(site).map(({ suffix }) => `${what}-mail${suffix}`)];
  return [
    ...inMail.map((name) => ({ namespace: mail, name })),
    ...(what === 'backup' ? [{ namespace: smtp, name: 'backup-reports' }] : []),
  ];
}

/**
 * Backs up, or reads the last backups back, now; as the CronJobs do, whose status shows it. Waits for the end.
 * @throws Failed when a job fails
 */
export async function runJobs(what: 'backup' | 'check', options: BackupOptions): Promise<void> {
  const site = loadSite(options.site);
  const jobs = jobsOf(what, site);
  const config = loadKubeConfig(options.context);
  const started = await Promise.all(
    jobs.map(async ({ namespace, name }) => ({ namespace, name: await start(config, namespace, name) })),
  );
  const ended = await Promise.all(started.map((job) => untilEnded(config, job)));
  const failed = ended.filter(({ ok }) => !ok);
  const [first] = failed;
  const listed = (all: readonly Job[]) => all.map(({ name }) => name).join(' and ');
  if (first !== undefined)
    throw new Failed(
      `${listed(failed)} failed: kubectl -n ${first.namespace} logs job/${first.name}, then run it again`,
    );
  console.log(`${listed(jobs)} are done`);
}

/** Prints what the repository holds, and when it was last read back. */
export async function listBackups(options: BackupOptions): Promise<void> {
  const site = loadSite(options.site);
  const { namespaces } = site;
  const config = loadKubeConfig(options.context);
  const pod = { namespace: namespaces.mail, cronJob: 'restore-site' } as const;
  const snapshots = await withWorkPod(config, pod, listSnapshots);
  const runs = await lastRuns(config, site);
  if (options.output !== undefined) {
    console.log(printData({ snapshots, runs }, options.output));
    return;
  }
  const rows = snapshots.map(({ time, kind, shard = firstShard, id, files, bytes }) => [
    inVietnam(time),
    shard === firstShard ? kind : `${kind} ${shard}`,
    id.slice(0, 8),
    String(files),
    `${(bytes / 2 ** 20).toFixed(1)} MiB`,
  ]);
  console.log(printTable([['TIME', 'KIND', 'ID', 'FILES', 'SIZE'], ...rows]));
  const states = runs.map(({ name, succeeded }) => [
    name,
    succeeded === undefined ? 'never' : inVietnam(succeeded),
  ]);
  console.log(`\n${printTable([['JOB', 'LAST SUCCESS'], ...states])}`);
}

type Run = { readonly name: string; readonly succeeded?: string };

async function lastRuns(config: KubeConfig, site: Site): Promise<readonly Run[]> {
  const api = config.makeApiClient(BatchV1Api);
  const jobs = [...jobsOf('backup', site), ...jobsOf('check', site)];
  const runs = jobs.map(async ({ namespace, name }): Promise<Run> => {
    const found = await callKube(`reading CronJob ${namespace}/${name}`, () =>
      api.readNamespacedCronJob({ namespace, name }),
    );
    const time = found?.status?.lastSuccessfulTime;
    return { name, ...(time === undefined ? {} : { succeeded: new Date(time).toISOString() }) };
  });
  return Promise.all(runs);
}

/** A Job as the CronJob would make it, and its own. */
async function start(config: KubeConfig, namespace: string, name: string): Promise<string> {
  const api = config.makeApiClient(BatchV1Api);
  const cronJob = await callKube(`reading CronJob ${namespace}/${name}`, () =>
    api.readNamespacedCronJob({ namespace, name }),
  );
  const template = cronJob?.spec?.jobTemplate;
  const uid = cronJob?.metadata?.uid;
  if (template?.spec === undefined || uid === undefined)
    throw new Failed(`there is no CronJob ${namespace}/${name}: install the site's charts first`);
  const owner = { apiVersion: 'batch/v1', kind: 'CronJob', name, uid, controller: true };
  const body: V1Job = {
    metadata: {
      generateName: `${name}-now-`,
      labels: template.metadata?.labels ?? {},
      annotations: { 'cronjob.kubernetes.io/instantiate': 'manual' },
      ownerReferences: [owner],
    },
    spec: template.spec,
  };
  const made = await callKube(`creating a Job in ${namespace}`, () =>
    api.createNamespacedJob({ namespace, body }),
  );
  return made?.metadata?.name ?? '';
}

async function untilEnded(
  config: KubeConfig,
  { namespace, name }: Job,
): Promise<Job & { readonly ok: boolean }> {
  const api = config.makeApiClient(BatchV1Api);
  for (;;) {
    const job = await callKube(`reading Job ${namespace}/${name}`, () =>
      api.readNamespacedJob({ namespace, name }),
    );
    const ended = job?.status?.conditions?.find(
      ({ type, status }) => ['Complete', 'Failed'].includes(type) && status === 'True',
    );
    if (ended !== undefined || job === undefined) return { namespace, name, ok: ended?.type === 'Complete' };
    await setTimeout(1_000);
  }
}
