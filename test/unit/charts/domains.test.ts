/** A site that had another domain, in every part that knows the domain. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { partCertificates } from '../../../charts/certificates.ts';
import { clientSetup } from '../../../charts/client-setup.ts';
import { filterConfig } from '../../../charts/components/filter.ts';
import { directoryConfig } from '../../../charts/directory-config.ts';
import { parseSite } from '../../../operator/core/site.ts';

const text = readFileSync(new URL('../../../charts/sites/soc-trang.yaml', import.meta.url), 'utf8');
const changed = text
  .replace('\ndomain: soctrang.gov.vn', '\ndomain: cantho.gov.vn\ndomainAliases: [soctrang.gov.vn]')
  .replace('\ndirectory: {', '\ndirectory: { domain: soctrang.gov.vn,');
const site = parseSite(changed, 'changed.yaml');

describe('a site that had another domain', () => {
  it('keeps the names of its entries, and takes addresses of both', () => {
    const { 'slapd.conf': slapd = '', 'tree.ldif': tree = '' } = directoryConfig(site);
    expect(slapd).toMatch(/^suffix dc=soctrang,dc=gov,dc=vn$/m);
    expect(slapd).toContain('@(cantho\\.gov\\.vn|soctrang\\.gov\\.vn)$');
    expect(tree).toContain('dc: soctrang\n');
  });

  it('signs for both by one key, and lets nobody from outside write as either', () => {
    const { 'dkim_signing.conf': signing = '', 'senders.lua': senders = '' } = filterConfig(site);
    for (const domain of ['cantho.gov.vn', 'soctrang.gov.vn']) expect(signing).toContain(`  "${domain}" {`);
    expect(senders).toContain('local domains = { "cantho.gov.vn", "soctrang.gov.vn" }');
  });

  it('tells mail programs of both, by hosts of both', () => {
    expect(clientSetup(site)['autoconfig.xml']).toContain('<domain>soctrang.gov.vn</domain>');
    const webmail = partCertificates(site).find(({ part }) => part === 'webmail');
    expect(webmail?.dnsNames).toEqual(
      expect.arrayContaining([
        'autoconfig.cantho.gov.vn',
        'autoconfig.soctrang.gov.vn',
        'mta-sts.soctrang.gov.vn',
      ]),
    );
  });

  it.each([
    [
      'domainAliases: [soctrang.gov.vn]',
      'domainAliases: [cantho.gov.vn]',
      /domainAliases: must not name the domain itself/,
    ],
    [
      '{ domain: soctrang.gov.vn,',
      '{ domain: example.org,',
      /directory.domain: must be the domain or one of domainAliases/,
    ],
  ])('%s → %s is refused', (from, to, message) => {
    expect(() => parseSite(changed.replace(from, to), 'changed.yaml')).toThrow(message);
  });
});
