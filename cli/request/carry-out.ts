/** Writes what a request that was approved comes to, where Git does not manage the site. */
import { CustomObjectsApi, type KubeConfig, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import type { Reviewed } from '../../clerk/review/review.ts';
import { apiVersion, finalizer, group, plural, type Resource, version } from '../../operator/api/resource.ts';
import { Failed } from '../failure.ts';
import { callKube } from '../kube.ts';

/**
 * @param present Mailboxes as they were reviewed, by `namespace/name`
 * @returns how many were written
 * @throws Failed naming the one that somebody changed or deleted since; what others wrote stays, and the same approval may be repeated
 */
export async function carryOut(
  config: KubeConfig,
  { manifests, removed }: Pick<Reviewed, 'manifests' | 'removed'>,
  present: ReadonlyMap<string, Resource>,
): Promise<number> {
  const api = config.makeApiClient(CustomObjectsApi);
  for (const { id, key, spec } of manifests) {
    const { kind, namespace, name } = id;
    const path = { group, version, namespace, plural: plural[kind] };
    const metadata = { name, namespace, finalizers: [finalizer] };
    // Only what was read is written over: a change in between is to be read first.
    const known = present.get(key);
    const written = await callKube(`${known === undefined ? 'creating' : 'changing'} ${kind} ${key}`, () =>
      known === undefined
        ? api.createNamespacedCustomObject({ ...path, body: { apiVersion, kind, metadata, spec } })
        : api.patchNamespacedCustomObject(
            { ...path, name, body: { metadata: { resourceVersion: known.metadata.resourceVersion }, spec } },
            setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
          ),
    );
    if (written === undefined)
      throw new Failed(`${kind} ${key} is gone since it was read: run the command again`);
  }
  for (const { metadata } of removed) {
    const { namespace, name, uid } = metadata;
    await callKube(`deleting Mailbox ${namespace}/${name}`, () =>
      api.deleteNamespacedCustomObject({
        ...{ group, version, namespace, plural: plural.Mailbox, name },
        body: { preconditions: { uid } },
      }),
    );
  }
  return manifests.length + removed.length;
}
