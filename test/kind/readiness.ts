import { setTimeout as pause } from 'node:timers/promises';
import { attempt, run } from './command.ts';

const API_TIMEOUT_MS = 180_000;
const POLL_MS = 500;

/** Calls kubectl on one cluster. */
export type Kubectl = (...args: readonly string[]) => Promise<string>;

/** Binds kubectl to a context of the kubeconfig. */
export function kubectlFor(kubectl: string, context: string): Kubectl {
  return (...args) => run(kubectl, ['--context', context, ...args]);
}

/** The API server did not answer, or the node did not report, in time. */
export class ClusterNotReady extends Error {
  override readonly name = 'ClusterNotReady';
}

/** Waits until the API server answers and the kubelet has reported since the given time. */
async function waitForKubelet(kubectl: string, context: string, node: string, since: Date): Promise<void> {
  const lease = ['get', 'lease', node, '--namespace=kube-node-lease', '--output=jsonpath={.spec.renewTime}'];
  const deadline = Date.now() + API_TIMEOUT_MS;
  while (Date.now() < deadline) {
    const renewed = await attempt(kubectl, ['--context', context, '--request-timeout=5s', ...lease]);
    if (renewed !== undefined && renewed !== '' && new Date(renewed) >= since) return;
    await pause(POLL_MS);
  }
  throw new ClusterNotReady(
    `The node ${node} of ${context} did not report within ${API_TIMEOUT_MS / 1000} s; its log is in the container: /var/log/kubelet.log`,
  );
}

/**
 * Waits until a cluster can be used: node Ready, CoreDNS Available, a default StorageClass with its provisioner.
 * @param since when the node was started, so that what it said before does not count
 * @throws ClusterNotReady, CommandFailed when that takes minutes
 */
export async function waitUntilUsable(
  kubectl: string,
  context: string,
  node: string,
  since: Date,
): Promise<void> {
  await waitForKubelet(kubectl, context, node, since);
  const call = kubectlFor(kubectl, context);
  await call('wait', '--for=condition=Ready', `node/${node}`, '--timeout=180s');
  await call('rollout', 'status', 'deployment/coredns', '--namespace=kube-system', '--timeout=180s');
  await call(
    'rollout',
    'status',
    'deployment/local-path-provisioner',
    '--namespace=local-path-storage',
    '--timeout=180s',
  );
  const defaults = await call(
    'get',
    'storageclass',
    '--output=jsonpath={.items[?(@.metadata.annotations.storageclass\\.kubernetes\\.io/is-default-class=="true")].metadata.name}',
  );
  if (defaults === '') throw new ClusterNotReady(`The cluster of ${context} has no default StorageClass.`);
}
