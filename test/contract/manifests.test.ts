/** Every manifest of both sites, against a real API server of the release that the node image runs. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { siteNamespaces } from '../../charts/namespaces.ts';
import type { Site } from '../../operator/core/site.ts';
import { asYaml, type Manifest, manifestsOf } from '../support/manifests.ts';
import { daNang, sharded, socTrang } from '../support/sites.ts';
import { type ApiServer, startApiServer } from './kube-support/api-server.ts';

/** With what is there only while mail is copied from elsewhere. */
const movingIn: Site = {
  ...daNang,
  moving: {
    ...daNang.moving,
    from: [
      { host: 'imap.example.org', port: 993, tls: 'imaps', networks: ['192.0.2.7/32', '2001:db8::/64'] },
    ],
  },
};
let server: ApiServer;

beforeAll(async () => {
  server = await startApiServer();
}, 900_000);
afterAll(() => server?.stop());

type Templates = { template?: { metadata: object; spec: object } };

/** What a manifest's pods are: admission looks at them, not at the workload that makes them. */
function podOf(manifest: Manifest): Manifest | undefined {
  const { jobTemplate, ...spec } = (manifest['spec'] ?? {}) as Templates & {
    jobTemplate?: { spec: Templates };
  };
  const { template } = jobTemplate?.spec ?? spec;
  if (template === undefined) return undefined;
  const { name, namespace } = manifest.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...template.metadata, name, ...(namespace === undefined ? {} : { namespace }) },
    spec: withClaims(manifest, template.spec),
  };
}

/** A StatefulSet adds its claims to the pod's volumes. */
function withClaims(manifest: Manifest, spec: object): object {
  const { volumeClaimTemplates = [] } = manifest['spec'] as { volumeClaimTemplates?: readonly Manifest[] };
  const claims = volumeClaimTemplates.map(({ metadata: { name } }) => ({
    name,
    persistentVolumeClaim: { claimName: name },
  }));
  return { ...spec, volumes: [...((spec as { volumes?: object[] }).volumes ?? []), ...claims] };
}

describe.each([socTrang, movingIn, sharded])('$name with $storage.shards shards', (site: Site) => {
  const manifests = manifestsOf(site);
  const dryRun = ['apply', '--server-side', '--dry-run=server', '--validate=strict', '-f', '-'];

  beforeAll(async () => {
    // What admission asks for before it lets anything else in.
    const first = manifests.filter(({ kind }) => ['Namespace', 'PriorityClass'].includes(kind));
    await server.kubectl(['apply', '--server-side', '-f', '-'], asYaml(first));
  });

  it('has only fields that Kubernetes knows, with values that it takes', async () => {
    const output = await server.kubectl(dryRun, asYaml(manifests));
    expect(output.trim().split('\n')).toHaveLength(manifests.length);
  });

  it('has pods that Pod Security lets in', async () => {
    const pods = manifests.flatMap((manifest) => podOf(manifest) ?? []);
    expect(pods.length).toBeGreaterThanOrEqual(6);
    await server.kubectl(dryRun, asYaml(pods));
  });

  it('keeps every pod but postfix under "restricted"', () => {
    expect(siteNamespaces(site)).toEqual([
      { name: site.namespaces.mail, podSecurity: 'restricted' },
      { name: site.namespaces.smtp, podSecurity: 'baseline' },
      ...site.namespaces.accounts.map((name) => ({ name, podSecurity: 'restricted' })),
      { name: site.namespaces.backup, podSecurity: 'restricted' },
    ]);
  });

  it('is refused where a pod asks for more than its namespace allows', async () => {
    const [pod] = manifests.flatMap((manifest) => podOf(manifest) ?? []);
    const root = { ...pod, spec: { ...(pod?.['spec'] as object), hostNetwork: true } } as Manifest;
    await expect(server.kubectl(dryRun, asYaml([root]))).rejects.toThrow(/violates PodSecurity/);
  });
});
