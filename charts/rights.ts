/** The rights of a part: a Role in one namespace, bound to the ServiceAccount of the part's name. */
import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Site } from '../operator/core/site.ts';
import { labels } from './workload.ts';

export type Grantee = {
  readonly part: string;
  /** Where its ServiceAccount is. */
  readonly home: string;
};

export function grant(
  scope: Construct,
  site: Site,
  { part, home }: Grantee,
  namespace: string,
  rules: readonly object[],
): void {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const metadata = { name: part, namespace, labels: labels(site, part) };
  new ApiObject(scope, `role-${namespace}`, { apiVersion, kind: 'Role', metadata, rules });
  new ApiObject(scope, `binding-${namespace}`, {
    apiVersion,
    kind: 'RoleBinding',
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: part },
    subjects: [{ kind: 'ServiceAccount', name: part, namespace: home }],
  });
}
