/** The cluster's DNS serves the zones of sites, with the records that `hopthu dns` prints, so that sites find each other. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { stringify } from 'yaml';
import { ports } from '../../../charts/endpoints.ts';
import { siteText } from '../../../charts/site-files.ts';
import { selector } from '../../../charts/workload.ts';
import type { Site } from '../../../operator/core/site.ts';
import { kubectl } from '../../kind/install.ts';
import { testCluster } from './cluster.ts';

const inDns = (args: readonly string[], input?: string) =>
  kubectl(testCluster(), ['-n', 'kube-system', ...args], input);

/** A site as it stands in this cluster's world. */
export type Published = {
  readonly site: Site;
  /** Its site file, with the addresses that it has here. */
  readonly file: string;
};

export type Zones = {
  readonly published: readonly Published[];
  /** Where this machine can ask the cluster's DNS, as `--resolver` takes it. */
  readonly resolver: string;
  end(): Promise<void>;
};

const cli = new URL('../../../cli/main.ts', import.meta.url).pathname;

/** `hopthu dns` for the site as it stands here. */
export async function hopthuDns({ file }: Published, ...args: readonly string[]): Promise<string> {
  const { context } = testCluster();
  const options = ['--site', file, '--context', context, ...args];
  return (await execa(process.execPath, [cli, 'dns', ...options], { reject: args.length === 0 })).stdout;
}

/** Publishes the sites' records until `end`. */
export async function serveZones(sites: readonly Site[]): Promise<Zones> {
  const folder = mkdtempSync(join(tmpdir(), 'hopthu-zones-'));
  const before = await inDns(['get', 'configmap', 'coredns', '-o', 'jsonpath={.data.Corefile}']);
  const published = await Promise.all(sites.map((site) => siteHere(folder, site)));
  const zones = await Promise.all(
    published.map(async (one) => [`db.${one.site.domain}`, await zoneFile(one)] as const),
  );
  const servers = sites.map(
    ({ domain }) => `${domain}:53 {\n    errors\n    file /etc/coredns/db.${domain}\n}\n`,
  );
  await setDns({ ...Object.fromEntries(zones), Corefile: servers.join('') + before });
  await Promise.all(sites.map((site) => openWay(site)));
  return {
    published,
    resolver: await openDns(),
    end: async () => {
      rmSync(folder, { recursive: true });
      await inDns(['delete', 'service', doorway]);
      await setDns({ Corefile: before, ...Object.fromEntries(zones.map(([name]) => [name, null])) });
      for (const site of sites) await inSmtp(site, ['delete', 'networkpolicy', way]);
    },
  };
}

async function siteHere(folder: string, site: Site): Promise<Published> {
  const address = await inSmtp(site, [
    'get',
    'service',
    'postfix-clients',
    '-o',
    'jsonpath={.spec.clusterIP}',
  ]);
  // That of all pods: a pod that is replaced has another address, and what resolvers know lives on.
  const outgoing = await kubectl(testCluster(), ['get', 'nodes', '-o', 'jsonpath={.items[0].spec.podCIDR}']);
  const file = join(folder, `${site.name}.yaml`);
  const addresses = `addresses: [${address}]\n  outgoing: [${outgoing}]`;
  writeFileSync(file, siteText(site.name).replace(/addresses: \[[0-9.]+\]/, addresses));
  return { site, file };
}

/** A zone needs an authority, which is not the product's. */
async function zoneFile(published: Published): Promise<string> {
  const { domain } = published.site;
  const printed = await hopthuDns(published);
  return printed.replace(
    /^(\$TTL .*)$/m,
    `$1\n@ IN SOA ns.${domain}. hostmaster.${domain}. 1 3600 600 86400 60\n@ IN NS ns.${domain}.\nns IN A 127.0.0.1`,
  );
}

/** Until nobody can get an answer of before. */
async function setDns(data: Readonly<Record<string, string | null>>): Promise<void> {
  const before = (await inDns(['get', 'pods', '-l', 'k8s-app=kube-dns', '-o', 'name']))
    .split('\n')
    .filter(Boolean);
  await inDns(['patch', 'configmap', 'coredns', '--type=merge', '-p', JSON.stringify({ data })]);
  // kubeadm mounts the Corefile alone.
  const whole = { name: 'config-volume', configMap: { name: 'coredns', items: null } };
  const metadata = { annotations: { 'hopthu.io/zones': randomUUID() } };
  // A surplus pod of this rank would take the place of one of ours where the node is full.
  const strategy = { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } };
  const spec = { strategy, template: { metadata, spec: { volumes: [whole] } } };
  await inDns(['patch', 'deployment', 'coredns', '-p', JSON.stringify({ spec })]);
  await inDns(['rollout', 'status', 'deployment/coredns', '--timeout=60s']);
  // Who asked the former pod goes on asking it, by the same UDP socket, as long as it answers.
  await inDns(['wait', '--for=delete', ...before, '--timeout=60s']);
}

const doorway = 'journey-dns';

/** For programs on this machine, which find the node beside them. */
async function openDns(): Promise<string> {
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: doorway },
    spec: {
      type: 'NodePort',
      selector: { 'k8s-app': 'kube-dns' },
      ports: [{ name: 'dns', protocol: 'UDP', port: 53, targetPort: 53 }],
    },
  };
  await inDns(['apply', '-f', '-'], stringify(service));
  const port = await inDns(['get', 'service', doorway, '-o', 'jsonpath={.spec.ports[0].nodePort}']);
  const address = `{.items[0].status.addresses[?(@.type=="InternalIP")].address}`;
  return `${await inDns(['get', 'nodes', '-o', `jsonpath=${address}`])}:${port}`;
}

const way = 'journey-to-other-sites';

/** Another server's port 25 is, behind its Service here, a port above 1024 of a pod. */
async function openWay(site: Site): Promise<void> {
  const port = ports.smtp.container;
  const policy = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: way },
    spec: {
      podSelector: { matchLabels: selector(site, 'postfix') },
      policyTypes: ['Egress'],
      egress: [
        {
          to: [
            { namespaceSelector: {}, podSelector: { matchLabels: { 'app.kubernetes.io/name': 'postfix' } } },
          ],
          ports: [{ protocol: 'TCP', port }],
        },
      ],
    },
  };
  await inSmtp(site, ['apply', '-f', '-'], stringify(policy));
}

function inSmtp({ namespaces }: Site, args: readonly string[], input?: string): Promise<string> {
  return kubectl(testCluster(), ['-n', namespaces.smtp, ...args], input);
}
