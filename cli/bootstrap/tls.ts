/** TLS of a site from a local CA: one CA, one certificate per part, and the CA where clients look for it. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { type PartCertificate, partCertificates } from '../../charts/certificates.ts';
import { siteNamespaces } from '../../charts/namespaces.ts';
import { caConfigMap, caSecret, tlsSecret } from '../../operator/core/secrets.ts';
import type { Site } from '../../operator/core/site.ts';
import { type KeyPair, makeAuthority, makeLeaf } from './openssl.ts';
import { describeObject, type Store, type Stored } from './store.ts';

const authorityDays = 3650;
/** Below the 398 days that browsers allow. */
const leafDays = 397;
const renewBeforeDays = 30;

type Log = (line: string) => void;

/**
 * Makes and renews the CA and the certificates where no issuer is named, and publishes the CA.
 * @param now decides what is due for renewal
 * @param renew every certificate of a part, due or not; the CA stays
 */
export async function ensureTls(store: Store, site: Site, now: Date, log: Log, renew = false): Promise<void> {
  if (site.tls.issuer !== undefined) {
    await publishIssuersAuthority(store, site, log);
    return;
  }
  const authority = await ensureAuthority(store, site, now, log);
  const due = (present: KeyPair) => renew || daysLeft(present, now) < renewBeforeDays;
  for (const part of partCertificates(site)) await ensureLeaf(store, authority, part, due, log);
  await publish(store, site, authority.certificate, log);
}

async function ensureAuthority(store: Store, site: Site, now: Date, log: Log): Promise<KeyPair> {
  const object = { kind: 'Secret', namespace: site.namespaces.mail, name: caSecret } as const;
  const stored = await store.read(object);
  const present = pairOf(stored);
  // A certificate must not outlive the CA that signed it.
  if (present !== undefined && daysLeft(present, now) > leafDays) return present;
  const made = await makeAuthority(`CA ${site.name}`, authorityDays);
  await store.write(
    object,
    { 'tls.crt': made.certificate, 'tls.key': made.key },
    stored,
    'kubernetes.io/tls',
  );
  log(`${stored === undefined ? 'created' : 'renewed'} ${describeObject(object)}`);
  return made;
}

async function ensureLeaf(
  store: Store,
  authority: KeyPair,
  part: PartCertificate,
  due: (present: KeyPair) => boolean,
  log: Log,
): Promise<void> {
  const object = { kind: 'Secret', namespace: part.namespace, name: part.secret } as const;
  const stored = await store.read(object);
  const present = pairOf(stored);
  const serves =
    present !== undefined &&
    stored?.data['ca.crt'] === authority.certificate &&
    isIssuedBy(present, authority) &&
    hasNames(present, part.dnsNames) &&
    !due(present);
  if (serves) return;
  const made = await makeLeaf(authority, part.part, part.dnsNames, leafDays);
  const data = { 'tls.crt': made.certificate, 'tls.key': made.key, 'ca.crt': authority.certificate };
  await store.write(object, data, stored, 'kubernetes.io/tls');
  log(`${stored === undefined ? 'created' : 'renewed'} ${describeObject(object)}`);
}

/** cert-manager puts the issuer's CA into every Secret; before its first certificate there is nothing to publish. */
async function publishIssuersAuthority(store: Store, site: Site, log: Log): Promise<void> {
  const object = { kind: 'Secret', namespace: site.namespaces.mail, name: tlsSecret('openldap') } as const;
  const authority = (await store.read(object))?.data['ca.crt'];
  if (authority === undefined) {
    log(`${describeObject(object)} has no ca.crt yet: run this again when cert-manager has issued it`);
  } else {
    await publish(store, site, authority, log);
  }
}

async function publish(store: Store, site: Site, authority: string, log: Log): Promise<void> {
  for (const { name: namespace } of siteNamespaces(site)) {
    const object = { kind: 'ConfigMap', namespace, name: caConfigMap } as const;
    const stored = await store.read(object);
    if (stored?.data['ca.crt'] === authority) continue;
    await store.write(object, { 'ca.crt': authority }, stored);
    log(`${stored === undefined ? 'created' : 'renewed'} ${describeObject(object)}`);
  }
}

/** Undefined where a part is missing, cannot be read, or key and certificate are not each other's. */
function pairOf(stored: Stored | undefined): KeyPair | undefined {
  const { 'tls.crt': certificate, 'tls.key': key } = stored?.data ?? {};
  if (!certificate || !key) return undefined;
  try {
    const belongs = new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
    return belongs ? { certificate, key } : undefined;
  } catch {
    return undefined;
  }
}

function isIssuedBy(leaf: KeyPair, authority: KeyPair): boolean {
  const issuer = new X509Certificate(authority.certificate);
  return new X509Certificate(leaf.certificate).verify(issuer.publicKey);
}

function hasNames({ certificate }: KeyPair, dnsNames: readonly string[]): boolean {
  const present = new Set(new X509Certificate(certificate).subjectAltName?.split(', '));
  return present.size === dnsNames.length && dnsNames.every((name) => present.has(`DNS:${name}`));
}

function daysLeft({ certificate }: KeyPair, now: Date): number {
  return (new X509Certificate(certificate).validToDate.getTime() - now.getTime()) / 86_400_000;
}
