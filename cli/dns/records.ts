/** Every DNS record that a site needs, from its site file and its DKIM keys. Pure. */
import { isIPv6 } from 'node:net';
import { setupNames } from '../../charts/client-setup.ts';
import { ports } from '../../charts/endpoints.ts';
import { mtaStsHost, mtaStsId, mtaStsPolicy } from '../../charts/mta-sts.ts';
import type { Site } from '../../operator/core/site.ts';
import { domainsOf } from '../../operator/core/site-domains.ts';
import { reverseName } from './reverse.ts';

export type RecordType = 'A' | 'AAAA' | 'CNAME' | 'MX' | 'PTR' | 'SRV' | 'TXT';

/** `name` has no dot at its end; host names in `value` have one, as in a zone file. */
export type DnsRecord = {
  readonly name: string;
  readonly type: RecordType;
  readonly value: string;
  /** What it is for, with its source. */
  readonly why: string;
};

/** @param keys TXT values of the site's DKIM keys by selector; older ones stay until mail that they signed has arrived */
export function siteRecords(site: Site, keys: ReadonlyMap<string, string>): readonly DnsRecord[] {
  const ofDomain = (domain: string) => [
    ...mail(site, domain, keys),
    ...transport(site, domain),
    ...services(site, domain),
  ];
  return [...hosts(site), ...domainsOf(site).flatMap(ofDomain), ...reverse(site)];
}

function hosts({ hosts: { mail: mailHost, webmail }, dns }: Site): readonly DnsRecord[] {
  return [...new Set([mailHost, webmail])].flatMap((name) =>
    dns.addresses.map((value) => ({
      name,
      type: isIPv6(value) ? ('AAAA' as const) : ('A' as const),
      value,
      why: name === webmail && name !== mailHost ? 'webmail (R2)' : 'SMTP, IMAP and POP3 (R2)',
    })),
  );
}

/** Reports go to the domain that they are on: to another they are sent only where it says so (RFC 7489 §7.1). */
function mail(site: Site, domain: string, keys: ReadonlyMap<string, string>): readonly DnsRecord[] {
  const { dns } = site;
  const outgoing = dns.outgoing.map((from) => `${isIPv6(from.split('/')[0] ?? '') ? 'ip6' : 'ip4'}:${from} `);
  const reports = `mailto:${dns.reports}@${domain}`;
  const txt = (name: string, value: string, why: string): DnsRecord => ({ name, type: 'TXT', value, why });
  return [
    { name: domain, type: 'MX', value: `10 ${site.hosts.mail}.`, why: 'mail to the domain (RFC 5321)' },
    txt(domain, `v=spf1 mx ${outgoing.join('')}-all`, 'who sends for the domain (SPF, RFC 7208)'),
    ...[...keys].map(([selector, value]) =>
      txt(
        `${selector}._domainkey.${domain}`,
        value,
        selector === dns.dkimSelector
          ? 'the key that signs (DKIM, RFC 6376)'
          : 'a former key (DKIM, RFC 6376)',
      ),
    ),
    txt(
      `_dmarc.${domain}`,
      `v=DMARC1; p=${dns.dmarc}; adkim=s; aspf=s; rua=${reports}`,
      'mail in our name that is not ours (DMARC, RFC 7489)',
    ),
    txt(`_smtp._tls.${domain}`, `v=TLSRPTv1; rua=${reports}`, 'reports on TLS (TLS-RPT, RFC 8460)'),
  ];
}

function transport(site: Site, domain: string): readonly DnsRecord[] {
  const policy = mtaStsPolicy(site);
  if (policy === undefined) return [];
  const why = 'TLS from other servers (MTA-STS, RFC 8461)';
  return [
    { name: `_mta-sts.${domain}`, type: 'TXT', value: `v=STSv1; id=${mtaStsId(policy)}`, why },
    { name: mtaStsHost(domain), type: 'CNAME', value: `${site.hosts.webmail}.`, why },
  ];
}

/** Mail programs find the services by these: RFC 6186, RFC 8314 and, for ManageSieve, RFC 5804. */
function services({ hosts: { mail: mailHost, webmail } }: Site, domain: string): readonly DnsRecord[] {
  const offered = [
    ['_submissions._tcp', ports.submissions.service],
    ['_submission._tcp', ports.submission.service],
    ['_imaps._tcp', ports.imaps.service],
    ['_pop3s._tcp', ports.pop3s.service],
    ['_sieve._tcp', ports.sieve.service],
  ] as const;
  const srv = (service: string, value: string, why: string): DnsRecord => {
    return { name: `${service}.${domain}`, type: 'SRV', value, why };
  };
  return [
    ...offered.map(([service, port]) =>
      srv(service, `0 1 ${port} ${mailHost}.`, 'mail programs (RFC 6186, RFC 8314)'),
    ),
    ...['_imap._tcp', '_pop3._tcp'].map((service) =>
      srv(service, '0 0 0 .', 'not offered: no login without TLS (RFC 6186)'),
    ),
    srv('_autodiscover._tcp', `0 1 ${ports.webmail.service} ${webmail}.`, 'Outlook'),
    ...setupNames.map(
      (name): DnsRecord => ({
        name: `${name}.${domain}`,
        type: 'CNAME',
        value: `${webmail}.`,
        why: name === 'autoconfig' ? 'Thunderbird and phones' : 'Outlook and phones',
      }),
    ),
  ];
}

/** Single addresses only: the names of a network are its owner's. */
function reverse({ dns, hosts: { mail: mailHost } }: Site): readonly DnsRecord[] {
  return [...new Set([...dns.addresses, ...dns.outgoing.filter((from) => !from.includes('/'))])].map(
    (from) => ({
      name: reverseName(from),
      type: 'PTR',
      value: `${mailHost}.`,
      why: 'in the zone of whoever gave you the address: many refuse mail without it',
    }),
  );
}
