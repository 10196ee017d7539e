/** A provider's volume as a former release left it, and what is on it now. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Provider } from './pair.ts';
import { furnished, operatorDn, suffix } from './slapd.ts';

const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` };

/**
 * Fills an empty volume by that release's own configuration.
 * @param release the folder with it and with `directory.ldif`
 * @param edit what is changed in its slapd.conf
 */
export async function fillAsRelease(
  { folder }: Provider,
  release: string,
  edit: (config: string) => string,
): Promise<void> {
  const former = join(folder, 'former');
  for (const name of [former, join(folder, 'ldap/data'), join(folder, 'ldap/accesslog')])
    await mkdir(name, { recursive: true });
  for (const name of ['slapd.conf', 'acl.conf', 'hopthu.schema']) {
    const text = await furnished(folder, name, await readFile(join(release, name), 'utf8'));
    // Its own files, and the places of this one.
    const own = text.replaceAll(new RegExp(`${folder}/(acl.conf|hopthu.schema)`, 'g'), `${former}/$1`);
    await writeFile(join(former, name), edit(own));
  }
  const input = join(release, 'directory.ldif');
  await execa('slapadd', ['-q', '-f', join(former, 'slapd.conf'), '-b', suffix, '-l', input], { env });
}

/** Every entry past slapd. */
export async function ldifOf({ folder }: Provider): Promise<string> {
  const args = ['-f', join(folder, 'slapd.conf'), '-b', suffix, '-o', 'ldif-wrap=no'];
  return (await execa('slapcat', args, { env })).stdout;
}

/** DNs that the operator finds at this provider, as LDIF. */
export async function found({ folder, ports }: Provider, filter: string): Promise<string> {
  const bind = ['-x', '-H', `ldaps://localhost:${ports.slapd}`, '-D', operatorDn, '-w', 'operator'];
  const args = [...bind, '-LLL', '-o', 'ldif-wrap=no', '-b', suffix, filter, '1.1'];
  const tls = { LDAPTLS_CACERT: join(folder, 'tls/ca.crt') };
  return (await execa('ldapsearch', args, { env: { ...env, ...tls } })).stdout;
}
