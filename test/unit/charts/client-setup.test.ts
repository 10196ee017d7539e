import { describe, expect, it } from '@jest/globals';
import { clientSetup, setupHosts } from '../../../charts/client-setup.ts';
import { daNang, socTrang } from '../../support/sites.ts';

describe('what mail programs are told (R2)', () => {
  it.each([socTrang, daNang])('at $name', (site) => {
    const files = clientSetup(site);
    for (const name of ['autoconfig.xml', 'autodiscover.xml', 'profile.mobileconfig']) {
      expect(files[name]).toContain(site.hosts.mail);
      expect(files[name]).not.toMatch(/\{\{|undefined/);
    }
  });

  it('a title is text, whatever it holds', () => {
    expect(clientSetup({ ...socTrang, title: 'A & B <c>' })['autoconfig.xml']).toContain(
      'A &amp; B &lt;c&gt;',
    );
  });

  it('the profile of a domain replaces itself, and is no other domain’s', () => {
    const uuids = (site: typeof socTrang) =>
      clientSetup(site)['profile.mobileconfig']?.match(/<string>[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}</g);
    expect(new Set([...(uuids(socTrang) ?? []), ...(uuids(daNang) ?? [])]).size).toBe(4);
    expect(uuids(socTrang)).toEqual(uuids(socTrang));
  });

  it('the policy for other servers and its host go with the site file', () => {
    const site = (mtaSts: 'none' | 'enforce') => ({ ...socTrang, dns: { ...socTrang.dns, mtaSts } });
    expect(setupHosts(site('enforce'))).toContain('mta-sts.soctrang.gov.vn');
    expect(clientSetup(site('enforce'))['mta-sts.txt']).toContain('mode: enforce');
    expect(setupHosts(site('none'))).toEqual(['autoconfig.soctrang.gov.vn', 'autodiscover.soctrang.gov.vn']);
    expect(clientSetup(site('none'))['mta-sts.txt']).toBeUndefined();
  });
});
