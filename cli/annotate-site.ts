/** The annotations of the site's ConfigMap, by which people steer the operator. */
import {
  CoreV1Api,
  type KubeConfig,
  PatchStrategy,
  setHeaderOptions,
  type V1ConfigMap,
} from '@kubernetes/client-node';
import { siteConfigMap as name } from '../operator/core/secrets.ts';
import { Failed } from './failure.ts';
import { callKube } from './kube.ts';

/** Null takes an annotation away. */
export type Annotations = Readonly<Record<string, string | null>>;

/**
 * @param version `resourceVersion` that the new values were made from; whatever is there when undefined
 * @throws Failed when there is no such ConfigMap, or the cluster refuses
 */
export async function annotateSite(
  config: KubeConfig,
  namespace: string,
  annotations: Annotations,
  version?: string,
): Promise<void> {
  const api = config.makeApiClient(CoreV1Api);
  const metadata = { annotations, ...(version === undefined ? {} : { resourceVersion: version }) };
  const written = await callKube(`annotating ConfigMap ${namespace}/${name}`, () =>
    api.patchNamespacedConfigMap(
      { namespace, name, body: { metadata }, fieldManager: 'hopthu' },
      setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
    ),
  );
  if (written === undefined) throw missing(namespace);
}

/** @throws Failed when there is no such ConfigMap, or the cluster refuses */
export async function readSiteConfigMap(config: KubeConfig, namespace: string): Promise<V1ConfigMap> {
  const api = config.makeApiClient(CoreV1Api);
  const found = await callKube(`reading ConfigMap ${namespace}/${name}`, () =>
    api.readNamespacedConfigMap({ namespace, name }),
  );
  if (found === undefined) throw missing(namespace);
  return found;
}

function missing(namespace: string): Failed {
  return new Failed(`there is no ConfigMap ${namespace}/${name}: install the site's charts first`);
}
