import { describe, expect, it } from '@jest/globals';
import { App, Chart } from 'cdk8s';
import { postgresql } from '../../../charts/components/postgresql.ts';
import { daNang, socTrang } from '../../support/sites.ts';

function synthesize(site = socTrang) {
  const chart = new Chart(new App(), 'test', { disableResourceNameHashes: true });
  const endpoint = postgresql(chart, { site, image: (part) => `registry.example.vn/${part}:1` });
  const objects = chart.toJson();
  return { endpoint, of: (kind: string) => objects.find((object) => object.kind === kind) };
}

describe('postgresql', () => {
  it('hands out the full name of its Service in the namespace of the mail', () => {
    expect(synthesize().endpoint).toEqual({
      host: 'postgresql.soc-trang-mail.svc.cluster.local',
      port: 5432,
    });
    expect(synthesize().of('Service').spec.type).toBe('ClusterIP');
  });

  it('accepts TLS alone, and only the webmail and the backup from outside the pod', () => {
    const files = synthesize().of('ConfigMap').data;
    const rules = files['pg_hba.conf'].split('\n').filter((line: string) => /^\w/.test(line));
    expect(rules.map((line: string) => line.split(/\s+/))).toEqual([
      ['local', 'all', 'postgres', 'peer'],
      ['local', 'postgres', 'monitoring', 'peer'],
      ['hostssl', 'roundcube', 'roundcube', '0.0.0.0/0', 'scram-sha-256'],
      ['hostssl', 'roundcube', 'roundcube', '::/0', 'scram-sha-256'],
      ['hostssl', 'roundcube', 'backup', '0.0.0.0/0', 'scram-sha-256'],
      ['hostssl', 'roundcube', 'backup', '::/0', 'scram-sha-256'],
    ]);
    expect(files['postgresql.conf']).toContain('ssl = on');
  });

  it('keeps the password out of the ConfigMap and the command line', () => {
    const { of } = synthesize();
    expect(of('ConfigMap').data['roles.sql']).toContain('`cat /run/secrets/postgresql/roundcube`');
    const { volumes, containers } = of('StatefulSet').spec.template.spec;
    expect(volumes.find(({ name }: { name: string }) => name === 'password').secret).toMatchObject({
      secretName: 'postgresql-passwords',
      items: ['roundcube', 'backup'].map((key) => ({ key, path: key })),
    });
    expect(containers[0].env).toBeUndefined();
  });

  it('runs as uid 10002 on a claim of the size in the site file', () => {
    const { spec } = synthesize(daNang).of('StatefulSet');
    expect(spec.template.spec.securityContext).toMatchObject({
      runAsUser: 10002,
      runAsNonRoot: true,
      fsGroup: 10002,
    });
    expect(spec.volumeClaimTemplates[0].spec.resources.requests.storage).toBe(daNang.storage.database);
  });

  it('takes its cache from the memory limit', () => {
    const resources = { ...socTrang.resources.postgresql, memoryLimit: '1Gi' };
    const site = { ...socTrang, resources: { ...socTrang.resources, postgresql: resources } };
    expect(synthesize(site).of('ConfigMap').data['postgresql.conf']).toContain('shared_buffers = 262144kB');
  });
});
