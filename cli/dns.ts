/** `hopthu dns`: the records that a site needs, and whether a resolver answers them. */
import { CoreV1Api } from '@kubernetes/client-node';
import { dkimConfigMap } from '../operator/core/secrets.ts';
import type { Site } from '../operator/core/site.ts';
import { domainsOf } from '../operator/core/site-domains.ts';
import { Invalid } from '../operator/errors.ts';
import { checkRecords, type Finding, resolverLookup } from './dns/check.ts';
import { type DnsRecord, siteRecords } from './dns/records.ts';
import { printZones } from './dns/zone.ts';
import { Failed, WrongInput } from './failure.ts';
import { callKube, loadKubeConfig } from './kube.ts';
import { printData, printTable } from './print.ts';
import { loadSite } from './site.ts';

export type DnsOptions = {
  readonly site: string;
  readonly check?: boolean;
  readonly resolver?: string;
  readonly context?: string;
  readonly output?: string;
};

/**
 * Prints the records as a zone file; with `check`, how each of them is answered.
 * @returns the exit code: 0, or 2 when a record is missing or different
 * @throws Failed when cluster or resolver cannot be asked, so that no error looks like a result
 */
export async function dns(options: DnsOptions): Promise<number> {
  try {
    const site = loadSite(options.site);
    const records = siteRecords(site, await readDkimKeys(site, options.context));
    if (options.check !== true) {
      console.log(printRecords(site, records, options.output));
      return 0;
    }
    const findings = await checkRecords(records, resolverLookup(options.resolver));
    console.log(printFindings(findings, options.output));
    return findings.every(({ state }) => state === 'ok') ? 0 : 2;
  } catch (error) {
    if (error instanceof WrongInput || error instanceof Invalid) throw new Failed(error.message);
    throw error;
  }
}

/** The public halves that `hopthu bootstrap` published. */
async function readDkimKeys(site: Site, context: string | undefined): Promise<ReadonlyMap<string, string>> {
  const namespace = site.namespaces.mail;
  const found = await callKube(`reading ConfigMap ${namespace}/${dkimConfigMap}`, () =>
    loadKubeConfig(context)
      .makeApiClient(CoreV1Api)
      .readNamespacedConfigMap({ namespace, name: dkimConfigMap }),
  );
  const keys = new Map(Object.entries(found?.data ?? {}));
  if (keys.has(site.dns.dkimSelector)) return keys;
  throw new Failed(`the cluster has no DKIM key ${site.dns.dkimSelector}: run hopthu bootstrap first`);
}

function printRecords(site: Site, records: readonly DnsRecord[], output: string | undefined): string {
  if (output !== undefined) return printData(records, output);
  return printZones(domainsOf(site), records, site.dns.ttlSeconds);
}

function printFindings(findings: readonly Finding[], output: string | undefined): string {
  if (output !== undefined) return printData(findings, output);
  return printTable([
    ['STATE', 'TYPE', 'NAME', 'WANTED', 'ANSWERED INSTEAD'],
    ...findings.map(({ record: { name, type, value }, state, found }) => [
      state,
      type,
      name,
      shorten(value),
      found.map(shorten).join(', '),
    ]),
  ]);
}

function shorten(value: string): string {
  return value.length <= 60 ? value : `${value.slice(0, 59)}…`;
}
