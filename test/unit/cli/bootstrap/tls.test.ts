import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ensureTls } from '../../../../cli/bootstrap/tls.ts';
import type { Site } from '../../../../operator/core/site.ts';
import { socTrang } from '../../../support/sites.ts';
import { MemoryStore } from './memory-store.ts';

const postfix = 'Secret soc-trang-smtp/postfix-tls';
const authority = 'Secret soc-trang-mail/hopthu-local-ca';
const day = 86_400_000;

// Each certificate is two runs of openssl.
jest.setTimeout(30_000);

// A folder of its own: what other programs keep there for a moment is none of its business.
const folder = mkdtempSync(join(tmpdir(), 'hopthu-tls-'));
process.env['TMPDIR'] = folder;
afterAll(() => rmSync(folder, { recursive: true }));

describe('TLS from the local CA', () => {
  let store: MemoryStore;
  let lines: string[];
  const ensure = async (site: Site = socTrang, days = 0) => {
    lines = [];
    await ensureTls(store, site, new Date(Date.now() + days * day), (line) => lines.push(line));
  };
  const certificate = (object: string) => new X509Certificate(store.value(object, 'tls.crt'));

  beforeEach(async () => {
    store = new MemoryStore();
    await ensure();
  });

  it('makes every certificate anew when it is asked to, and keeps the CA', async () => {
    const first = certificate(postfix).serialNumber;
    const issuer = certificate(authority).serialNumber;
    lines = [];
    await ensureTls(store, socTrang, new Date(), (line) => lines.push(line), true);
    expect(lines).toEqual(
      [
        ...['openldap', 'postgresql', 'dovecot', 'operator', 'clerk', 'webmail', 'portal', 'rspamd'].map(
          (part) => `mail/${part}`,
        ),
        'smtp/postfix',
        'smtp/reports',
        'backup/repository',
      ].map((part) => `renewed Secret soc-trang-${part}-tls`),
    );
    expect(certificate(postfix).serialNumber).not.toBe(first);
    expect(certificate(authority).serialNumber).toBe(issuer);
  });

  it('makes the CA, a certificate for each part, and shows the CA in every namespace', () => {
    expect(lines).toEqual([
      'created Secret soc-trang-mail/hopthu-local-ca',
      'created Secret soc-trang-mail/openldap-tls',
      'created Secret soc-trang-mail/postgresql-tls',
      'created Secret soc-trang-mail/dovecot-tls',
      'created Secret soc-trang-mail/operator-tls',
      'created Secret soc-trang-mail/clerk-tls',
      'created Secret soc-trang-mail/webmail-tls',
      'created Secret soc-trang-mail/portal-tls',
      'created Secret soc-trang-mail/rspamd-tls',
      'created Secret soc-trang-smtp/postfix-tls',
      'created Secret soc-trang-smtp/reports-tls',
      'created Secret soc-trang-backup/repository-tls',
      'created ConfigMap soc-trang-mail/hopthu-ca',
      'created ConfigMap soc-trang-smtp/hopthu-ca',
      'created ConfigMap soc-trang-accounts/hopthu-ca',
      'created ConfigMap soc-trang-backup/hopthu-ca',
    ]);
    for (const namespace of ['mail', 'smtp', 'accounts', 'backup']) {
      const shown = store.value(`ConfigMap soc-trang-${namespace}/hopthu-ca`, 'ca.crt');
      expect(shown).toBe(store.value(authority, 'tls.crt'));
    }
  });

  it('makes certificates that the CA vouches for, under every name of the part, for 397 days', () => {
    const leaf = certificate(postfix);
    expect(leaf.verify(certificate(authority).publicKey)).toBe(true);
    expect(store.value(postfix, 'ca.crt')).toBe(store.value(authority, 'tls.crt'));
    const names = ['postfix', 'postfix.soc-trang-smtp', 'postfix.soc-trang-smtp.svc', 'localhost'];
    for (const name of [...names, 'postfix.soc-trang-smtp.svc.cluster.local', 'mail.soctrang.gov.vn']) {
      expect(leaf.checkHost(name)).toBe(name);
    }
    expect(leaf.checkHost('dovecot')).toBeUndefined();
    expect(leaf.ca).toBe(false);
    expect((leaf.validToDate.getTime() - leaf.validFromDate.getTime()) / day).toBe(397);
  });

  it('makes a CA that signs certificates only, for ten years', () => {
    const ca = certificate(authority);
    expect(ca.ca).toBe(true);
    expect(ca.verify(ca.publicKey)).toBe(true);
    expect(ca.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    expect((ca.validToDate.getTime() - ca.validFromDate.getTime()) / day).toBe(3650);
  });

  it('changes nothing when it runs again', async () => {
    await ensure();
    expect(lines).toEqual([]);
  });

  it('renews what has less than thirty days left, and not before', async () => {
    await ensure(socTrang, 366);
    expect(lines).toEqual([]);
    await ensure(socTrang, 368);
    expect(lines).toHaveLength(11);
    expect(lines).toContain(`renewed ${postfix}`);
  });

  it('renews only the certificates whose names changed', async () => {
    await ensure({ ...socTrang, hosts: { ...socTrang.hosts, webmail: 'webmail.soctrang.gov.vn' } });
    expect(lines).toEqual(['renewed Secret soc-trang-mail/webmail-tls']);
  });

  it('makes everything anew from another CA', async () => {
    store.objects.delete(authority);
    await ensure();
    expect(lines).toHaveLength(16);
    expect(certificate(postfix).verify(certificate(authority).publicKey)).toBe(true);
  });

  it('makes a new CA before a certificate could outlive the old one', async () => {
    await ensure(socTrang, 3650 - 396);
    expect(lines[0]).toBe(`renewed ${authority}`);
  });

  it('leaves no key on this machine', () => {
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('TLS from an issuer', () => {
  const site: Site = { ...socTrang, tls: { issuer: { kind: 'ClusterIssuer', name: 'province' } } };

  it('makes no certificate, and shows the CA of the issuer once cert-manager has used it', async () => {
    const store = new MemoryStore();
    const lines: string[] = [];
    const ensure = () => ensureTls(store, site, new Date(), (line) => lines.push(line));
    await ensure();
    expect(store.objects.size).toBe(0);
    expect(lines).toEqual([expect.stringContaining('run this again when cert-manager has issued it')]);
    const object = { kind: 'Secret', namespace: 'soc-trang-mail', name: 'openldap-tls' } as const;
    await store.write(object, { 'ca.crt': 'the CA of the issuer' }, undefined);
    await ensure();
    expect(store.value('ConfigMap soc-trang-accounts/hopthu-ca', 'ca.crt')).toBe('the CA of the issuer');
  });
});
