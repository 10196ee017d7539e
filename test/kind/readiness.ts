import { setTimeout as pause } from 'node:timers/promises';
import { attempt } from './command.ts';

const TIMEOUT_MS = 180_000;
const POLL_MS = 500;

/** The pods without which a cluster is of no use: names by label selector, below their namespace. */
const SYSTEM_PODS = [
  { namespace: 'kube-system', selector: 'k8s-app=kube-dns', what: 'CoreDNS' },
  { namespace: 'local-path-storage', selector: 'app=local-path-provisioner', what: 'the volume provisioner' },
] as const;

const DEFAULT_CLASS =
  '{.items[?(@.metadata.annotations.storageclass\\.kubernetes\\.io/is-default-class=="true")].metadata.name}';

interface ContainerStatus {
  readonly ready: boolean;
  readonly state: { readonly running?: { readonly startedAt: string } };
}

interface PodList {
  readonly items: readonly { readonly status: { readonly containerStatuses?: readonly ContainerStatus[] } }[];
}

/** Something in the cluster did not come up in time. */
export class ClusterNotReady extends Error {
  override readonly name = 'ClusterNotReady';
}

/** Calls kubectl, which may fail while the cluster starts. */
type Ask = (...args: readonly string[]) => Promise<string | undefined>;

/** What tells why, as long as there is a cluster to ask: the journeys delete theirs when it does not come up. */
const REPORT = [
  ['get', 'pods', '--all-namespaces', '--output=wide'],
  ['get', 'events', '--all-namespaces', '--field-selector=type=Warning'],
  ['logs', '--namespace=kube-system', '--selector=k8s-app in (kube-dns,kube-proxy)', '--prefix', '--tail=20'],
] as const;

async function report(ask: Ask): Promise<string> {
  const parts = REPORT.map(
    async (args) => `$ kubectl ${args.join(' ')}\n${(await ask(...args)) ?? '(no answer)'}`,
  );
  return (await Promise.all(parts)).join('\n\n');
}

/** Asks until it is so. @throws ClusterNotReady at the deadline */
async function until(
  what: string,
  ask: Ask,
  deadline: number,
  condition: () => Promise<boolean>,
): Promise<void> {
  while (!(await condition())) {
    if (Date.now() > deadline) {
      throw new ClusterNotReady(
        `${what} did not get ready within ${TIMEOUT_MS / 1000} s. The node's container holds /var/log/kubelet.log and /var/log/containerd.log.\n\n${await report(ask)}`,
      );
    }
    await pause(POLL_MS);
  }
}

/** Whether the kubelet has reported since the node was started, and reports it as Ready. */
async function nodeIsReady(ask: Ask, node: string, since: Date): Promise<boolean> {
  const renewed = await ask(
    'get',
    'lease',
    node,
    '--namespace=kube-node-lease',
    '--output=jsonpath={.spec.renewTime}',
  );
  if (renewed === undefined || renewed === '' || new Date(renewed) < since) return false;
  const ready = '--output=jsonpath={.status.conditions[?(@.type=="Ready")].status}';
  return (await ask('get', 'node', node, ready)) === 'True';
}

async function podsAreReady(ask: Ask, namespace: string, selector: string, since: Date): Promise<boolean> {
  const answer = await ask(
    'get',
    'pods',
    `--namespace=${namespace}`,
    `--selector=${selector}`,
    '--output=json',
  );
  if (answer === undefined) return false;
  const { items } = JSON.parse(answer) as PodList;
  const isUp = ({ ready, state }: ContainerStatus): boolean =>
    ready && state.running !== undefined && new Date(state.running.startedAt) >= since;
  const podIsUp = ({ status }: PodList['items'][number]): boolean =>
    status.containerStatuses?.every(isUp) ?? false;
  return items.length > 0 && items.every(podIsUp);
}

/**
 * Waits until a cluster can be used: node Ready, CoreDNS and the volume provisioner running, a default
 * StorageClass present.
 * @param startedAt when the node was started: what the API server says of the time before does not count
 * @throws ClusterNotReady after three minutes
 */
export async function waitUntilUsable(
  kubectl: string,
  context: string,
  node: string,
  startedAt: Date,
): Promise<void> {
  const ask: Ask = (...args) => attempt(kubectl, ['--context', context, '--request-timeout=5s', ...args]);
  const deadline = Date.now() + TIMEOUT_MS;
  // Kubernetes gives the start of a container in whole seconds.
  const since = new Date(Math.floor(startedAt.getTime() / 1000) * 1000);
  await until(`The node ${node}`, ask, deadline, () => nodeIsReady(ask, node, since));
  for (const { namespace, selector, what } of SYSTEM_PODS) {
    await until(what, ask, deadline, () => podsAreReady(ask, namespace, selector, since));
  }
  await until('A default StorageClass', ask, deadline, async () => {
    const name = await ask('get', 'storageclass', `--output=jsonpath=${DEFAULT_CLASS}`);
    return name !== undefined && name !== '';
  });
}
