/**
 * Pictures of the dashboards: a site on kind is used for some minutes, a real Prometheus reads its metrics, and each panel's own
 * query is drawn. Grafana is under the AGPL and is no dependency; the panels are those that it would show.
 * `node test/pictures/main.ts FOLDER [MINUTES]`
 */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { dashboards } from '../../charts/dashboards.ts';
import { findBrowser } from '../e2e/support/browser.ts';
import { removeCluster, standingCluster, useCluster } from '../e2e/support/cluster.ts';
import { deliver, type Person } from '../e2e/support/person.ts';
import { people } from '../e2e/support/resources.ts';
import { socTrang as site } from '../support/sites.ts';
import { page, panel } from './panel.ts';
import { Prometheus } from './prometheus.ts';

type Board = {
  readonly title: string;
  readonly panels: readonly {
    readonly title: string;
    readonly fieldConfig: { readonly defaults: { readonly unit: string } };
    readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
  }[];
};

const folder = resolve(process.argv[2] ?? 'test/artifacts');
const minutes = Number(process.argv[3] ?? 4);

/** Letters, wrong passwords and what is refused, a little at a time. */
async function use(sender: Person, reader: Person, until: number): Promise<void> {
  for (let count = 0; performance.now() < until; count += 1) {
    const letter = { to: reader.address, subject: `Công văn số ${count}`, text: 'Kính gửi: Sở Nội vụ' };
    const steps = [
      () => sender.send(letter),
      () => deliver(site, { ...letter, from: 'ai-do@example.org' }),
      () => deliver(site, { ...letter, from: 'ai-do@example.org', to: `khong-co@${site.domain}` }),
      () => sender.send({ ...letter, subject: '[MẬT] Công văn' }),
      () => sender.send({ ...letter, to: 'ai-do@no-such-domain.invalid' }),
      () => reader.receive(letter.subject),
      () => reader.receive(letter.subject),
    ];
    for (const step of steps) await step().catch(() => undefined);
    await sleep(500 + 2500 * Math.abs(Math.sin(count / 6)));
  }
}

async function picture(prometheus: Prometheus, name: string, { title, panels }: Board): Promise<void> {
  const seconds = minutes * 60;
  const caption = `${site.title}, a kind cluster in use for ${minutes} minutes; metrics of the real parts, read by Prometheus. Drawn by test/pictures from the dashboard's own queries: this is not Grafana's own rendering.`;
  const drawn: string[] = [];
  for (const { title: heading, fieldConfig, targets } of panels) {
    const { expr, legendFormat } = targets[0] ?? { expr: '', legendFormat: '' };
    const query = expr.replaceAll('$site', site.name).replaceAll('$__rate_interval', '30s');
    const lines = await prometheus.lines(query, legendFormat, seconds);
    if (lines.length === 0) process.stderr.write(`${name}: no data for ${heading}: ${query}\n`);
    drawn.push(panel(heading, lines, fieldConfig.defaults.unit));
  }
  const html = join(folder, `dashboard-${name}.html`);
  writeFileSync(html, page(title, caption, drawn));
  const browser = await chromium.launch({ executablePath: await findBrowser(), args: ['--no-sandbox'] });
  try {
    const tab = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await tab.goto(pathToFileURL(html).href);
    await tab.screenshot({ path: join(folder, `dashboard-${name}.png`), fullPage: true });
  } finally {
    await browser.close();
  }
}

const target = await standingCluster(site);
useCluster(target);
try {
  const both = await people(site, { 'picture-sender': 'Phan Văn Gửi', 'picture-reader': 'Phan Thị Nhận' });
  const [sender, reader] = Object.values(both) as [Person, Person];
  const prometheus = await Prometheus.start(target, site);
  try {
    await use(sender, reader, performance.now() + minutes * 60_000);
    for (const fault of await prometheus.faults()) process.stderr.write(`not read: ${fault}\n`);
    for (const [name, board] of Object.entries(dashboards())) await picture(prometheus, name, board as Board);
  } finally {
    prometheus.end();
  }
} finally {
  if (process.env['KEEP_CLUSTER'] !== '1') await removeCluster();
}
