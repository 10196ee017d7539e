/** The job that publishes the directory as files (R40). */
import { describe, expect, it } from '@jest/globals';
import type { Site } from '../../../operator/core/site.ts';
import { type Manifest, manifestsOf } from '../../support/manifests.ts';
import { socTrang } from '../../support/sites.ts';

type Container = { readonly env: readonly { readonly name: string; readonly value: string }[] };
type Pod = { readonly containers: readonly Container[]; readonly volumes: readonly object[] };

const named = (site: Site, kind: string, name: string) =>
  manifestsOf(site).find((manifest) => manifest.kind === kind && manifest.metadata.name === name);
function podOf(job: Manifest | undefined): Pod {
  if (job === undefined) throw new Error('there is no job');
  return (job['spec'] as { jobTemplate: { spec: { template: { spec: Pod } } } }).jobTemplate.spec.template
    .spec;
}
const withFiles = (files: Site['published']['files']) => ({
  ...socTrang,
  published: { ...socTrang.published, files },
});
const variables = (site: Site) =>
  podOf(named(site, 'CronJob', 'publish')).containers[0]?.env.map(({ name }) => name);

describe('published files', () => {
  it('go to a claim of their own, with the rights to what is public alone', () => {
    expect(named(socTrang, 'PersistentVolumeClaim', 'published')).toBeDefined();
    const { volumes } = podOf(named(socTrang, 'CronJob', 'publish'));
    expect(JSON.stringify(volumes)).toContain('"secretName":"publisher-ldap"');
    expect(JSON.stringify(volumes)).toContain('"claimName":"published"');
    expect(variables(socTrang)).toContain('HOPTHU_TARGET_FOLDER');
  });

  it('go to a claim that people made, where its size is not given', () => {
    const site = withFiles({ schedule: '0 5 * * *', target: 'volume', keep: 3 });
    expect(named(site, 'PersistentVolumeClaim', 'published')).toBeUndefined();
    expect(named(site, 'CronJob', 'publish')).toBeDefined();
  });

  it('go to S3 with keys from a file', () => {
    const site = withFiles({ schedule: '0 5 * * *', target: 's3:https://s3.example.vn/a/b', keep: 3 });
    expect(variables(site)).toEqual(expect.arrayContaining(['HOPTHU_STORE_FILE', 'NODE_EXTRA_CA_CERTS']));
    expect(JSON.stringify(podOf(named(site, 'CronJob', 'publish')).volumes)).toContain('published-store');
  });

  it('are none where the site file has none', () => {
    const site = withFiles(undefined);
    expect(named(site, 'CronJob', 'publish')).toBeUndefined();
    expect(named(site, 'NetworkPolicy', 'publisher')).toBeUndefined();
  });
});
