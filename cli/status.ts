/** `hopthu status`: what stands how, problems first. */
import type { KubeConfig } from '@kubernetes/client-node';
import { siteNames } from '../charts/site-files.ts';
import type { MailboxStatus } from '../operator/api/mailbox.ts';
import type { Resource } from '../operator/api/resource.ts';
import { loadKubeConfig } from './kube.ts';
import { printData, printTable } from './print.ts';
import { listResources } from './resources.ts';
import { loadSite } from './site.ts';

export type StatusOptions = {
  readonly site?: string;
  readonly context?: string;
  readonly output?: string;
  readonly problems?: boolean;
};

/** One resource as the table and the scripts see it. */
export type Standing = {
  readonly kind: Resource['kind'];
  readonly namespace: string;
  readonly name: string;
  readonly address?: string;
  readonly organization?: string;
  readonly state?: string;
  /** Such as `12Mi (3%)`. */
  readonly used?: string;
  readonly ready: string;
  readonly reason: string;
  readonly message: string;
};

export type Summary = {
  /** How many are in each state; an Organization's state is the reason of its Ready condition. */
  readonly counts: {
    readonly mailboxes: Readonly<Record<string, number>>;
    readonly organizations: Readonly<Record<string, number>>;
    readonly problems: number;
  };
  readonly resources: readonly Standing[];
};

/** Prints the counts and a row for every resource. */
export async function status(options: StatusOptions): Promise<void> {
  const config = loadKubeConfig(options.context);
  const namespaces = namespacesOf(config, options.site);
  const organizations = await listResources(config, 'Organization', namespaces);
  const mailboxes = await listResources(config, 'Mailbox', namespaces);
  const summary = summarize([...organizations, ...mailboxes]);
  const resources = options.problems === true ? summary.resources.filter(isProblem) : summary.resources;
  console.log(
    options.output === undefined
      ? printSummary({ ...summary, resources })
      : printData({ ...summary, resources }, options.output),
  );
}

/** Those of the site, else of the site that the context is in, else of every site. */
function namespacesOf(config: KubeConfig, site: string | undefined): readonly string[] {
  if (site !== undefined) return loadSite(site).namespaces.accounts;
  const all = siteNames().map((name) => loadSite(name).namespaces.accounts);
  const current = config.getContextObject(config.getCurrentContext())?.namespace ?? 'default';
  return all.find((accounts) => accounts.includes(current)) ?? all.flat();
}

export function summarize(resources: readonly Resource[]): Summary {
  const standings = resources.map(standingOf).sort(byUrgency);
  const states = (kind: Resource['kind']) =>
    Object.fromEntries(
      [
        ...Map.groupBy(
          standings.filter((one) => one.kind === kind),
          stateOf,
        ),
      ]
        .map(([state, those]) => [state, those.length] as const)
        .sort(([a], [b]) => compare(a, b)),
    );
  return {
    counts: {
      mailboxes: states('Mailbox'),
      organizations: states('Organization'),
      problems: standings.filter(isProblem).length,
    },
    resources: standings,
  };
}

export function printSummary({ counts, resources }: Summary): string {
  const line = (label: string, states: Readonly<Record<string, number>>) => {
    const total = Object.values(states).reduce((sum, count) => sum + count, 0);
    const parts = Object.entries(states).map(([state, count]) => `${count} ${state}`);
    return `${label}: ${total}${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`;
  };
  const lines = [
    line('mailboxes', counts.mailboxes),
    line('organizations', counts.organizations),
    `with a problem: ${counts.problems}`,
  ];
  if (resources.length === 0) return lines.join('\n');
  const titles = [
    'KIND',
    'NAMESPACE',
    'NAME',
    'ADDRESS',
    'ORGANIZATION',
    'STATE',
    'USED',
    'READY',
    'REASON',
    'MESSAGE',
  ];
  const rows = resources.map((one) => [
    one.kind,
    one.namespace,
    one.name,
    one.address ?? '',
    one.organization ?? '',
    one.state ?? '',
    one.used ?? '',
    one.ready,
    one.reason,
    // What is well needs no explanation.
    isProblem(one) ? one.message : '',
  ]);
  return [...lines, '', printTable([titles, ...rows])].join('\n');
}

function standingOf({ kind, metadata, spec, status: known }: Resource): Standing {
  const { namespace, name, generation } = metadata;
  const { conditions, address, state, quota } = (known ?? {}) as MailboxStatus;
  const { organizationRef } = (spec ?? {}) as { organizationRef?: { name?: string } };
  const ready = conditions?.find(({ type }) => type === 'Ready');
  // A condition of an older spec says nothing of this one.
  const isCurrent = ready?.observedGeneration === undefined || ready.observedGeneration === generation;
  return {
    kind,
    namespace,
    name,
    ...(address === undefined ? {} : { address }),
    ...(organizationRef?.name === undefined ? {} : { organization: organizationRef.name }),
    ...(kind === 'Mailbox' ? { state: state ?? 'Pending' } : {}),
    ...(quota?.used === undefined ? {} : { used: `${quota.used} (${quota.percent}%)` }),
    ...(ready !== undefined && isCurrent
      ? { ready: ready.status, reason: ready.reason, message: ready.message }
      : { ready: 'Unknown', reason: 'NotYetSeen', message: 'the operator has not answered this spec yet' }),
  };
}

function stateOf({ kind, state, ready, reason }: Standing): string {
  if (kind === 'Mailbox') return state ?? 'Pending';
  return ready === 'True' ? reason : 'NotReady';
}

function isProblem({ ready }: Standing): boolean {
  return ready !== 'True';
}

/** Refused first, then what nobody has looked at, then the rest; organizations before the mailboxes that wait for them. */
function byUrgency(a: Standing, b: Standing): number {
  const rank = ({ ready }: Standing) => (ready === 'False' ? 0 : ready === 'Unknown' ? 1 : 2);
  return (
    rank(a) - rank(b) ||
    compare(b.kind, a.kind) ||
    compare(a.namespace, b.namespace) ||
    compare(a.name, b.name)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
