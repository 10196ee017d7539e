/** Reports as they come by the clock, and everything that is kept of them (R41). */
import { withPodOf } from '../../../cli/backup/work-pod.ts';
import { loadKubeConfig } from '../../../cli/kube.ts';
import { readFromPod } from '../../../cli/pod-script.ts';
import type { Site } from '../../../operator/core/site.ts';
import { kubectl } from '../../kind/install.ts';
import { inAccounts, testCluster } from './cluster.ts';
import { apply, ready } from './resources.ts';

/** kubectl in the namespace of Postfix and the reports. */
export function inSmtp(site: Site, ...args: readonly string[]): Promise<string> {
  return kubectl(testCluster(), ['-n', site.namespaces.smtp, ...args]);
}

let jobs = 0;
/** Has a CronJob of the reports do its work now; waits for its end. */
export async function runNow(site: Site, cronJob: string): Promise<void> {
  const name = `${cronJob}-test-${Date.now()}-${jobs++}`;
  await inSmtp(site, 'create', 'job', `--from=cronjob/${cronJob}`, name);
  await inSmtp(site, 'wait', '--for=condition=complete', `job/${name}`, '--timeout=120s');
}

/** The department that both site files have reports mailed to; another journey may have it already, with more in its spec. */
export async function reportRecipient(site: Site, name: string): Promise<void> {
  const known = await inAccounts(site, ['get', 'mailbox', name, '--ignore-not-found', '-o', 'name']);
  if (known.trim() === '') {
    await apply(site, 'Organization', name, { name: 'Sở Thông tin và Truyền thông' });
    await apply(site, 'Mailbox', name, { organizationRef: { name }, type: 'Organization' });
  }
  await ready(site, `mailbox/${name}`);
}

/** Nothing is counted by the clock, so that the numbers stay as they are. */
export async function stopCounting(site: Site, suspend = true): Promise<void> {
  await inSmtp(site, 'patch', 'cronjob', 'report-collect', '-p', JSON.stringify({ spec: { suspend } }));
}

const printAll = `cd /srv/reports
find . -type f ! -path './lost+found/*' ! -name '.restored' -printf '%P\\n' | sort |
  while read -r file; do printf '%s %s\\n' "$file" "$(base64 --wrap=0 "$file")"; done`;

/** Every file of the volume byte by byte, with the names of organizations in the place of their UIDs, which a restore makes anew. */
export async function reportFiles(site: Site): Promise<ReadonlyMap<string, string>> {
  const columns = 'jsonpath={range .items[*]}{.metadata.uid} {.metadata.name}{"\\n"}{end}';
  const named = linesOf(await inAccounts(site, ['get', 'organizations', '-o', columns]));
  const config = loadKubeConfig(testCluster().context);
  const text = await withPodOf(config, site.namespaces.smtp, 'restore-reports', false, (place) =>
    readFromPod(config, { ...place, deadline: 60_000, command: ['/bin/bash', '-c', printAll] }),
  );
  return new Map(
    linesOf(text).map(([path, content]) => {
      const bytes = Buffer.from(content, 'base64').toString('latin1');
      const isNumbers = path.endsWith('.json');
      return [path, isNumbers ? named.reduce((all, [uid, name]) => all.replaceAll(uid, name), bytes) : bytes];
    }),
  );
}

function linesOf(text: string): readonly (readonly [string, string])[] {
  const lines = text.trim().split('\n').filter(Boolean);
  return lines.map((line) => {
    const [first = '', second = ''] = line.split(' ');
    return [first, second];
  });
}
