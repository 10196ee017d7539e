import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { scraped } from '../../../charts/components/monitoring.ts';
import type { Site } from '../../../operator/core/site.ts';
import { manifestsOf } from '../../support/manifests.ts';
import { socTrang } from '../../support/sites.ts';

type Manifest = {
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  data?: Record<string, string>;
  spec?: {
    namespaceSelector?: { matchNames: readonly string[] };
    podMetricsEndpoints?: readonly { port: string; path: string }[];
    groups?: readonly { rules: readonly { annotations: Readonly<Record<string, string>> }[] }[];
  };
};
const watched = (monitoring: Site['monitoring']) =>
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

  const annotations = (runbooks?: string) =>
    watched({ prometheusOperator: true, dashboards: false, runbooks })
      .flatMap(({ spec }) => spec?.groups ?? [])
      .flatMap(({ rules }) => rules.map((rule) => rule.annotations));

  it('links each alert to its section of the page, and says the steps with it', () => {
    const page = new URL('../../../docs/alerts.md', import.meta.url);
    const headings = [...readFileSync(page, 'utf8').matchAll(/^## (\w+)$/gm)].map(([, name]) => name);
    const told = annotations('https://git.example.vn/hopthu/docs/alerts.md');
    expect(told.map((one) => one['runbook_url'])).toEqual(
      headings.map((name) => `https://git.example.vn/hopthu/docs/alerts.md#${name?.toLowerCase()}`),
    );
    for (const { description } of told) expect(description).toMatch(/^1\. .+/);
  });

  it('links to nothing where the site does not say where the page is', () => {
    for (const one of annotations()) expect(Object.keys(one)).toEqual(['description', 'summary']);
  });

  it('sends nobody to a page that is not there', () => {
    const named = annotations().flatMap(({ description = '' }) => description.match(/[\w/-]+\.md/g) ?? []);
    expect(named).toContain('docs/runbook-stolen-account.md');
    const docs = new URL('../../../docs/', import.meta.url);
    for (const name of named) readFileSync(new URL(name.replace(/^docs\//, ''), docs));
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
