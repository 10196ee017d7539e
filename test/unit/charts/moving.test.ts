/** What there is while the site file names a server that mail is copied from. */
import { describe, expect, it } from '@jest/globals';
import { movingConfig } from '../../../charts/components/moving.ts';
import { manifestsOf } from '../../support/manifests.ts';
import { socTrang } from '../../support/sites.ts';

const server = { host: 'imap.example.org', port: 993, tls: 'imaps' as const, networks: ['192.0.2.7/32'] };
const authority = '-----BEGIN CERTIFICATE-----\n';
const site = { ...socTrang, moving: { ...socTrang.moving, from: [{ ...server, authority }] } };

describe('moving in', () => {
  it('has no pod and no flow without a server', () => {
    expect(manifestsOf(socTrang).filter(({ metadata }) => /^mov/.test(metadata.name))).toEqual([]);
  });

  it('lets its pod reach that server alone, and nobody the pod', () => {
    const policy = manifestsOf(site).find(
      ({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === 'moving',
    ) as unknown as { spec: { ingress: object[]; egress: object[] } };
    expect(policy.spec.ingress).toEqual([]);
    expect(policy.spec.egress).toHaveLength(2);
    expect(policy.spec.egress).toContainEqual({
      to: [{ ipBlock: { cidr: '192.0.2.7/32' } }],
      ports: [{ protocol: 'TCP', port: 993 }],
    });
  });

  it('believes the authority that is named, else those that browsers know', () => {
    const { 'imap.example.org.conf': own, 'imap.example.org.pem': pem } = movingConfig(site);
    expect(own).toContain('ssl_client_ca_file = /etc/hopthu-moving/imap.example.org.pem');
    expect(pem).toBe(authority);
    const { 'imap.example.org.conf': world } = movingConfig({
      ...socTrang,
      moving: { ...socTrang.moving, from: [server] },
    });
    expect(world).toContain('ssl_client_ca_file = /etc/ssl/certs/ca-certificates.crt');
  });

  it('knows what folders are called elsewhere', () => {
    expect(movingConfig(site).folders).toContain('Sent\tĐã gửi\n');
  });
});
