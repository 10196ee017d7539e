/** Organizations and Mailboxes of a cluster, read once for a command. */
import { CustomObjectsApi, type KubeConfig } from '@kubernetes/client-node';
import type { MailboxStatus } from '../operator/api/mailbox.ts';
import { type AnyKind, group, plural, type Resource, version } from '../operator/api/resource.ts';
import { resourceName } from '../operator/core/naming/identity.ts';
import { trimResource } from '../operator/kube/trim.ts';
import { Failed } from './failure.ts';
import { callKube } from './kube.ts';

const pageSize = 500;

type Page = { readonly items?: readonly unknown[]; readonly metadata?: { readonly continue?: string } };

/**
 * All resources of a kind in the namespaces.
 * @throws Failed when one cannot be read, or the cluster has no such kind
 */
export async function listResources<K extends AnyKind>(
  config: KubeConfig,
  kind: K,
  namespaces: readonly string[],
): Promise<readonly Resource<K>[]> {
  const api = config.makeApiClient(CustomObjectsApi);
  const resources: Resource<K>[] = [];
  for (const namespace of namespaces) {
    let next: string | undefined;
    do {
      const request = { group, version, namespace, plural: plural[kind], limit: pageSize };
      const page: Page | undefined = await callKube(`listing ${plural[kind]} in ${namespace}`, () =>
        api.listNamespacedCustomObject(next === undefined ? request : { ...request, _continue: next }),
      );
      if (page === undefined) {
        throw new Failed(`the cluster does not know ${plural[kind]}.${group}: run make up, or apply crds/`);
      }
      resources.push(...(page.items ?? []).map((item) => trimResource(kind, item)));
      next = page.metadata?.continue || undefined;
    } while (next !== undefined);
  }
  return resources;
}

/** Addresses in use by `namespace/name`. */
export function grantedAddresses(mailboxes: readonly Resource[]): ReadonlyMap<string, string> {
  return new Map(
    mailboxes.flatMap(({ metadata, status }) => {
      const { address } = (status ?? {}) as MailboxStatus;
      return address === undefined ? [] : [[resourceName(metadata), address] as const];
    }),
  );
}
