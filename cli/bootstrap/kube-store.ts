/** The store of bootstrap on a real cluster. */
import { type KubeConfig, KubernetesObjectApi, PatchStrategy } from '@kubernetes/client-node';
import { namespaceManifest, type SiteNamespace } from '../../charts/namespaces.ts';
import type { Site } from '../../operator/core/site.ts';
import { Failed } from '../failure.ts';
import { callKube } from '../kube.ts';
import { describeObject, type ObjectName, type Store, type Stored } from './store.ts';

const fieldManager = 'hopthu-bootstrap';

/** A Secret or a ConfigMap; the data of a Secret is base64. */
type DataObject = { data?: Record<string, string>; metadata?: { resourceVersion?: string } };

export class KubeStore implements Store {
  readonly #site: Site;
  readonly #objects: KubernetesObjectApi;

  constructor(config: KubeConfig, site: Site) {
    this.#site = site;
    this.#objects = KubernetesObjectApi.makeApiClient(config);
  }

  async ensureNamespace(namespace: SiteNamespace): Promise<boolean> {
    const manifest = namespaceManifest(this.#site, namespace);
    const what = `Namespace ${namespace.name}`;
    const present = await callKube(`reading ${what}`, () => this.#objects.read(manifest));
    await callKube(`applying ${what}`, () =>
      this.#objects.patch(manifest, undefined, undefined, fieldManager, true, PatchStrategy.ServerSideApply),
    );
    return present === undefined;
  }

  async read(object: ObjectName): Promise<Stored | undefined> {
    const found = await callKube(`reading ${describeObject(object)}`, () =>
      this.#objects.read<DataObject & object>({ ...identity(object) }),
    );
    if (found === undefined) return undefined;
    const decode = object.kind === 'Secret' ? fromBase64 : (text: string) => text;
    const data = Object.entries(found.data ?? {}).map(([key, value]) => [key, decode(value)]);
    return { data: Object.fromEntries(data), version: found.metadata?.resourceVersion ?? '' };
  }

  async write(
    object: ObjectName,
    data: Readonly<Record<string, string>>,
    previous: Stored | undefined,
    type?: 'kubernetes.io/tls',
  ): Promise<void> {
    const { apiVersion, kind, metadata } = identity(object);
    const labels = {
      'app.kubernetes.io/instance': this.#site.name,
      'app.kubernetes.io/part-of': 'hopthu',
      'app.kubernetes.io/managed-by': 'hopthu',
    };
    const body = {
      apiVersion,
      kind,
      metadata: { ...metadata, labels, ...(previous ? { resourceVersion: previous.version } : {}) },
      ...(type === undefined || previous !== undefined ? {} : { type }),
      ...(kind === 'Secret' ? { data: mapValues(data, toBase64) } : { data }),
    };
    const what = `writing ${describeObject(object)}`;
    const written = await callKube(what, () =>
      previous === undefined
        ? this.#objects.create(body, undefined, undefined, fieldManager)
        : this.#objects.patch(body, undefined, undefined, fieldManager, undefined, PatchStrategy.MergePatch),
    );
    if (written === undefined) throw new Failed(`${what}: it was deleted meanwhile; run the command again`);
  }
}

function identity({ kind, namespace, name }: ObjectName) {
  return { apiVersion: 'v1', kind, metadata: { namespace, name } };
}

function mapValues(data: Readonly<Record<string, string>>, change: (value: string) => string): object {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, change(value)]));
}

function toBase64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function fromBase64(text: string): string {
  return Buffer.from(text, 'base64').toString();
}
