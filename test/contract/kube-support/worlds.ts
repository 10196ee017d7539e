/** The two clusters that the contract is held against: the one in memory, and one with a real API server. */
import { KubeConfig } from '@kubernetes/client-node';
import { type Kind, plural, type Resource } from '../../../operator/api/resource.ts';
import { siteConfigMap } from '../../../operator/core/secrets.ts';
import { ApiCluster } from '../../../operator/kube/api-cluster.ts';
import { connectKubernetes } from '../../../operator/kube/client.ts';
import { defaultPace, type Pace, type Report } from '../../../operator/kube/informer.ts';
import { type Manifest, MemoryCluster } from '../../../operator/kube/memory-cluster.ts';
import type { MemorySecret } from '../../../operator/kube/memory-secrets.ts';
import { type CallLimits, defaultLimits } from '../../../operator/kube/retry.ts';
import { trimResource } from '../../../operator/kube/trim.ts';
import type { Cluster, ClusterSnapshot, ResourceEvent } from '../../../operator/ports.ts';
import { type ApiServer, startApiServer } from './api-server.ts';
import { eventually } from './ports.ts';

export const namespaces = {
  mail: 'test-mail',
  smtp: 'test-smtp',
  accounts: ['test-accounts'],
  backup: 'test-backup',
};
export const namespace = 'test-accounts';

/** What a test does around the port: as an administrator, and reading what is stored. */
export type World = {
  readonly cluster: Cluster & { onChange(handler: () => void): void };
  /** Creates or changes a resource, and waits until the cluster's snapshot shows it. */
  apply(manifest: Omit<Manifest, 'namespace'>): Promise<Resource>;
  /** Deletes without waiting for finalizers. */
  remove(kind: Kind, name: string): Promise<void>;
  stored(kind: Kind, name: string): Promise<Resource | undefined>;
  secret(name: string): Promise<MemorySecret | undefined>;
  putForeignSecret(name: string): Promise<void>;
  annotateSite(annotations: Readonly<Record<string, string>>): Promise<void>;
  events(name: string): Promise<readonly ResourceEvent[]>;
  close(): Promise<void>;
};

/** @returns the resource as a snapshot has it */
export function find(snapshot: ClusterSnapshot, kind: Kind, name: string): Resource | undefined {
  const all = kind === 'Mailbox' ? snapshot.mailboxes : snapshot.organizations;
  return all.find((resource) => resource.metadata.name === name);
}

export function memoryWorld(): World {
  const cluster = new MemoryCluster();
  return {
    cluster,
    apply: async (manifest) => cluster.apply({ ...manifest, namespace }),
    remove: async (kind, name) => cluster.delete(kind, namespace, name),
    stored: async (kind, name) => cluster.get(kind, namespace, name),
    secret: async (name) => cluster.secrets.get(`${namespace}/${name}`),
    async putForeignSecret(name) {
      cluster.secrets.set(`${namespace}/${name}`, { ownerUid: 'another', address: '', password: 'theirs' });
    },
    annotateSite: async (annotations) => cluster.annotateSite(annotations),
    events: async (name) => cluster.events.filter(({ resource }) => resource === `${namespace}/${name}`),
    close: async () => {},
  };
}

/** A KubeConfig from the server's kubeconfig; through a proxy where its port is given. */
export function kubeConfigOf(server: ApiServer, port = server.port): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(server.kubeconfig);
  config.clusters = config.clusters.map((cluster) => ({ ...cluster, server: `https://127.0.0.1:${port}` }));
  return config;
}

/** Namespaces and the site's ConfigMap, as the charts would have made them. */
export async function installSite(server: ApiServer): Promise<void> {
  for (const name of [namespaces.mail, namespace]) await server.kubectl(['create', 'namespace', name]);
  await server.kubectl(['create', 'configmap', siteConfigMap, `--namespace=${namespaces.mail}`]);
}

