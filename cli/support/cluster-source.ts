/** The things of a site that a support bundle holds, read from its cluster. Secrets are not among them, and are not asked for. */
import {
  AppsV1Api,
  CoreV1Api,
  EventsV1Api,
  type KubeConfig,
  type V1Container,
  type V1Pod,
  type V1PodSpec,
  VersionApi,
} from '@kubernetes/client-node';
import { stringify } from 'yaml';
import { reportConfigMap, siteConfigMap } from '../../operator/core/secrets.ts';
import type { Site } from '../../operator/core/site.ts';
import { callKube } from '../kube.ts';
import { listResources } from '../resources.ts';
import { summarize } from '../status.ts';

export type Bundled = { readonly file: string; readonly text: string };
export type Source = () => Promise<
  readonly { readonly what: string; readonly read: () => Promise<readonly Bundled[]> }[]
>;

/** The last lines of each container's log. */
const logLines = 2000;

export function clusterSource(config: KubeConfig, site: Site): Source {
  const core = config.makeApiClient(CoreV1Api);
  const { mail, smtp, accounts } = site.namespaces;
  const stack = [mail, smtp];
  const version = async () => {
    const found = await callKube('reading the version', () => config.makeApiClient(VersionApi).getCode());
    return [asYaml('cluster-version', found)];
  };
  const standings = async () => {
    const organizations = await listResources(config, 'Organization', accounts);
    const mailboxes = await listResources(config, 'Mailbox', accounts);
    const { counts, resources } = summarize([...organizations, ...mailboxes]);
    // Names of resources are names of people.
    const problems = resources
      .filter(({ ready }) => ready !== 'True')
      .map(({ kind, state, ready, reason, message }) => ({ kind, state, ready, reason, message }));
    return [asYaml('resources', { counts, problems })];
  };
  const ownConfigMaps = async () =>
    Promise.all(
      [siteConfigMap, reportConfigMap].map(async (name) => {
        const found = await callKube(`reading ConfigMap ${mail}/${name}`, () =>
          core.readNamespacedConfigMap({ namespace: mail, name }),
        );
        return asYaml(name, { annotations: found?.metadata?.annotations, data: found?.data });
      }),
    );
  return async () => [
    { what: 'version of the cluster', read: version },
    { what: 'Organizations and Mailboxes', read: standings },
    { what: 'site file and report', read: ownConfigMaps },
    ...stack.map((namespace) => ({
      what: `workloads of ${namespace}`,
      read: () => workloads(config, namespace),
    })),
    ...[...stack, ...accounts].map((namespace) => ({
      what: `Events of ${namespace}`,
      read: () => events(config, namespace),
    })),
    ...stack.map((namespace) => ({ what: `pods of ${namespace}`, read: () => pods(core, namespace) })),
  ];
}

function asYaml(name: string, data: unknown): Bundled {
  return { file: `${name}.yaml`, text: stringify(data, { aliasDuplicateObjects: false }) };
}

async function workloads(config: KubeConfig, namespace: string): Promise<readonly Bundled[]> {
  const apps = config.makeApiClient(AppsV1Api);
  const what = `listing workloads in ${namespace}`;
  const sets = await callKube(what, () => apps.listNamespacedStatefulSet({ namespace }));
  const deployments = await callKube(what, () => apps.listNamespacedDeployment({ namespace }));
  const all = [...(sets?.items ?? []), ...(deployments?.items ?? [])];
  const rows = all.map(({ metadata, spec, status }) => ({
    name: metadata?.name,
    images: containersOf(spec?.template.spec).map(({ image }) => image),
    replicas: spec?.replicas,
    ready: status?.readyReplicas ?? 0,
  }));
  return [asYaml(`workloads-${namespace}`, rows)];
}

async function events(config: KubeConfig, namespace: string): Promise<readonly Bundled[]> {
  const api = config.makeApiClient(EventsV1Api);
  const found = await callKube(`listing Events in ${namespace}`, () =>
    api.listNamespacedEvent({ namespace }),
  );
  const rows = (found?.items ?? []).map(({ eventTime, type, reason, regarding, note }) => ({
    at: eventTime,
    type,
    reason,
    kind: regarding?.kind,
    note,
  }));
  return [asYaml(`events-${namespace}`, rows)];
}

async function pods(core: CoreV1Api, namespace: string): Promise<readonly Bundled[]> {
  const found = await callKube(`listing pods in ${namespace}`, () => core.listNamespacedPod({ namespace }));
  const items = found?.items ?? [];
  const logs = await Promise.all(items.map((pod) => logsOf(core, namespace, pod)));
  const rows = items.map(({ metadata, status }) => ({
    name: metadata?.name,
    phase: status?.phase,
    conditions: status?.conditions,
    containers: [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].map(
      ({ name, ready, restartCount, state, lastState }) => ({ name, ready, restartCount, state, lastState }),
    ),
  }));
  return [asYaml(`pods-${namespace}`, rows), ...logs.flat()];
}

/** Sidecars are init containers that stay. */
function containersOf(spec: V1PodSpec | undefined): readonly V1Container[] {
  return [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
}

async function logsOf(core: CoreV1Api, namespace: string, pod: V1Pod): Promise<readonly Bundled[]> {
  const name = pod.metadata?.name ?? '';
  const containers = containersOf(pod.spec).map((container) => container.name);
  return Promise.all(
    containers.map(async (container) => {
      const text = await callKube(`reading the log of ${namespace}/${name} ${container}`, () =>
        core.readNamespacedPodLog({ namespace, name, container, tailLines: logLines, timestamps: true }),
      );
      return { file: `${namespace}-${name}-${container}.log`, text: text ?? '' };
    }),
  );
}
