/** The namespaces of a site, with what Pod Security enforces in each. */
import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { namespaceManifest, siteNamespaces } from '../namespaces.ts';
import type { Context } from '../workload.ts';

export function namespaces(scope: Construct, { site }: Context): void {
  for (const namespace of siteNamespaces(site)) {
    new ApiObject(scope, namespace.name, namespaceManifest(site, namespace));
  }
}
