/** NetworkPolicies: nothing goes in or out of the site's namespaces but the flows of `charts/flows.ts`. */
import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Site } from '../../operator/core/site.ts';
import { ports } from '../endpoints.ts';
import {
  type Caller,
  type Elsewhere,
  type Flow,
  flowsOf,
  type PodName,
  podNames,
  podNamesOf,
} from '../flows.ts';
import { siteNamespaces } from '../namespaces.ts';
import { type Context, labels, selector } from '../workload.ts';

type Rule = { readonly from?: readonly object[]; readonly to?: readonly object[]; readonly ports?: object[] };

/** A default that denies both directions in each namespace, and one policy for each kind of pod. */
export function networkPolicies(scope: Construct, { site }: Context): void {
  const policy = (id: string, namespace: string, name: string, spec: object) =>
    new ApiObject(scope, id, {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name, namespace, labels: labels(site, name) },
      spec: { ...spec, policyTypes: ['Ingress', 'Egress'] },
    });
  for (const { name } of siteNamespaces(site))
    policy(`deny-${name}`, name, 'default-deny', { podSelector: {} });
  for (const pod of podNamesOf(site)) {
    policy(pod, namespaceOf(site, pod), pod, {
      podSelector: { matchLabels: selector(site, pod) },
      ingress: flowsOf(site)
        .filter(({ to }) => to === pod)
        .map((flow) => ingress(site, flow)),
      egress: flowsOf(site)
        .filter(({ from }) => from === pod)
        .flatMap((flow) => egress(site, flow) ?? []),
    });
  }
}

/** Postfix is alone in its namespace, because it needs root, but for the jobs that count its mail on its node; the backups are kept from the rest of the stack. */
export function namespaceOf({ namespaces }: Site, pod: PodName): string {
  if (pod === 'repository' || pod === 'prune') return namespaces.backup;
  return pod === 'postfix' || pod === 'reports' || pod === 'report-backup'
    ? namespaces.smtp
    : namespaces.mail;
}

function ingress(site: Site, flow: Flow): Rule {
  const from = isPod(flow.from) ? [peer(site, flow.from)] : callers(site)[flow.from];
  return { ...(from === undefined ? {} : { from }), ports: listeners(flow) };
}

/** Undefined where the site has nobody there. */
function egress(site: Site, flow: Flow): Rule | undefined {
  return isPod(flow.to) ? { to: [peer(site, flow.to)], ports: listeners(flow) } : elsewhere(site)[flow.to];
}

/** Policies look at packets behind the Service, hence at the port that the daemon binds. */
function listeners(flow: Flow): object[] {
  return 'ports' in flow ? flow.ports.map((name) => tcp(ports[name].container)) : [];
}

const tcp = (port: number) => ({ protocol: 'TCP', port });
const udp = (port: number) => ({ protocol: 'UDP', port });
const network = (cidr: string) => ({ ipBlock: { cidr } });
const namespace = (name: string) => ({ matchLabels: { 'kubernetes.io/metadata.name': name } });

function peer(site: Site, pod: PodName): object {
  return {
    namespaceSelector: namespace(namespaceOf(site, pod)),
    podSelector: { matchLabels: selector(site, pod) },
  };
}

/** A rule without `from` lets everybody in. */
function callers(site: Site): Readonly<Record<Caller, readonly object[] | undefined>> {
  return {
    anybody: undefined,
    applications: undefined,
    monitoring: [{ namespaceSelector: namespace(site.network.monitoring) }],
  };
}

function elsewhere({
  network: { apiServer },
  filter: { signatures },
  backup: { repository },
  published: { files },
  moving,
}: Site): Readonly<Record<Elsewhere, Rule | undefined>> {
  const anywhere = [network('0.0.0.0/0'), network('::/0')];
  return {
    dns: {
      to: [
        {
          namespaceSelector: namespace('kube-system'),
          podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
        },
        // Where NodeLocal DNSCache listens in clusters that have it.
        network('169.254.20.10/32'),
      ],
      ports: [udp(53), tcp(53)],
    },
    apiServer: { to: apiServer.networks.map(network), ports: apiServer.ports.map(tcp) },
    // Daemons here listen above 1024, so port 25 is that of other servers alone.
    mailServers: { to: anywhere, ports: [tcp(25)] },
    repositoryElsewhere:
      repository === 'volume'
        ? undefined
        : { to: anywhere, ports: [tcp(portOf(new URL(repository.replace(/^\w+:/, ''))))] },
    publishedElsewhere:
      files === undefined || files.target === 'volume'
        ? undefined
        : { to: anywhere, ports: [tcp(portOf(new URL(files.target.replace(/^s3:/, ''))))] },
    // Where there are several, each at the ports of all.
    oldServers:
      moving.from.length === 0
        ? undefined
        : {
            to: moving.from.flatMap(({ networks }) => networks.map(network)),
            ports: [...new Set(moving.from.map(({ port }) => port))].map(tcp),
          },
    signatures:
      signatures.mirror === 'none'
        ? undefined
        : { to: anywhere, ports: [tcp(portOf(new URL(signatures.mirror)))] },
  };
}

function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port);
  return protocol === 'http:' ? 80 : 443;
}

function isPod(name: PodName | Caller | Elsewhere): name is PodName {
  return (podNames as readonly string[]).includes(name);
}
