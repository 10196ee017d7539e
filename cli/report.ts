/** `hopthu report`: has the site's own program make a report of any period, and writes it to a file. */

import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import type { ReportFormat } from '../operator/core/site-reports.ts';
import { nameOf, parsePeriod } from '../reports/day.ts';
import { withPodOf } from './backup/work-pod.ts';
import { WrongInput } from './failure.ts';
import { loadKubeConfig } from './kube.ts';
import { runInPod } from './pod-script.ts';
import { loadSite } from './site.ts';

export type ReportOptions = {
  readonly site: string;
  readonly month?: string;
  readonly quarter?: string;
  readonly year?: string;
  readonly from?: string;
  readonly to?: string;
  readonly organization?: string;
  readonly format: ReportFormat;
  readonly output?: string;
  readonly context?: string;
};

/** Milliseconds: a year of a large province is read and drawn. */
const deadline = 600_000;

/**
 * The pod that makes it runs beside Postfix, where the numbers are.
 * @throws WrongInput for a period that is none or given twice; Failed where the cluster refuses or the program fails
 */
export async function report(options: ReportOptions): Promise<void> {
  const period = nameOf(parsePeriod(periodOf(options)));
  const site = loadSite(options.site);
  const { format, organization } = options;
  const about = organization === undefined ? '' : `-${organization.replace('/', '-')}`;
  const output = options.output ?? `bao-cao-${site.name}${about}-${period}.${format}`;
  const program = ['/usr/local/bin/node', '/opt/hopthu/reports.mjs', 'make', period, format];
  const config = loadKubeConfig(options.context);
  const unfinished = `${output}.part`;
  const file = createWriteStream(unfinished);
  const written = finished(file);
  written.catch(() => undefined);
  try {
    await withPodOf(config, site.namespaces.smtp, 'report', false, (place) =>
      runInPod(
        config,
        { ...place, deadline, command: [...program, ...(organization === undefined ? [] : [organization])] },
        file,
      ),
    );
    await written;
    await rename(unfinished, output);
  } catch (error) {
    file.destroy();
    await rm(unfinished, { force: true });
    if ((error as { path?: string }).path === unfinished)
      throw new WrongInput(`cannot write ${output}: ${(error as Error).message}`);
    throw error;
  }
  console.log(output);
}

/** Exactly one way to say it. @throws WrongInput */
export function periodOf({ month, quarter, year, from, to }: Omit<ReportOptions, 'site' | 'format'>): string {
  const days = from === undefined && to === undefined ? undefined : `${from}..${to}`;
  const given = [month, quarter, year, days].filter((text) => text !== undefined);
  const [text] = given;
  if (text === undefined || given.length > 1)
    throw new WrongInput('report: use one of --month, --quarter, --year, or --from with --to');
  const shapes = [
    [month, '--month', 'month'],
    [quarter, '--quarter', 'quarter'],
    [year, '--year', 'year'],
    [days, '--from and --to', 'days'],
  ] as const;
  for (const [value, option, kind] of shapes) {
    if (value === undefined) continue;
    try {
      if (parsePeriod(value).kind === kind) return value;
    } catch {}
    throw new WrongInput(`${option} ${value}: use 2026-10, 2026-Q4, 2026, or days such as 2026-10-01`);
  }
  return text;
}
