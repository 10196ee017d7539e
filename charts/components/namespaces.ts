/** The namespaces of a site, with what Pod Security enforces in each, and the rank of its pods. */
import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { namespaceManifest, siteNamespaces } from '../namespaces.ts';
import { type Context, labels, priorityClass } from '../workload.ts';

export function namespaces(scope: Construct, { site }: Context): void {
  for (const namespace of siteNamespaces(site)) {
    new ApiObject(scope, namespace.name, namespaceManifest(site, namespace));
  }
  new ApiObject(scope, 'priority', {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: priorityClass(site), labels: labels(site, 'priority') },
    value: 100_000,
    description: `Mail of ${site.title}: before pods without a rank where a node is short.`,
  });
}
