/** The namespaces of a site and what Pod Security enforces in them: for the charts and for `hopthu bootstrap`. */
import type { Site } from '../operator/core/site.ts';

export type SiteNamespace = { readonly name: string; readonly podSecurity: 'restricted' | 'baseline' };

export function siteNamespaces(site: Site): readonly SiteNamespace[] {
  return [
    { name: site.namespaces.mail, podSecurity: 'restricted' },
    // Postfix's master must be root, and no level forbids that to one pod alone.
    { name: site.namespaces.smtp, podSecurity: 'baseline' },
    ...site.namespaces.accounts.map((name) => ({ name, podSecurity: 'restricted' }) as const),
    { name: site.namespaces.backup, podSecurity: 'restricted' },
  ];
}

/** The Namespace as both write it, so that neither undoes the other. */
export function namespaceManifest(site: Site, { name, podSecurity }: SiteNamespace) {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      labels: {
        'app.kubernetes.io/instance': site.name,
        'app.kubernetes.io/part-of': 'hopthu',
        'app.kubernetes.io/managed-by': 'hopthu',
        'pod-security.kubernetes.io/enforce': podSecurity,
      },
    },
  };
}
