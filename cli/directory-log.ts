/** What slapd wrote to an account, as its own log has it: told by a script in its pod, which keeps the values there. */
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { KubeConfig } from '@kubernetes/client-node';
import { Failed } from './failure.ts';
import type { Moment } from './history.ts';
import { runInPod } from './pod-script.ts';

/** Container of each provider's pod and what runs in it: charts/components/openldap.ts. */
const container = 'slapd';
const script = ['/bin/sh', '/etc/hopthu/audit'];
/** Milliseconds for the script: it reads the whole log. */
const deadline = 60_000;

/** What one provider's log says, or why it cannot be read. */
export type ProviderLog = { readonly pod: string; readonly lines?: string; readonly failure?: string };

/**
 * @param entry DN of the account
 * @param providers how many there are; each keeps a log of its own
 * @throws Failed when no script can be run, as by someone without the right to `exec` there
 */
export async function readDirectoryLog(
  config: KubeConfig,
  namespace: string,
  entry: string,
  providers: number,
): Promise<readonly Moment[]> {
  const pods = Array.from({ length: providers }, (_, number) => `openldap-${number}`);
  const logs = await Promise.all(
    pods.map((pod) =>
      readLog(config, namespace, pod, entry).then(
        (lines): ProviderLog => ({ pod, lines }),
        (error: unknown): ProviderLog => {
          if (error instanceof Failed) return { pod, failure: error.message };
          throw error;
        },
      ),
    ),
  );
  const failures = logs.flatMap(({ failure }) => failure ?? []);
  if (failures.length === logs.length) throw new Failed(failures.join('; '));
  for (const failure of failures) console.error(`hopthu: without one of two logs: ${failure}`);
  return mergeLogs(logs, entry);
}

/** A write stands in both logs under one CSN; who did it is known to the provider that took it, whose number is in the CSN. */
export function mergeLogs(logs: readonly ProviderLog[], entry: string): readonly Moment[] {
  const writes = new Map<string, string>();
  for (const [number, { lines = '' }] of logs.entries()) {
    for (const line of lines.split('\n').filter((text) => text !== '')) {
      const csn = line.split('\t')[4] || line;
      const isOwn = csn.split('#')[2] === String(number + 1).padStart(3, '0');
      if (isOwn || !writes.has(csn)) writes.set(csn, line);
    }
  }
  return parseDirectoryLog([...writes.values()].join('\n'), entry);
}

async function readLog(config: KubeConfig, namespace: string, pod: string, entry: string): Promise<string> {
  const uid = entry.slice(entry.indexOf('=') + 1, entry.indexOf(','));
  const out = new PassThrough();
  const lines = text(out);
  await runInPod(config, { namespace, pod, container, command: [...script, uid], deadline }, out);
  return lines;
}

/** @param lines time, kind, who, attributes and CSN, with tabs between */
export function parseDirectoryLog(lines: string, entry: string): readonly Moment[] {
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [time = '', type = '', who = '', attributes = ''] = line.split('\t');
      const [, year, month, day, hour, minute, second, fraction = '0'] =
        /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{1,3})\d*)?Z$/.exec(time) ?? [];
      const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0')}Z`;
      const of = type === 'modify' || type === 'add' ? `: ${attributes.split(' ').join(', ')}` : '';
      return {
        time: iso,
        source: 'directory',
        type: 'Directory',
        reason: type.slice(0, 1).toUpperCase() + type.slice(1),
        message: `by ${nameOf(who, entry)}${of}`,
      };
    });
}

/** A part by its account's name, the person as such, anybody else by the DN. */
function nameOf(who: string, entry: string): string {
  if (who.toLowerCase() === entry.toLowerCase()) return 'its owner';
  return /^cn=([^,]+),ou=services,/.exec(who)?.[1] ?? (/^cn=directory,/.test(who) ? 'slapd itself' : who);
}
