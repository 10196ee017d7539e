/** Certificates by cert-manager, where the site names an issuer; `hopthu bootstrap` makes the same ones otherwise. */
import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { partCertificates } from '../certificates.ts';
import { type Context, labels } from '../workload.ts';

export function certificates(scope: Construct, { site }: Context): void {
  const { issuer } = site.tls;
  if (issuer === undefined) return;
  for (const { part, namespace, secret, dnsNames } of partCertificates(site)) {
    new ApiObject(scope, secret, {
      apiVersion: 'cert-manager.io/v1',
      kind: 'Certificate',
      metadata: { name: secret, namespace, labels: labels(site, part) },
      spec: {
        secretName: secret,
        dnsNames,
        // slapd knows its like by this name.
        commonName: part,
        // Postfix shows its certificate to Dovecot's tunnel, the operator its own to Postfix's.
        usages: ['digital signature', 'server auth', 'client auth'],
        privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
        issuerRef: { group: 'cert-manager.io', kind: issuer.kind, name: issuer.name },
      },
    });
  }
}
