import { describe, expect, it } from '@jest/globals';
import { manifestsOf } from '../../support/manifests.ts';
import { socTrang } from '../../support/sites.ts';

type Manifest = {
  kind: string;
  metadata: { name: string; labels?: Record<string, string> };
  data?: Record<string, string>;
};
const watched = (monitoring: { prometheusOperator: boolean; dashboards: boolean }) =>
  manifestsOf({ ...socTrang, monitoring }) as unknown as readonly Manifest[];
const kinds = (manifests: readonly Manifest[], kind: string) =>
  manifests.filter((manifest) => manifest.kind === kind).map(({ metadata }) => metadata.name);

describe('monitoring', () => {
  it('adds nothing to a cluster without the Prometheus operator', () => {
    const none = watched({ prometheusOperator: false, dashboards: false });
    for (const kind of ['PodMonitor', 'PrometheusRule']) expect(kinds(none, kind)).toEqual([]);
  });

  it('scrapes whoever lets it in, at a port of that name', () => {
    const manifests = watched({ prometheusOperator: true, dashboards: false });
    expect(kinds(manifests, 'PrometheusRule')).toEqual(['hopthu']);
    for (const part of kinds(manifests, 'PodMonitor')) {
      const pods = manifests.filter(
        ({ kind, metadata }) => /^(Deployment|StatefulSet)$/.test(kind) && metadata.name === part,
      );
      expect(JSON.stringify(pods)).toContain('"name":"metrics"}]');
    }
  });

  it('has dashboards that Grafana finds by their label', () => {
    const boards = watched({ prometheusOperator: false, dashboards: true }).filter(
      ({ metadata }) => metadata.labels?.['grafana_dashboard'] === '1',
    );
    const titles = boards.flatMap(({ data = {} }) =>
      Object.values(data).map((text) => JSON.parse(text).title as string),
    );
    expect(titles).toEqual(['Hộp Thư: service', 'Hộp Thư: accounts']);
  });
});
