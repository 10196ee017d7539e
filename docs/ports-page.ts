/** docs/ports.md: the flows that the network policies let through, and what a firewall has to open. */
import { ports } from '../charts/endpoints.ts';
import { type Caller, type Elsewhere, type Flow, flows } from '../charts/flows.ts';

const names: Readonly<Record<Caller | Elsewhere, string>> = {
  anybody: 'anybody',
  applications: 'anybody, where `applications` lists any',
  monitoring: 'namespace `network.monitoring`',
  dns: 'cluster DNS',
  apiServer: 'API server (`network.apiServer`)',
  mailServers: 'any address',
  signatures: '`filter.signatures.mirror`',
  repositoryElsewhere: 'the repository (`backup.repository`)',
  publishedElsewhere: '`published.files.target`',
  oldServers: '`moving.from` (`networks`)',
};
const elsewhere: Readonly<Record<Elsewhere, string>> = {
  dns: '53 (UDP, TCP)',
  apiServer: '`network.apiServer.ports`',
  mailServers: '25',
  signatures: "the URL's",
  repositoryElsewhere: 'of its URL',
  publishedElsewhere: 'of its URL',
  oldServers: '`port` of each, 993',
};

const nameOf = (peer: Flow['from'] | Flow['to']) => (names as Readonly<Record<string, string>>)[peer] ?? peer;

function portsOf(flow: Flow): string {
  if (!('ports' in flow)) return elsewhere[flow.to];
  return flow.ports.map((name) => `${ports[name].service} → ${ports[name].container}`).join(', ');
}

function whenOf({ shards }: Flow): string {
  if (shards === undefined) return '';
  return shards === 'one' ? ' (`storage.shards: 1`)' : ' (more than one shard)';
}

function table(rows: readonly Flow[]): string {
  const lines = rows.map(
    (flow) => `| ${nameOf(flow.from)} | ${nameOf(flow.to)} | ${portsOf(flow)} | ${flow.why}${whenOf(flow)} |`,
  );
  return ['| From | To | Port | Why |', '|---|---|---|---|', ...lines].join('\n');
}

/** The page below its generated note. */
export function portsPage(): string {
  const outside = flows.filter(
    ({ from, to }) =>
      from === 'anybody' ||
      ['mailServers', 'signatures', 'repositoryElsewhere', 'publishedElsewhere', 'oldServers'].includes(to),
  );
  return `# Ports and flows

Every namespace of a site denies all traffic in both directions by default; only what follows is let through. Ports are TCP. In "636 → 1636"
the first is the Service's port, which clients use, and the second the container's, which policies match. The cluster's network plugin must enforce
NetworkPolicies; kubelet's probes come from the node and are let in by every such plugin.

## For the firewall before the cluster
Open these. In addition, the nodes pull images from \`images.registry\`.

${table(outside)}

## Inside the cluster
${table(flows.filter((flow) => !outside.includes(flow)))}

A new flow is one line in \`charts/flows.ts\`.
`;
}
