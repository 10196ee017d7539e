/** What several parts mount, applied before the first of them: a pod that comes earlier fails to start until it is there. */
import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { siteConfigMap } from '../../operator/core/secrets.ts';
import { type Context, claimSpec, labels } from '../workload.ts';

/** Journal, numbers and kept reports. */
export const reportsClaim = 'reports';

/** @param siteFile text of the site file, which programs read as it stands */
export function mounted(scope: Construct, { site }: Context, siteFile: string): void {
  const { mail, smtp } = site.namespaces;
  new ApiObject(scope, 'site', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: siteConfigMap, namespace: mail, labels: labels(site, 'operator') },
    data: { 'site.yaml': siteFile },
  });
  // Not a claim of Postfix's StatefulSet, to which none can be added.
  new ApiObject(scope, 'reports', {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: reportsClaim, namespace: smtp, labels: labels(site, 'reports') },
    spec: claimSpec(site, site.reports.volume),
  });
}
