/** The MTA-STS policy of a site (RFC 8461): the text that webmail serves, and the id that its TXT record carries. */
import { createHash } from 'node:crypto';
import type { Site } from '../operator/core/site.ts';

const week = 604_800;

/** The host that the policy is fetched from. RFC 8461 §3.3 */
export function mtaStsHost(domain: string): string {
  return `mta-sts.${domain}`;
}

/** What `https://mta-sts.DOMAIN/.well-known/mta-sts.txt` answers; undefined where the site wants none. RFC 8461 §3.2 */
export function mtaStsPolicy({ dns, hosts }: Pick<Site, 'dns' | 'hosts'>): string | undefined {
  if (dns.mtaSts === 'none') return undefined;
  const lines = ['version: STSv1', `mode: ${dns.mtaSts}`, `mx: ${hosts.mail}`, `max_age: ${week}`];
  return lines.map((line) => `${line}\r\n`).join('');
}

/** Changes with the policy: others fetch it again when they see another id. At most 32 letters and digits, RFC 8461 §3.1 */
export function mtaStsId(policy: string): string {
  return createHash('sha256').update(policy).digest('hex').slice(0, 20);
}
