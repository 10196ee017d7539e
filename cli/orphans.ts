/** `hopthu orphans`: entries in the directory whose resource is gone, and the order to close one. */
import type { KubeConfig } from '@kubernetes/client-node';
import { ordersOf } from '../operator/api/orders.ts';
import { annotation } from '../operator/api/resource.ts';
import type { Orphan } from '../operator/core/orphans.ts';
import { annotateSite, readSiteConfigMap } from './annotate-site.ts';
import { Failed, WrongInput } from './failure.ts';
import { loadKubeConfig } from './kube.ts';
import { printData, printTable } from './print.ts';
import { loadSite } from './site.ts';
import { type Orphans, readSiteReport } from './site-report.ts';

export type OrphansOptions = { readonly site: string; readonly context?: string; readonly output?: string };

/**
 * Prints them; with `close` and names, orders those closed.
 * @throws Failed when a name means none or several of them, or the cluster refuses; WrongInput for another action
 */
export async function orphans(
  action: string | undefined,
  names: readonly string[],
  options: OrphansOptions,
): Promise<void> {
  if (action !== undefined && action !== 'close')
    throw new WrongInput(`orphans ${action}: use orphans close`);
  if (action === 'close' && names.length === 0) throw new WrongInput('orphans close: name at least one');
  const { namespaces } = loadSite(options.site);
  const config = loadKubeConfig(options.context);
  const report = await readSiteReport(config, namespaces.mail);
  if (report === undefined) {
    const { mail } = namespaces;
    throw new Failed(`the operator has reported nothing yet: is it running? kubectl -n ${mail} get pods`);
  }
  if (action === undefined) {
    console.log(print(report.orphans, options.output));
    return;
  }
  const chosen = names.map((name) => choose(report.orphans.orphans, name));
  await order(config, namespaces.mail, report.orphans.orphans, chosen);
  for (const { resource, name } of chosen) console.log(`${resource} (${name}) is being closed`);
}

function print({ count, orphans: all }: Orphans, output: string | undefined): string {
  if (output !== undefined) return printData(all, output);
  if (count === 0) return 'no orphans';
  const rows = all.map(({ kind, resource, name, address, state, rejected }) => [
    kind,
    resource,
    address ?? '',
    state ?? '',
    rejected ? 'deletion rejected' : 'resource vanished',
    name,
  ]);
  const table = printTable([['KIND', 'RESOURCE', 'ADDRESS', 'STATE', 'WHY', 'NAME'], ...rows]);
  return count > all.length ? `${table}\n… and ${count - all.length} more` : table;
}

/** By `namespace/name` or name of the resource, address, or UID. */
function choose(all: readonly Orphan[], name: string): Orphan {
  const found = all.filter(
    ({ resource, address, uid }) => [resource, address, uid].includes(name) || resource.endsWith(`/${name}`),
  );
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  throw new Failed(
    only === undefined
      ? `${name} is no orphan: see hopthu orphans`
      : `${name} means ${found.map(({ resource, uid }) => `${resource} (${uid})`).join(' and ')}: use the UID`,
  );
}

/** Beside the orders that are not carried out yet; those that are, are forgotten. */
async function order(
  config: KubeConfig,
  namespace: string,
  all: readonly Orphan[],
  chosen: readonly Orphan[],
): Promise<void> {
  const { metadata } = await readSiteConfigMap(config, namespace);
  const open = new Set(all.map(({ uid }) => uid));
  const before = (ordersOf(metadata?.annotations ?? {}).closeOrphans ?? []).filter((uid) => open.has(uid));
  const uids = [...new Set([...before, ...chosen.map(({ uid }) => uid)])].join(' ');
  await annotateSite(config, namespace, { [annotation.closeOrphans]: uids }, metadata?.resourceVersion);
}
