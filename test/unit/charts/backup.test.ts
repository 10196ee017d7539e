import { describe, expect, it } from '@jest/globals';
import { type Manifest, manifestsOf } from '../../support/manifests.ts';
import { socTrang } from '../../support/sites.ts';

type Pod = {
  readonly serviceAccountName?: string;
  readonly affinity?: object;
  readonly containers: readonly {
    readonly command: readonly string[];
    readonly volumeMounts: readonly Mount[];
  }[];
};
type Mount = { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean };

const elsewhere = {
  ...socTrang,
  backup: { ...socTrang.backup, repository: 's3:https://s3.example.vn/backup/soc-trang' },
};
const jobs = (site: typeof socTrang) =>
  manifestsOf(site).filter(
    ({ kind, metadata }) => kind === 'CronJob' && /^(backup|check|restore|prune)\b/.test(metadata.name),
  );
const specOf = (manifest: Manifest) => manifest['spec'] as Record<string, unknown>;
const podOf = (manifest: Manifest) =>
  (specOf(manifest)['jobTemplate'] as { spec: { template: { spec: Pod } } }).spec.template.spec;
const named = (name: string) => {
  const found = jobs(socTrang).find(({ metadata }) => metadata.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
};

describe('jobs of the backup', () => {
  it('run one at a time by the clock of Việt Nam, and late rather than not', () => {
    for (const job of jobs(socTrang))
      expect(specOf(job)).toMatchObject({
        timeZone: 'Asia/Ho_Chi_Minh',
        concurrencyPolicy: 'Forbid',
        startingDeadlineSeconds: 14_400,
      });
  });

  it('work at night and weekly; those of a restore wait for a person', () => {
    const suspended = jobs(socTrang).filter((job) => specOf(job)['suspend'] === true);
    expect(suspended.map(({ metadata }) => metadata.name)).toEqual([
      'restore-site',
      'restore-reports',
      'restore-mail',
    ]);
    expect(specOf(named('backup-mail'))['schedule']).toBe(socTrang.backup.schedule);
    expect(specOf(named('check-mail'))['schedule']).toBe(socTrang.backup.checkSchedule);
  });

  it('read mail without being able to write it, on the node of the pod whose volume it is', () => {
    const pod = podOf(named('backup-mail'));
    const mounts = pod.containers[0]?.volumeMounts.filter(({ mountPath }) => mountPath.startsWith('/srv/'));
    expect(mounts?.map(({ readOnly }) => readOnly)).toEqual([true, true]);
    expect(JSON.stringify(pod.affinity)).toContain('"statefulset.kubernetes.io/pod-name":"dovecot-0"');
  });

  it('reach the API server where resources are saved, and there alone', () => {
    const trusted = jobs(socTrang).filter((job) => podOf(job).serviceAccountName !== undefined);
    expect(trusted.map(({ metadata }) => metadata.name)).toEqual(['backup-site']);
    const roles = manifestsOf(socTrang).filter(
      ({ kind, metadata }) => kind === 'Role' && metadata.name === 'backup',
    );
    const verbs = roles.flatMap((role) =>
      (role['rules'] as { verbs: string[] }[]).flatMap((rule) => rule.verbs),
    );
    expect(new Set(verbs)).toEqual(new Set(['list']));
  });

  it('have no secret among arguments or variables', () => {
    for (const job of jobs(socTrang)) expect(podOf(job).containers[0]).not.toHaveProperty('env');
  });
});

describe('the repository', () => {
  const there = (site: typeof socTrang) =>
    manifestsOf(site).filter(
      ({ kind, metadata }) => metadata.namespace === 'soc-trang-backup' && kind !== 'NetworkPolicy',
    );

  it('on a volume is served to add and read only, and pruned beside its server', () => {
    const manifests = there(socTrang);
    expect(manifests.map(({ kind }) => kind)).toEqual(['ConfigMap', 'Service', 'StatefulSet', 'CronJob']);
    const data = manifests[0]?.['data'] as Record<string, string>;
    expect(data['serve']).toContain('--append-only');
    expect(data['repository']).toContain("RESTIC_REPOSITORY='/srv/repository'");
    expect(JSON.stringify(podOf(named('prune')).affinity)).toContain('repository-0');
  });

  it('elsewhere needs no server, and has the same rule', () => {
    const manifests = there(elsewhere);
    expect(manifests.map(({ kind }) => kind)).toEqual(['ConfigMap', 'CronJob']);
    const data = manifests[0]?.['data'] as Record<string, string>;
    expect(data['repository']).toContain("RESTIC_REPOSITORY='s3:https://s3.example.vn/backup/soc-trang'");
    expect(data['prune']).toContain('--keep-daily 14 --keep-weekly 8 --keep-monthly 12 --prune');
  });
});
