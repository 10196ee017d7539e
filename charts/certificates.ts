/** The certificate of every part: for cert-manager (charts) and for the local CA (`hopthu bootstrap`). */
import { tlsSecret } from '../operator/core/secrets.ts';
import type { Site } from '../operator/core/site.ts';
import { setupHosts } from './client-setup.ts';
import { serviceHost } from './endpoints.ts';
import { isSharded, shardsOf } from './shards.ts';

export type PartCertificate = {
  readonly part: string;
  readonly namespace: string;
  /** Secret with `tls.crt`, `tls.key` and `ca.crt`. */
  readonly secret: string;
  /** Every name that a client may use; what the certificate's SANs are, all of them DNS names. */
  readonly dnsNames: readonly string[];
};

/** Service, namespace and public hosts of each part that ends TLS or shows a certificate. */
export function partCertificates(site: Site): readonly PartCertificate[] {
  const { mail, smtp, backup } = site.namespaces;
  const { hosts } = site;
  return [
    certificate('openldap', mail, providersOf(site)),
    certificate('postgresql', mail, []),
    certificate('dovecot', mail, [hosts.mail, ...shardHosts(site)]),
    // Under the names by which everybody comes to Dovecot.
    ...(isSharded(site)
      ? [certificate('dovecot-proxy', mail, [hosts.mail, serviceHost('dovecot', mail)])]
      : []),
    // Nobody comes to it by TLS: it shows its certificate to the store beside Dovecot, and to Postfix.
    certificate('operator', mail, []),
    // Like it, to Postfix.
    certificate('clerk', mail, []),
    certificate('webmail', mail, [hosts.webmail, ...setupHosts(site)]),
    certificate('portal', mail, []),
    certificate('rspamd', mail, []),
    certificate('postfix', smtp, [hosts.mail]),
    // Its jobs show it to Postfix.
    certificate('reports', smtp, []),
    ...(site.backup.repository === 'volume' ? [certificate('repository', backup, [])] : []),
  ];
}

/** One provider asks the other by the name of its own Service. */
function providersOf({ namespaces, directory }: Site): readonly string[] {
  if (directory.replicas === 1) return [];
  return Array.from({ length: directory.replicas }, (_, number) =>
    serviceHost(`openldap-${number}`, namespaces.mail),
  );
}

/** Each is called by the name of its own Service. */
function shardHosts(site: Site): readonly string[] {
  return isSharded(site) ? shardsOf(site).map(({ host }) => host) : [];
}

function certificate(part: string, namespace: string, hosts: readonly string[]): PartCertificate {
  const local = [part, `${part}.${namespace}`, `${part}.${namespace}.svc`, serviceHost(part, namespace)];
  return { part, namespace, secret: tlsSecret(part), dnsNames: [...local, 'localhost', ...hosts] };
}
