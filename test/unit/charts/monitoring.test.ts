import { describe, expect, it } from '@jest/globals';
import { scraped } from '../../../charts/components/monitoring.ts';
import { manifestsOf } from '../../support/manifests.ts';
import { socTrang } from '../../support/sites.ts';

type Manifest = {
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  data?: Record<string, string>;
  spec?: {
    namespaceSelector?: { matchNames: readonly string[] };
    podMetricsEndpoints?: readonly { port: string; path: string }[];
  };
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
    const monitors = manifests.filter(({ kind }) => kind === 'PodMonitor');
    expect(monitors.length).toBe(scraped(socTrang).length);
    for (const { metadata, spec } of monitors) {
      const pods = manifests.filter(
        ({ kind, metadata: { name, namespace = '' } }) =>
          /^(Deployment|StatefulSet)$/.test(kind) &&
          name === metadata.name &&
          spec?.namespaceSelector?.matchNames.includes(namespace),
      );
      const endpoints = spec?.podMetricsEndpoints ?? [];
      expect(endpoints).not.toEqual([]);
      for (const { port, path } of endpoints) {
        expect(JSON.stringify(pods)).toContain(`"name":"${port}"}`);
        // A path of a script is that of the file that the pod has there.
        if (path !== '/metrics') expect(JSON.stringify(pods)).toContain(`"mountPath":"/srv/www${path}"`);
      }
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
