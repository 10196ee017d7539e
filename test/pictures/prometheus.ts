/** A Prometheus that reads the metrics of a site on kind, by kubectl's port-forward, as the site's PodMonitors would. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { containerPort, scraped } from '../../charts/components/monitoring.ts';
import { namespaceOf } from '../../charts/components/network-policies.ts';
import { ports } from '../../charts/endpoints.ts';
import { scripted, scriptPath } from '../../charts/exporter.ts';
import type { Site } from '../../operator/core/site.ts';
import { kubectl, type Target } from '../kind/install.ts';
import type { Line } from './panel.ts';

const port = 34_890;
const api = `http://127.0.0.1:${port}/api/v1`;

export class Prometheus {
  readonly #folder = mkdtempSync(join(tmpdir(), 'hopthu-prometheus-'));
  readonly #children: ChildProcess[] = [];

  static async start(target: Target, site: Site): Promise<Prometheus> {
    const prometheus = new Prometheus();
    const jobs: object[] = [];
    let local = port;
    for (const { to: part, ports: names } of scraped(site)) {
      const namespace = namespaceOf(site, part);
      const selector = `app.kubernetes.io/name=${part},app.kubernetes.io/instance=${site.name}`;
      const found = await kubectl(target, ['-n', namespace, 'get', 'pods', '-l', selector, '-o', 'name']);
      for (const pod of found.split('\n').filter((name) => name !== '')) {
        for (const name of names) {
          local += 1;
          prometheus.#forward(target, namespace, pod, `${local}:${ports[name].container}`);
          jobs.push(job(site, part, pod.replace('pod/', ''), `${containerPort(name)}-${local}`, local));
        }
      }
    }
    const config = join(prometheus.#folder, 'prometheus.yml');
    writeFileSync(config, stringify({ global: { scrape_interval: '5s' }, scrape_configs: jobs }));
    prometheus.#run('prometheus', [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(prometheus.#folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ]);
    return prometheus;
  }

  #forward({ context, kubectl: program }: Target, namespace: string, pod: string, mapping: string): void {
    this.#run(program, ['--context', context, '-n', namespace, 'port-forward', pod, mapping]);
  }

  #run(program: string, args: readonly string[]): void {
    this.#children.push(spawn(program, [...args], { stdio: ['ignore', 'ignore', 'inherit'] }));
  }

  /** Targets that could not be read, with the reason. */
  async faults(): Promise<readonly string[]> {
    const { data } = (await (await fetch(`${api}/targets`)).json()) as {
      data: { activeTargets: { health: string; lastError: string; labels: Record<string, string> }[] };
    };
    return data.activeTargets
      .filter(({ health }) => health !== 'up')
      .map(({ labels, lastError }) => `${labels['job']}: ${lastError}`);
  }

  /** @param legend a template of Grafana over labels */
  async lines(query: string, legend: string, seconds: number): Promise<readonly Line[]> {
    const end = Date.now() / 1000;
    const range = { query, start: String(end - seconds), end: String(end), step: '5' };
    const answer = await fetch(`${api}/query_range?${new URLSearchParams(range)}`);
    const { data, error } = (await answer.json()) as {
      error?: string;
      data?: { result: { metric: Record<string, string>; values: [number, string][] }[] };
    };
    if (data === undefined) throw new Error(`${query}: ${error}`);
    return data.result.map(({ metric, values }) => ({
      name: legend.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => metric[label] ?? ''),
      points: values
        .map(([time, value]) => [time, Number(value)] as const)
        .filter(([, value]) => Number.isFinite(value)),
    }));
  }

  end(): void {
    for (const child of this.#children) child.kill('SIGTERM');
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function job(site: Site, part: string, pod: string, name: string, local: number): object {
  return {
    job_name: `${pod}-${name}`,
    honor_labels: true,
    metrics_path: (scripted as readonly string[]).includes(part) ? scriptPath : '/metrics',
    static_configs: [{ targets: [`127.0.0.1:${local}`], labels: { site: site.name, pod } }],
  };
}
