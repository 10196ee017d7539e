/** The directory as the operator's account sees it, from inside its own pod, and an operator that looks at it anew. */
import { ports } from '../../../charts/endpoints.ts';
import { suffixOf } from '../../../operator/core/layout.ts';
import type { Site } from '../../../operator/core/site.ts';
import { kubectl } from '../../kind/install.ts';
import { testCluster } from './cluster.ts';

/** kubectl in the namespace of the site's parts. */
export function inMail(site: Site, ...args: readonly string[]): Promise<string> {
  return kubectl(testCluster(), ['-n', site.namespaces.mail, ...args]);
}

/** A new process makes a full pass at once. */
export async function restartOperator(site: Site): Promise<void> {
  await inMail(site, 'rollout', 'restart', 'deployment/operator');
  await inMail(site, 'rollout', 'status', 'deployment/operator', '--timeout=90s');
}

/** Values of an attribute of one entry. @throws when there is no such entry */
export async function attributeOf(site: Site, dn: string, attribute: string): Promise<readonly string[]> {
  const output = await inDirectory(site, `ldapsearch -LLL -o ldif-wrap=no -b '${dn}' -s base`, attribute);
  return [...output.matchAll(new RegExp(`^${attribute}: (.*)$`, 'gm'))].map(([, value = '']) => value);
}

/** @param lines of LDIF below `changetype: modify` */
export async function modifyByHand(site: Site, dn: string, lines: readonly string[]): Promise<void> {
  const ldif = [`dn: ${dn}`, 'changetype: modify', ...lines].map((line) => `'${line}'`).join(' ');
  await inDirectory(site, `printf '%s\\n' ${ldif} | ldapmodify`);
}

/** An entry that the operator did not make, as another system's accounts are. @param lines of LDIF below the DN */
export async function addByHand(site: Site, dn: string, lines: readonly string[]): Promise<void> {
  const ldif = [`dn: ${dn}`, ...lines].map((line) => `'${line}'`).join(' ');
  await inDirectory(site, `printf '%s\\n' ${ldif} | ldapadd`);
}

/** A change past slapd and its rules, at every provider, for what nobody may write over LDAP; each attribute is replaced as a whole. */
export async function replacePastSlapd(
  site: Site,
  dn: string,
  values: Readonly<Record<string, readonly string[]>>,
): Promise<void> {
  const changes = Object.entries(values).map(([name, list]) =>
    [`replace: ${name}`, ...list.map((value) => `${name}: ${value}`)].join('\n'),
  );
  const ldif = [`dn: ${dn}`, 'changetype: modify', changes.join('\n-\n')].join('\n');
  const tool = `slapmodify -f /etc/hopthu/slapd.conf -b '${suffixOf(site.domain)}'`;
  const text = `printf '%s\n' '${ldif}' | ${tool}`;
  for (let number = 0; number < site.directory.replicas; number += 1)
    await inMail(site, 'exec', `openldap-${number}`, '-c', 'slapd', '--', 'sh', '-c', text);
}

/** While `use` runs, the operator reads the whole directory every few seconds. */
export async function withQuickResync(site: Site, use: () => Promise<void>): Promise<void> {
  const jsonpath = '-o=jsonpath={.data.site\\.yaml}';
  const siteFile = await inMail(site, 'get', 'configmap', 'hopthu-site', jsonpath);
  const set = async (text: string) => {
    const patch = JSON.stringify({ data: { 'site.yaml': text } });
    await inMail(site, 'patch', 'configmap', 'hopthu-site', '--type=merge', '-p', patch);
    await restartOperator(site);
  };
  await set(siteFile.replace(/resyncSeconds: \d+/, 'resyncSeconds: 3'));
  try {
    await use();
  } finally {
    await set(siteFile);
  }
}

/** The last program of `command` binds as the operator. */
function inDirectory(site: Site, command: string, rest = ''): Promise<string> {
  // Not by the Service: the pod calls nobody, itself included. libldap takes "localhost" for the pod's own name, hence no check.
  const url = `ldaps://localhost:${ports.ldaps.container}`;
  const bind = `-H ${url} -D 'cn=operator,ou=services,${suffixOf(site.domain)}' -y /run/secrets/accounts/operator`;
  const text = `export LDAPTLS_REQCERT=allow; ${command} ${bind} ${rest}`;
  return inMail(site, 'exec', 'openldap-0', '-c', 'slapd', '--', 'sh', '-c', text);
}