/** The cluster port over a test's API server, started. */
export function startCluster(
  config: KubeConfig,
  report: Report,
  pace: Pace = defaultPace,
  limits: CallLimits = defaultLimits,
): ApiCluster {
  const client = connectKubernetes(config, limits);
  const cluster = new ApiCluster({ client, namespaces, instance: 'test', report, pace });
  cluster.start();
  return cluster;
}

function toYaml(manifest: Omit<Manifest, 'namespace'>): string {
  const { kind, name, spec, annotations = {}, finalizers = [] } = manifest;
  const metadata = { name, namespace, annotations, finalizers };
  return JSON.stringify({ apiVersion: 'hopthu.io/v1alpha1', kind, metadata, spec });
}

export async function apiWorld(): Promise<World> {
  const server = await startApiServer();
  await installSite(server);
  const cluster = startCluster(kubeConfigOf(server), (where, error) => console.error(where, error));
  await eventually('caches synced', () => cluster.hasSynced || undefined);
  const inNamespace = `--namespace=${namespace}`;
  const get = async (...args: string[]): Promise<unknown> => {
    const text = await server.kubectl(['get', inNamespace, '--ignore-not-found', '--output=json', ...args]);
    return text === '' ? undefined : JSON.parse(text);
  };
  const stored: World['stored'] = async (kind, name) => {
    const object = await get(plural[kind], name);
    return object === undefined ? undefined : trimResource(kind, object);
  };
  const seen = (resource: Resource): Promise<Resource> =>
    eventually(`${resource.metadata.name} in the snapshot`, async () => {
      const found = find(await cluster.snapshot(), resource.kind, resource.metadata.name);
      return found?.metadata.resourceVersion === resource.metadata.resourceVersion ? found : undefined;
    });
  return {
    cluster,
    stored,
    async apply(manifest) {
      await server.kubectl(['apply', '--filename=-'], toYaml(manifest));
      return seen((await stored(manifest.kind, manifest.name)) as Resource);
    },
    async remove(kind, name) {
      await server.kubectl(['delete', plural[kind], name, inNamespace, '--wait=false']);
      const left = await stored(kind, name);
      if (left !== undefined) await seen(left);
    },
    async secret(name) {
      const object = (await get('secret', name)) as
        | { data: Record<string, string>; metadata: { ownerReferences?: { uid: string }[] } }
        | undefined;
      if (object === undefined) return undefined;
      const text = (key: string): string => Buffer.from(object.data[key] ?? '', 'base64').toString();
      const ownerUid = object.metadata.ownerReferences?.[0]?.uid ?? '';
      return { ownerUid, address: text('address'), password: text('password') };
    },
    async putForeignSecret(name) {
      await server.kubectl([
        'create',
        'secret',
        'generic',
        name,
        inNamespace,
        '--from-literal=password=theirs',
      ]);
    },
    async annotateSite(annotations) {
      const patch = JSON.stringify([{ op: 'add', path: '/metadata/annotations', value: annotations }]);
      const target = ['patch', 'configmap', siteConfigMap, `--namespace=${namespaces.mail}`];
      await server.kubectl([...target, '--type=json', `--patch=${patch}`]);
    },
    async events(name) {
      const list = (await get('events.events.k8s.io')) as {
        items: (ResourceEvent & { note: string; regarding: { name: string } })[];
      };
      return list.items
        .filter((item) => item.regarding.name === name)
        .map(({ type, reason, action, note }) => ({ type, reason, action, message: note }));
    },
    async close() {
      cluster.stop();
      await server.stop();
    },
  };
}

/** Specs that the CRDs accept. */
export const specs = {
  organization: { name: 'Sở Y tế', state: 'Active' },
  mailbox: {
    organizationRef: { name: 'so-y-te' },
    type: 'Personal',
    person: { fullName: 'Nguyễn Thanh Bình' },
    state: 'Active',
  },
} as const;

/** A finalizer of somebody else; never removed by us. */
export const foreignFinalizer = 'example.org/other';
