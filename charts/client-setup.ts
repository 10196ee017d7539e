/** What mail programs are told by themselves, so that a person needs to know nothing but address and password (R2). */
import { createHash } from 'node:crypto';
import type { Site } from '../operator/core/site.ts';
import { domainsOf } from '../operator/core/site-domains.ts';
import { renderFile } from './config/render.ts';
import { ports } from './endpoints.ts';
import { mtaStsHost, mtaStsPolicy } from './mta-sts.ts';

/** Where Thunderbird and Outlook ask, below the domain of an address. */
export const setupNames = ['autoconfig', 'autodiscover'] as const;

/** Hosts under which the webmail answers beside its own. */
export function setupHosts(
  site: Pick<Site, 'domain' | 'domainAliases' | 'dns' | 'hosts'>,
): readonly string[] {
  const hasPolicy = mtaStsPolicy(site) !== undefined;
  return domainsOf(site).flatMap((domain) => [
    ...setupNames.map((name) => `${name}.${domain}`),
    ...(hasPolicy ? [mtaStsHost(domain)] : []),
  ]);
}

/** Files by name, as the webmail serves them; the policy is for other mail servers (RFC 8461). */
export function clientSetup(site: Site): Readonly<Record<string, string>> {
  const { domain, hosts } = site;
  const title = xmlText(site.title);
  const servers = {
    mailHost: hosts.mail,
    imapsPort: ports.imaps.service,
    submissionsPort: ports.submissions.service,
  };
  const policy = mtaStsPolicy(site);
  return {
    'autoconfig.xml': renderFile('clients/autoconfig.xml', {
      ...servers,
      domain,
      domains: domainsOf(site)
        .map((name) => `<domain>${name}</domain>`)
        .join('\n    '),
      title,
      webmailHost: hosts.webmail,
      popPort: ports.pop3s.service,
      submissionPort: ports.submission.service,
    }),
    'autodiscover.xml': renderFile('clients/autodiscover.xml', { ...servers, popPort: ports.pop3s.service }),
    'profile.mobileconfig': renderFile('clients/profile.mobileconfig', {
      ...servers,
      domain,
      title,
      identifier: [...domain.split('.').reverse(), 'mail'].join('.'),
      profileUuid: stableUuid(`profile ${domain}`),
      accountUuid: stableUuid(`account ${domain}`),
    }),
    ...(policy === undefined ? {} : { 'mta-sts.txt': policy }),
  };
}

function xmlText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The same for the same name, so that a profile that is installed again replaces itself: version 8 of RFC 9562. */
function stableUuid(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ]
    .join('-')
    .toUpperCase();
}
