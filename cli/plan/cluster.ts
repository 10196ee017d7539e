/** The resources of a site as the cluster has them. Reads only. */
import { CustomObjectsApi, type KubeConfig } from '@kubernetes/client-node';
import { group, type Kind, plural, type Resource, version } from '../../operator/api/resource.ts';
import type { Site } from '../../operator/core/site.ts';
import { trimResource } from '../../operator/kube/trim.ts';
import { Failed } from '../failure.ts';
import { callKube } from '../kube.ts';

const kinds: readonly Kind[] = ['Organization', 'Mailbox'];
const pageSize = 500;

/** @throws Failed when any list is not complete: what could not be read is not absent */
export async function readResources(config: KubeConfig, site: Site): Promise<readonly Resource[]> {
  const resources: Resource[] = [];
  for (const namespace of site.namespaces.accounts) {
    for (const kind of kinds) resources.push(...(await list(config, namespace, kind)));
  }
  return resources;
}

async function list(config: KubeConfig, namespace: string, kind: Kind): Promise<readonly Resource[]> {
  const api = config.makeApiClient(CustomObjectsApi);
  const what = `listing ${plural[kind]} in ${namespace}`;
  const request = { group, version, namespace, plural: plural[kind], limit: pageSize };
  const resources: Resource[] = [];
  let next = '';
  do {
    const page: Page | undefined = await callKube(what, () =>
      api.listNamespacedCustomObject(next === '' ? request : { ...request, _continue: next }),
    );
    if (page === undefined) throw new Failed(`${what}: the cluster does not know them: install the CRDs`);
    resources.push(...page.items.map((item) => trimResource(kind, item)));
    next = page.metadata?.continue ?? '';
  } while (next !== '');
  return resources;
}

type Page = { readonly items: readonly unknown[]; readonly metadata?: { readonly continue?: string } };
