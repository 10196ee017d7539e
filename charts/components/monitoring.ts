/** For a cluster that is watched by Prometheus and Grafana: who is scraped, what is alarming, and what one looks at. */
import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Site } from '../../operator/core/site.ts';
import { alerts, numbered } from '../alerts.ts';
import { dashboards } from '../dashboards.ts';
import type { PortName } from '../endpoints.ts';
import { scripted, scriptPath } from '../exporter.ts';
import { flowsOf, type PodName } from '../flows.ts';
import { type Context, labels, selector } from '../workload.ts';
import { namespaceOf } from './network-policies.ts';

const part = 'monitoring';

/** PodMonitors and a PrometheusRule where the site wants them, dashboards where it wants those. */
export function monitoring(scope: Construct, { site }: Context): void {
  const namespace = site.namespaces.mail;
  const metadata = (name: string) => ({ name, namespace, labels: labels(site, part) });
  if (site.monitoring.prometheusOperator) {
    for (const { to: name, ports } of scraped(site)) {
      new ApiObject(scope, `scrape-${name}`, {
        apiVersion: 'monitoring.coreos.com/v1',
        kind: 'PodMonitor',
        metadata: metadata(name),
        spec: {
          // Postfix is in a namespace of its own.
          namespaceSelector: { matchNames: [namespaceOf(site, name)] },
          selector: { matchLabels: selector(site, name) },
          podMetricsEndpoints: ports.map((port) => endpoint(site, name, port)),
        },
      });
    }
    new ApiObject(scope, 'rules', {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: metadata('hopthu'),
      spec: ruleFile(site.monitoring),
    });
  }
  if (site.monitoring.dashboards) {
    for (const [name, dashboard] of Object.entries(dashboards())) {
      const { name: object, namespace: home, labels: own } = metadata(`dashboard-${name}`);
      new ApiObject(scope, `dashboard-${name}`, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: object, namespace: home, labels: { ...own, grafana_dashboard: '1' } },
        data: { [`hopthu-${name}.json`]: JSON.stringify(dashboard, null, 2) },
      });
    }
  }
}

/** Who lets the monitoring in, and where. */
export function scraped(site: Site) {
  return flowsOf(site).flatMap((flow) =>
    flow.from === 'monitoring' && 'ports' in flow ? [{ to: flow.to, ports: flow.ports }] : [],
  );
}

/** The name of a container's port: `metrics` is of our own programs, `exporter` of the daemons. */
export function containerPort(port: PortName): string {
  return port === 'operator' ? 'metrics' : port;
}

/** Daemons do not know whose site they are of; our own programs say it themselves. */
function endpoint({ name: site }: Site, part: PodName, port: PortName): object {
  return {
    port: containerPort(port),
    path: scripted.includes(part) ? scriptPath : '/metrics',
    honorLabels: true,
    relabelings: [{ targetLabel: 'site', replacement: site }],
  };
}

/**
 * The alerts in the form of a Prometheus rule file. The steps go with each alert: whoever is woken may reach nothing else.
 * @param runbooks URL of docs/alerts.md
 */
export function ruleFile({ runbooks }: Pick<Site['monitoring'], 'runbooks'>): object {
  const rules = alerts.map(({ name, severity, expr, for: duration, summary, runbook }) => ({
    alert: name,
    expr,
    for: duration,
    labels: { severity },
    annotations: {
      summary,
      description: numbered(runbook),
      ...(runbooks === undefined ? {} : { runbook_url: `${runbooks}#${name.toLowerCase()}` }),
    },
  }));
  return { groups: [{ name: 'hopthu', rules }] };
}
