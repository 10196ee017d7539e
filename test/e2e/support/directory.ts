/** The directory of a site behind everybody's back: what it holds, and hands that move it. */
import { serviceHost } from '../../../charts/endpoints.ts';
import { suffixOf } from '../../../operator/core/layout.ts';
import type { Site } from '../../../operator/core/site.ts';
import { kubectl } from '../../kind/install.ts';
import { testCluster } from './cluster.ts';
import { field } from './resources.ts';

/** kubectl in the namespace of directory, Dovecot and operator. */
export function inMail(site: Site, args: readonly string[], input?: string): Promise<string> {
  return kubectl(testCluster(), ['-n', site.namespaces.mail, ...args], input);
}

/** A shell command in the directory's own pod. */
function inSlapd(site: Site, command: string, input?: string): Promise<string> {
  const options = input === undefined ? [] : ['-i'];
  return inMail(site, ['exec', ...options, 'openldap-0', '-c', 'slapd', '--', 'sh', '-c', command], input);
}

/** A tool of OpenLDAP as the operator's account; by the name in the certificate, libldap takes "localhost" for the pod's. */
function asOperator({ domain, namespaces }: Site, tool: string): string {
  const bind = `cn=operator,ou=services,${suffixOf(domain)}`;
  return `LDAPTLS_CACERT=/run/tls/ca.crt ${tool} -H ldaps://${serviceHost('openldap', namespaces.mail)} -D '${bind}' -y /run/secrets/accounts/operator`;
}

/** First value of an attribute of a mailbox's entry, as the operator's account sees it; empty where there is none. */
export async function attributeOf(site: Site, mailbox: string, attribute: string): Promise<string> {
  const dn = await field(site, `mailbox/${mailbox}`, '.status.entry');
  const search = `${asOperator(site, 'ldapsearch -LLL -o ldif-wrap=no')} -b '${dn}' -s base ${attribute}`;
  const output = await inSlapd(site, search);
  return new RegExp(`^${attribute}: (.*)$`, 'm').exec(output)?.[1] ?? '';
}

/** @param ldif changes of one entry (RFC 2849), without its first two lines */
export async function modifyByHand(site: Site, mailbox: string, ldif: string): Promise<void> {
  await inSlapd(site, asOperator(site, 'ldapmodify'), await changeOf(site, mailbox, ldif));
}

/** The same past slapd and its rules, for what nobody may write over LDAP. */
export async function modifyPastSlapd(site: Site, mailbox: string, ldif: string): Promise<void> {
  const tool = `slapmodify -f /etc/hopthu/slapd.conf -b '${suffixOf(site.domain)}'`;
  await inSlapd(site, tool, await changeOf(site, mailbox, ldif));
}

async function changeOf(site: Site, mailbox: string, ldif: string): Promise<string> {
  return `dn: ${await field(site, `mailbox/${mailbox}`, '.status.entry')}\nchangetype: modify\n${ldif}\n`;
}

/** A new process makes a full pass at once. */
export async function restartOperator(site: Site): Promise<void> {
  await inMail(site, ['rollout', 'restart', 'deployment/operator']);
  await inMail(site, ['rollout', 'status', 'deployment/operator', '--timeout=90s']);
}

/** While `use` runs, the operator reads the whole directory every few seconds. */
export async function withQuickResync(site: Site, use: () => Promise<void>): Promise<void> {
  const jsonpath = '-o=jsonpath={.data.site\\.yaml}';
  const siteFile = await inMail(site, ['get', 'configmap', 'hopthu-site', jsonpath]);
  const set = async (text: string) => {
    const patch = JSON.stringify({ data: { 'site.yaml': text } });
    await inMail(site, ['patch', 'configmap', 'hopthu-site', '--type=merge', '-p', patch]);
    await restartOperator(site);
  };
  await set(siteFile.replace(/resyncSeconds: \d+/, 'resyncSeconds: 3'));
  try {
    await use();
  } finally {
    await set(siteFile);
  }
}
