/** Requests and incidents of a backup, with their statuses: who was told what is known by them alone. The clerk stands still meanwhile. */
import { CustomObjectsApi, type KubeConfig, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { group, plural, version } from '../../operator/api/resource.ts';
import { callKube } from '../kube.ts';
import { resourceAnew, type SavedObject } from './saved.ts';

/** What is there already, by an earlier try, keeps the status that it has. */
export async function createRecords(
  config: KubeConfig,
  kind: 'MailboxRequest' | 'Incident',
  records: readonly SavedObject[],
): Promise<void> {
  const api = config.makeApiClient(CustomObjectsApi);
  for (const saved of records) {
    const { name, namespace } = saved.metadata;
    if (saved.metadata.deletionTimestamp !== undefined) continue;
    const what = `${kind} ${namespace}/${name}`;
    const path = { group, version, namespace, plural: plural[kind] };
    const there: { readonly status?: unknown } | undefined =
      (await callKube(`reading ${what}`, () => api.getNamespacedCustomObject({ ...path, name }))) ??
      (await callKube(`creating ${what}`, () =>
        api.createNamespacedCustomObject({ ...path, body: resourceAnew(saved) }),
      ));
    if (there?.status !== undefined || saved['status'] === undefined) continue;
    await callKube(`writing the status of ${what}`, () =>
      api.patchNamespacedCustomObjectStatus(
        { ...path, name, body: { status: saved['status'] } },
        setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
      ),
    );
  }
}
