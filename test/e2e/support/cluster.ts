/** The cluster of the journeys: made by `test/run.ts`, found by the tests through the environment. */
import { readSite, siteNames } from '../../../charts/site-files.ts';
import type { Site } from '../../../operator/core/site.ts';
import { deleteCluster } from '../../kind/cluster.ts';
import { installSite, kubectl, synthesize, type Target } from '../../kind/install.ts';
import { ensureTools } from '../../kind/prerequisites.ts';
import { ensureCluster } from '../../kind/up.ts';

const name = 'hopthu-test';

/** The journeys' cluster stands beside one of `make up`, so its ports on 127.0.0.1 are others. */
const portOffset = -10_000;

/** Makes the cluster with the stacks of all sites, side by side. */
export async function prepareCluster(): Promise<void> {
  // What an earlier run left behind has granted addresses and changed passwords.
  await removeCluster();
  const target = await ensureCluster(name, portOffset);
  const sites = siteNames().map(readSite);
  await synthesize(sites);
  await Promise.all(sites.map((site) => installSite(target, site)));
  useCluster(target);
}

/** The journeys' cluster, made or as it was left, with the stack of one site. */
export async function standingCluster(site: Site): Promise<Target> {
  const target = await ensureCluster(name, portOffset);
  await synthesize([site]);
  await installSite(target, site);
  return target;
}

/** Pods, resources and the end of every log, on standard error. */
export async function showCluster(): Promise<void> {
  if (process.env['HOPTHU_TEST_CONTEXT'] === undefined) return;
  const show = async (...args: readonly string[]) => {
    const output = await kubectl(testCluster(), args).catch((error: Error) => error.message);
    process.stderr.write(`$ kubectl ${args.join(' ')}\n${output}\n\n`);
  };
  await show('get', 'pods', '-A');
  await show('get', 'mail', '-A', '-o', 'wide');
  for (const { namespaces } of siteNames().map(readSite)) {
    for (const namespace of [namespaces.mail, namespaces.smtp]) {
      await show(
        '-n',
        namespace,
        'logs',
        '-l',
        'app.kubernetes.io/part-of=hopthu',
        '--all-containers',
        '--prefix',
        '--tail=25',
      );
    }
  }
}

export async function removeCluster(): Promise<void> {
  await deleteCluster(await ensureTools(), name);
}

/** @throws Error when no cluster was prepared */
export function testCluster(): Target {
  const { HOPTHU_TEST_CONTEXT: context, HOPTHU_TEST_KUBECTL: program } = process.env;
  if (context === undefined || program === undefined)
    throw new Error('no cluster was prepared: run make e2e');
  return { context, kubectl: program };
}

/** Has what acts as a person find this cluster. */
export function useCluster({ context, kubectl: program }: Target): void {
  process.env['HOPTHU_TEST_CONTEXT'] = context;
  process.env['HOPTHU_TEST_KUBECTL'] = program;
}

/** The port on 127.0.0.1 that leads to one of the site's services. */
export function hostPort(site: Site, service: keyof Site['expose']['ports']): number {
  const port = site.expose.ports[service];
  if (port === undefined) throw new Error(`${site.name} opens no port for ${service}`);
  return testCluster().context === `kind-${name}` ? port + portOffset : port;
}

/** kubectl in the namespace of the site's resources. */
export function inAccounts(site: Site, args: readonly string[], input?: string): Promise<string> {
  return kubectl(testCluster(), ['-n', site.namespaces.accounts[0] ?? '', ...args], input);
}
