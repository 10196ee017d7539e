/** What slapd wrote to an account, as its own log has it: told by a script in its pod, which keeps the values there. */
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { KubeConfig } from '@kubernetes/client-node';
import type { Moment } from './history.ts';
import { runInPod } from './pod-script.ts';

/** The pod, its container and what runs in it: charts/components/openldap.ts. */
const [pod, container] = ['openldap-0', 'slapd'];
const script = ['/bin/sh', '/etc/hopthu/audit'];
/** Milliseconds for the script: it reads the whole log. */
const deadline = 60_000;

/**
 * @param entry DN of the account
 * @throws Failed when the script cannot be run, as by someone without the right to `exec` there
 */
export async function readDirectoryLog(
  config: KubeConfig,
  namespace: string,
  entry: string,
): Promise<readonly Moment[]> {
  const uid = entry.slice(entry.indexOf('=') + 1, entry.indexOf(','));
  const out = new PassThrough();
  const lines = text(out);
  await runInPod(config, { namespace, pod, container, command: [...script, uid], deadline }, out);
  return parseDirectoryLog(await lines, entry);
}

/** @param lines time, kind, who and attributes, with tabs between */
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
