import { type AnyKind, group, plural, type Resource, version } from '../api/resource.ts';
import { siteConfigMap } from '../core/secrets.ts';
import { callKubernetes } from './api-error.ts';
import type { KubeClient } from './client.ts';
import type { Page, Source } from './informer.ts';
import { type Steering, trimResource, trimSteering } from './trim.ts';

const PAGE = 500;

type List = {
  readonly items: readonly unknown[];
  readonly metadata?: { readonly resourceVersion?: string; readonly _continue?: string };
};

function pageOf(list: List, next: string | undefined): Page {
  const resourceVersion = list.metadata?.resourceVersion ?? '';
  const page = { items: list.items, resourceVersion };
  // The API server ends a list with an empty token.
  return next === undefined || next === '' ? page : { ...page, next };
}

/** Resources of one kind in one namespace. */
export function resourceSource<K extends AnyKind>(
  client: KubeClient,
  kind: K,
  namespace: string,
): Source<Resource<K>> {
  const name = `${plural[kind]} in ${namespace}`;
  return {
    name,
    path: `/apis/${group}/${version}/namespaces/${namespace}/${plural[kind]}`,
    async listPage(next) {
      const request = { group, version, namespace, plural: plural[kind], limit: PAGE };
      const list: List & { metadata?: { continue?: string } } = await callKubernetes(`listing ${name}`, () =>
        client.resources.listNamespacedCustomObject({
          ...request,
          ...(next === undefined ? {} : { _continue: next }),
        }),
      );
      return pageOf(list, list.metadata?.continue);
    },
    trim: (object) => trimResource(kind, object),
  };
}

/** The site's ConfigMap alone, in the mail namespace. */
export function steeringSource(client: KubeClient, namespace: string): Source<Steering> {
  const name = `ConfigMap ${namespace}/${siteConfigMap}`;
  const fieldSelector = `metadata.name=${siteConfigMap}`;
  return {
    name,
    path: `/api/v1/namespaces/${namespace}/configmaps`,
    fieldSelector,
    async listPage(next) {
      const request = { namespace, fieldSelector, limit: PAGE };
      const list: List = await callKubernetes(`listing ${name}`, () =>
        client.core.listNamespacedConfigMap({
          ...request,
          ...(next === undefined ? {} : { _continue: next }),
        }),
      );
      return pageOf(list, list.metadata?._continue);
    },
    trim: trimSteering,
  };
}
