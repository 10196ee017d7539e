import { describe, expect, it } from '@jest/globals';
import { App, Chart } from 'cdk8s';
import { operator } from '../../../charts/components/operator.ts';
import { socTrang } from '../../support/sites.ts';

function synthesize(replicas: number, planOnly = false) {
  const site = { ...socTrang, operator: { ...socTrang.operator, replicas, planOnly } };
  const chart = new Chart(new App(), 'test', { disableResourceNameHashes: true });
  const endpoint = { host: 'test', port: 1 };
  operator(
    chart,
    { site, image: (part) => `registry.example.vn/${part}:1` },
    {
      directory: endpoint,
      dovecots: ['test'],
      notices: endpoint,
      siteFile: '',
    },
  );
  const objects = chart.toJson();
  return (kind: string, namespace = 'soc-trang-mail') =>
    objects.find((object) => object.kind === kind && object.metadata.namespace === namespace);
}

describe('two operators', () => {
  const find = synthesize(2);

  it('are replaced one after the other, and never both evicted', () => {
    expect(find('Deployment').spec).toMatchObject({
      replicas: 2,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
    });
    expect(find('PodDisruptionBudget').spec).toEqual({
      maxUnavailable: 1,
      selector: { matchLabels: find('Deployment').spec.selector.matchLabels },
    });
  });

  it('may write one Lease, and make it', () => {
    const leases = find('Role').rules.filter(({ resources }: { resources: string[] }) =>
      resources.includes('leases'),
    );
    expect(leases).toEqual([
      expect.objectContaining({ resourceNames: ['hopthu-operator'], verbs: ['get', 'update'] }),
      expect.objectContaining({ verbs: ['create'] }),
    ]);
    expect(JSON.stringify(find('Role', 'soc-trang-accounts'))).not.toContain('leases');
  });
});

it('one operator can be evicted, and goes before its successor comes', () => {
  const find = synthesize(1);
  expect(find('PodDisruptionBudget')).toBeUndefined();
  expect(find('Deployment').spec).toMatchObject({ replicas: 1, strategy: { type: 'Recreate' } });
});

it('one that only plans may read, and write nothing at all', () => {
  const planOnly = synthesize(1, true);
  const verbs = ['soc-trang-mail', 'soc-trang-accounts'].flatMap((namespace) =>
    planOnly('Role', namespace).rules.flatMap((rule: { verbs: string[] }) => rule.verbs),
  );
  expect(new Set(verbs)).toEqual(new Set(['get', 'list', 'watch']));
  expect(JSON.stringify(planOnly('Role', 'soc-trang-accounts'))).not.toContain('secrets');
});
