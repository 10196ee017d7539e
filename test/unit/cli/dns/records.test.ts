import { describe, expect, it } from '@jest/globals';
import { siteRecords } from '../../../../cli/dns/records.ts';
import { reverseName } from '../../../../cli/dns/reverse.ts';
import { printZones } from '../../../../cli/dns/zone.ts';
import { daNang, socTrang } from '../../../support/sites.ts';

const keys = new Map([['ht2026', `v=DKIM1; k=rsa; p=${'A'.repeat(392)}`]]);

describe('the records of a site', () => {
  it('are these', () => {
    const printed = printZones([socTrang.domain], siteRecords(socTrang, keys), 3600).replace(/ {2,}/g, ' ');
    const lines = printed.split('\n').map((line) => line.replace(/ ; [^;]+$/, ''));
    expect(lines).toEqual([
      '$ORIGIN soctrang.gov.vn.',
      '$TTL 3600',
      'mail.soctrang.gov.vn. A 203.0.113.10',
      'soctrang.gov.vn. MX 10 mail.soctrang.gov.vn.',
      'soctrang.gov.vn. TXT "v=spf1 mx -all"',
      `ht2026._domainkey.soctrang.gov.vn. TXT "v=DKIM1; k=rsa; p=${'A'.repeat(237)}" "${'A'.repeat(155)}"`,
      '_dmarc.soctrang.gov.vn. TXT "v=DMARC1; p=quarantine; adkim=s; aspf=s; rua=mailto:postmaster@soctrang.gov.vn"',
      '_smtp._tls.soctrang.gov.vn. TXT "v=TLSRPTv1; rua=mailto:postmaster@soctrang.gov.vn"',
      expect.stringMatching(/^_mta-sts\.soctrang\.gov\.vn\. TXT "v=STSv1; id=[0-9a-f]{20}"$/),
      'mta-sts.soctrang.gov.vn. CNAME mail.soctrang.gov.vn.',
      '_submissions._tcp.soctrang.gov.vn. SRV 0 1 465 mail.soctrang.gov.vn.',
      '_submission._tcp.soctrang.gov.vn. SRV 0 1 587 mail.soctrang.gov.vn.',
      '_imaps._tcp.soctrang.gov.vn. SRV 0 1 993 mail.soctrang.gov.vn.',
      '_pop3s._tcp.soctrang.gov.vn. SRV 0 1 995 mail.soctrang.gov.vn.',
      '_sieve._tcp.soctrang.gov.vn. SRV 0 1 4190 mail.soctrang.gov.vn.',
      '_imap._tcp.soctrang.gov.vn. SRV 0 0 0 .',
      '_pop3._tcp.soctrang.gov.vn. SRV 0 0 0 .',
      '_autodiscover._tcp.soctrang.gov.vn. SRV 0 1 443 mail.soctrang.gov.vn.',
      'autoconfig.soctrang.gov.vn. CNAME mail.soctrang.gov.vn.',
      'autodiscover.soctrang.gov.vn. CNAME mail.soctrang.gov.vn.',
      '',
      '; Not of this zone:',
      '; 10.113.0.203.in-addr.arpa. PTR mail.soctrang.gov.vn.',
    ]);
  });

  it('follow the site file', () => {
    const outgoing = ['192.0.2.0/28', '2001:db8::25'];
    const dns = { ...daNang.dns, mtaSts: 'none' as const, outgoing };
    const hosts = { mail: 'mx.danang.gov.vn', webmail: 'thu.danang.gov.vn' };
    const records = siteRecords({ ...daNang, hosts, dns: { ...dns, addresses: ['2001:db8::1'] } }, keys);
    const values = (type: string, name: string) =>
      records.filter((record) => record.type === type && record.name === name).map(({ value }) => value);
    expect(values('AAAA', 'mx.danang.gov.vn')).toEqual(['2001:db8::1']);
    expect(values('AAAA', 'thu.danang.gov.vn')).toEqual(['2001:db8::1']);
    expect(values('TXT', 'danang.gov.vn')).toEqual(['v=spf1 mx ip4:192.0.2.0/28 ip6:2001:db8::25 -all']);
    expect(values('TXT', '_mta-sts.danang.gov.vn')).toEqual([]);
    expect(records.filter(({ type }) => type === 'PTR')).toHaveLength(2);
  });
});

describe('a site that had another domain', () => {
  const merged = { ...socTrang, domain: 'cantho.gov.vn', domainAliases: ['soctrang.gov.vn'] };

  it('needs the same records in a zone of each', () => {
    const records = siteRecords(merged, keys);
    const of = (domain: string) =>
      records
        .filter(({ name, value }) => `.${name}`.endsWith(`.${domain}`) && value !== '203.0.113.10')
        .map(({ name, type, value }) =>
          `${name} ${type} ${value}`.replaceAll(`@${domain}`, '@').replaceAll(` ${domain}`, ' '),
        )
        .map((line) => line.replace(domain, 'DOMAIN'));
    expect(of('cantho.gov.vn')).toEqual(of('soctrang.gov.vn'));
    expect(of('cantho.gov.vn').filter((line) => / (MX|TXT) /.test(line))).toHaveLength(6);
    expect(printZones(['cantho.gov.vn', 'soctrang.gov.vn'], records, 60).match(/^\$ORIGIN .*$/gm)).toEqual([
      '$ORIGIN cantho.gov.vn.',
      '$ORIGIN soctrang.gov.vn.',
    ]);
  });
});

describe('the name of an address', () => {
  it.each([
    ['203.0.113.10', '10.113.0.203.in-addr.arpa'],
    ['2001:db8::1', '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa'],
    ['2001:DB8:0:0:1:2:3:4', '4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa'],
    ['::', `${'0.'.repeat(32)}ip6.arpa`],
    ['::ffff:192.0.2.1', `1.0.2.0.0.0.0.c.f.f.f.f.${'0.'.repeat(20)}ip6.arpa`],
  ])('of %s', (address, name) => expect(reverseName(address)).toBe(name));
});
