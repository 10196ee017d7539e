import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { App, Chart } from 'cdk8s';
import { certificates } from '../../../charts/components/certificates.ts';
import { manifestsOf } from '../../support/manifests.ts';
import { daNang, socTrang } from '../../support/sites.ts';

type Container = {
  readonly name: string;
  readonly image: string;
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly resources: { readonly requests: Readonly<Record<string, string>>; readonly limits: object };
  readonly readinessProbe?: object;
};
type Pod = {
  readonly automountServiceAccountToken: boolean;
  readonly containers: readonly Container[];
  readonly volumes?: readonly {
    readonly configMap?: { readonly name: string };
    readonly persistentVolumeClaim?: { readonly claimName: string };
  }[];
};

function pods(
  site: typeof socTrang,
): readonly (Pod & { readonly part: string; readonly replicas: number })[] {
  return manifestsOf(site).flatMap((manifest) => {
    const { template, replicas = 1 } = (manifest['spec'] ?? {}) as {
      template?: { spec: Pod };
      replicas?: number;
    };
    return template === undefined ? [] : [{ ...template.spec, part: manifest.metadata.name, replicas }];
  });
}

describe.each([socTrang, daNang])('the stack of $name', (site) => {
  const containers = pods(site).flatMap(({ part, replicas, containers }) =>
    containers.map((one) => ({ part, replicas, ...one })),
  );

  it('asks for half a CPU at most, so that two sites fit beside a control plane on two cores', () => {
    const millicores = containers.map(
      ({ replicas, resources }) => replicas * Number(/^(\d+)m$/.exec(resources.requests['cpu'] ?? '')?.[1]),
    );
    expect(millicores.reduce((sum, value) => sum + value, 0)).toBeLessThanOrEqual(500);
  });

  it.each(containers)('$part/$name has a limit of memory', (container) => {
    expect(container.resources.limits).toHaveProperty('memory');
  });

  it('has a root daemon in the namespace of SMTP alone', () => {
    const roots = containers.filter(({ securityContext }) => securityContext['runAsUser'] === 0);
    expect(roots.map(({ part }) => part)).toEqual(['postfix']);
  });

  it('runs images under fixed tags', () => {
    for (const { image } of containers) expect(image).toMatch(/:[0-9a-z][0-9a-z.-]*$/);
    for (const { image } of containers) expect(image).not.toMatch(/:latest$/);
  });

  it('has a readiness probe in every pod', () => {
    for (const { part, containers: members } of pods(site)) {
      expect([part, members.some(({ readinessProbe }) => readinessProbe !== undefined)]).toEqual([
        part,
        true,
      ]);
    }
  });

  it('gives a token of the API server to the operator and the clerk alone', () => {
    const trusted = pods(site).filter(({ automountServiceAccountToken }) => automountServiceAccountToken);
    expect(trusted.map(({ part }) => part)).toEqual(['operator', 'clerk']);
  });

  it('applies what pods mount before them', () => {
    const manifests = manifestsOf(site);
    const applied = manifests.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`);
    const late = manifests.flatMap(({ metadata: { namespace }, spec }, index) =>
      ((spec as { template?: { spec: Pod } } | undefined)?.template?.spec.volumes ?? [])
        .flatMap(({ configMap, persistentVolumeClaim: claim }) => [
          ...(configMap === undefined ? [] : [`ConfigMap ${namespace}/${configMap.name}`]),
          ...(claim === undefined ? [] : [`PersistentVolumeClaim ${namespace}/${claim.claimName}`]),
        ])
        .filter((one) => applied.indexOf(one) > index),
    );
    expect(late).toEqual([]);
  });

  it('commits no secret', () => {
    expect(manifestsOf(site).filter(({ kind }) => kind === 'Secret')).toEqual([]);
  });

  it('keeps to its own namespaces', () => {
    const { mail, smtp, accounts, backup } = site.namespaces;
    const used = manifestsOf(site).flatMap(({ metadata }) => metadata.namespace ?? []);
    expect(
      [...new Set(used)].filter((namespace) => ![mail, smtp, backup, ...accounts].includes(namespace)),
    ).toEqual([]);
  });
});

describe('certificates of cert-manager', () => {
  const synthesize = (site: typeof socTrang) => {
    const chart = new Chart(new App(), 'test', { disableResourceNameHashes: true });
    certificates(chart, { site, image: (part) => part });
    return chart.toJson();
  };
  const issuer = { kind: 'ClusterIssuer' as const, name: 'province' };

  it('are not asked for without an issuer', () => {
    expect(synthesize(socTrang)).toEqual([]);
  });

  it('fill the Secrets that the pods mount, for servers and for clients', () => {
    const made = synthesize({ ...socTrang, tls: { issuer } });
    expect(made.map(({ spec }) => spec.secretName)).toEqual([
      'openldap-tls',
      'postgresql-tls',
      'dovecot-tls',
      'operator-tls',
      'clerk-tls',
      'webmail-tls',
      'portal-tls',
      'rspamd-tls',
      'postfix-tls',
      'reports-tls',
      'repository-tls',
    ]);
    expect(made[5].spec).toMatchObject({
      issuerRef: { group: 'cert-manager.io', ...issuer },
      usages: ['digital signature', 'server auth', 'client auth'],
    });
    expect(made[5].spec.dnsNames).toContain('mail.soctrang.gov.vn');
  });
});

describe('node charts/main.ts', () => {
  const root = join(import.meta.dirname, '../../..');
  const folder = mkdtempSync(join(tmpdir(), 'hopthu-dist-'));
  beforeAll(() => {
    execFileSync(process.execPath, ['charts/main.ts', folder, 'da-nang'], { cwd: root });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('writes one folder per site asked for, namespaces first, and the resource definitions', () => {
    expect(readdirSync(folder).sort()).toEqual(['crds.yaml', 'da-nang', 'zz-keep-mail.yaml']);
    expect(readdirSync(join(folder, 'da-nang')).sort()[0]).toBe('0000-namespaces.yaml');
    expect(
      readFileSync(join(folder, 'crds.yaml'), 'utf8').match(/^kind: CustomResourceDefinition$/gm),
    ).toHaveLength(4);
  });

  it('says in one line which sites there are, and ends with 2', () => {
    const { status, stderr } = spawnSync(process.execPath, ['charts/main.ts', folder, 'hanoi'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([2, 'site: there is no "hanoi"; use da-nang or soc-trang\n']);
  });
});
