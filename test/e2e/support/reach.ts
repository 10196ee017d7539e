/** Which addresses the processes of a pod can connect to, tried from inside the pod. */

import { namespaceOf } from '../../../charts/components/network-policies.ts';
import { ports } from '../../../charts/endpoints.ts';
import { flowsOf, type PodName } from '../../../charts/flows.ts';
import type { Site } from '../../../operator/core/site.ts';
import { kubectl } from '../../kind/install.ts';
import { testCluster } from './cluster.ts';

export type Pod = { readonly namespace: string; readonly name: string; readonly ip: string };

/** A name for the test's lists, and where it is. */
export type Target = { readonly name: string; readonly ip: string; readonly port: number };

/** One running pod of each kind that is there all the time, which jobs are not. */
export async function podsOf(site: Site, names: readonly PodName[]): Promise<ReadonlyMap<PodName, Pod>> {
  const find = async (name: PodName): Promise<[PodName, Pod]> => {
    const [pod] = await running(namespaceOf(site, name), `app.kubernetes.io/name=${name}`);
    if (pod === undefined) throw new Error(`no pod of ${name} runs`);
    return [name, pod];
  };
  return new Map(await Promise.all(names.map(find)));
}

/** The running pods with a label. */
async function running(namespace: string, label: string): Promise<readonly Pod[]> {
  const template = '{range .items[*]}{.metadata.name} {.status.podIP}{"\\n"}{end}';
  const select = ['-l', label, '--field-selector=status.phase=Running'];
  const lines = await kubectl(testCluster(), [
    ...['-n', namespace, 'get', 'pods', ...select, '-o', `jsonpath=${template}`],
  ]);
  return lines
    .split('\n')
    .map((line) => line.split(' '))
    .flatMap(([name = '', ip = '']) => (ip === '' ? [] : [{ namespace, name, ip }]));
}

/** The flows of a site where each part is one pod: none leads from a part to itself, and no port is of two directories alone. */
export function flowsOfSingles(site: Site) {
  return flowsOf(site)
    .filter(({ from, to }) => from !== to)
    .map((flow) =>
      'ports' in flow
        ? { ...flow, ports: flow.ports.filter((name) => name !== 'ldapsRead' && name !== 'provider') }
        : flow,
    );
}

/** Every port of the pods that some flow leads to. */
export function listeners(site: Site, pods: ReadonlyMap<PodName, Pod>): readonly Target[] {
  const places = flowsOfSingles(site).flatMap((flow) =>
    'ports' in flow ? flow.ports.map((name) => [flow.to, ports[name].container] as const) : [],
  );
  const targets = places.flatMap(([to, port]) => {
    const pod = pods.get(to);
    return pod === undefined ? [] : [{ name: `${to} ${port}`, ip: pod.ip, port }];
  });
  return [...new Map(targets.map((target) => [target.name, target])).values()];
}

/** Names of the targets that answer a connection from the pod within two seconds, in their order. */
export async function reached(from: Pod, targets: readonly Target[]): Promise<readonly string[]> {
  const attempts = targets.map(
    ({ ip, port }, index) => `(timeout 2 bash -c '</dev/tcp/${ip}/${port}' 2>/dev/null && echo ${index}) &`,
  );
  const script = `${attempts.join('\n')}\nwait`;
  const exec = ['-n', from.namespace, 'exec', '-i', from.name, '--', 'bash'];
  const output = await kubectl(testCluster(), exec, script);
  const open = new Set(output.split('\n'));
  return targets.filter((_, index) => open.has(`${index}`)).map(({ name }) => name);
}
