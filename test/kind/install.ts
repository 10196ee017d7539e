/** The stack of a site and its samples on a cluster, as `make up` and the journeys install them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { removal } from '../../charts/keep-mail.ts';
import { siteConfigMap } from '../../operator/core/secrets.ts';
import type { Site } from '../../operator/core/site.ts';
import { run } from './command.ts';
import { step } from './steps.ts';

const root = join(import.meta.dirname, '..', '..');

/** A cluster by its context, and the kubectl to use with it. */
export type Target = { readonly context: string; readonly kubectl: string };

/** Runs kubectl on the cluster. @throws CommandFailed */
export function kubectl(target: Target, args: readonly string[], input?: string): Promise<string> {
  return run(target.kubectl, ['--context', target.context, ...args], input === undefined ? {} : { input });
}

/** Writes `dist/` for the sites. @param files names, or paths of files that are not in `charts/sites` */
export async function synthesize(
  sites: readonly Site[],
  files = sites.map(({ name }) => name),
): Promise<void> {
  await step('Writing the manifests', () =>
    run(process.execPath, [join(root, 'charts/main.ts'), join(root, 'dist'), ...files]),
  );
}

/** Definitions, Secrets and the stack; waits until every part is ready. @param file path of a site file that is not in `charts/sites` */
export async function installSite(target: Target, site: Site, file = site.name): Promise<void> {
  await step(`Installing the stack of ${site.title}`, async () => {
    await kubectl(target, [
      'apply',
      '--server-side',
      '--force-conflicts',
      '-f',
      join(root, 'dist/crds.yaml'),
      '-f',
      join(root, 'dist/zz-keep-mail.yaml'),
    ]);
    await kubectl(target, [
      'wait',
      '--for=condition=Established',
      '--timeout=60s',
      '-f',
      join(root, 'dist/crds.yaml'),
    ]);
    await run(process.execPath, [
      join(root, 'cli/main.ts'),
      'bootstrap',
      '--site',
      file,
      '--context',
      target.context,
    ]);
    await kubectl(target, [
      'apply',
      '--server-side',
      '--force-conflicts',
      '-f',
      join(root, 'dist', site.name),
    ]);
  });
  await step(`Waiting until every part of ${site.title} is ready`, async () => {
    for (const namespace of [site.namespaces.mail, site.namespaces.smtp]) {
      const workloads = await kubectl(target, [
        '-n',
        namespace,
        'get',
        'statefulsets,deployments',
        '-o',
        'name',
      ]);
      for (const workload of workloads.split('\n').filter((name) => name !== '')) {
        await kubectl(target, ['-n', namespace, 'rollout', 'status', workload, '--timeout=300s']);
      }
    }
  });
}

/** The folder of the site's samples; the two regulations have one, a province's own site file has none. */
export function samplesOf({ name }: Pick<Site, 'name'>): string | undefined {
  const folder = join(root, 'crds/samples', name);
  return existsSync(folder) ? folder : undefined;
}

/** Applies the site's samples while it is paused, so that R14 orders them, then waits until all are Ready. */
export async function applySamples(target: Target, site: Site): Promise<void> {
  const folder = samplesOf(site);
  if (folder === undefined) return;
  await step(`Granting the sample mailboxes of ${site.title}`, async () => {
    await pause(target, site);
    await kubectl(target, ['apply', '-f', folder]);
    await resume(target, site);
    await kubectl(target, ['wait', '--for=condition=Ready', '--timeout=120s', '-f', folder]);
  });
}

/** Lets the namespaces of a site be deleted, all but that of its backups; what they hold goes with them. */
export async function allowRemoval(target: Target, { namespaces }: Site): Promise<void> {
  for (const name of [namespaces.mail, namespaces.smtp, ...namespaces.accounts])
    await kubectl(target, ['annotate', '--overwrite', 'namespace', name, `${removal}=${name}`]);
}

export function pause(target: Target, { namespaces }: Site): Promise<string> {
  return kubectl(target, [
    '-n',
    namespaces.mail,
    'annotate',
    '--overwrite',
    'configmap',
    siteConfigMap,
    'hopthu.io/paused=true',
  ]);
}

export function resume(target: Target, { namespaces }: Site): Promise<string> {
  return kubectl(target, [
    '-n',
    namespaces.mail,
    'annotate',
    'configmap',
    siteConfigMap,
    'hopthu.io/paused-',
  ]);
}
