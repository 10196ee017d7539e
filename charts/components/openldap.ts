/** The directory: slapd with the site's schema, password policy (R25) and access rules. */
import { ConfigMap } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { mailRoot, serviceAccounts, suffixOf } from '../../operator/core/layout.ts';
import { parseBytes } from '../../operator/core/quota.ts';
import { directorySecret, tlsSecret } from '../../operator/core/secrets.ts';
import type { Site } from '../../operator/core/site.ts';
import { renderFile } from '../config/render.ts';
import { type Endpoint, ports, serviceHost } from '../endpoints.ts';
import { reloadingScript } from '../reloading.ts';
import { service } from '../service.ts';
import { type Context, labels, volume, workload } from '../workload.ts';

const part = 'openldap';
const uid = 10001;
const secondsPerDay = 86_400;
/** Days before the end of a password during which clients that ask are warned. */
const warningDays = 7;
const backstopDays = 31;

/** slapd's configuration, first content and start script, as the pod finds them in /etc/hopthu. */
export function directoryConfig(site: Site): Readonly<Record<string, string>> {
  const suffix = suffixOf(site.domain);
  const volumeSize = parseBytes(site.storage.directory, 'storage.directory');
  const { passwords } = site;
  return {
    'slapd.conf': renderFile('openldap/slapd.conf', {
      uid,
      suffix,
      mailRoot,
      site: site.name,
      domainPattern: site.domain.replaceAll('.', '\\.'),
      // The files of both databases grow up to these sizes and leave room for the first fill and a slapcat.
      dataMaxSize: Math.floor(volumeSize * 0.6),
      logMaxSize: Math.floor(volumeSize * 0.2),
    }),
    'acl.conf': renderFile('openldap/acl.conf', { suffix }),
    'hopthu.schema': renderFile('openldap/hopthu.schema'),
    'tree.ldif': renderFile('openldap/tree.ldif', {
      suffix,
      title: base64(site.title),
      firstLabel: site.domain.split('.')[0] ?? '',
      accounts: serviceAccounts
        .map((account) => renderFile('openldap/account.ldif', { account, suffix }))
        .join('\n'),
    }),
    'policies.ldif': renderFile('openldap/policies.ldif', {
      suffix,
      minLength: passwords.minLength,
      // A backstop: on the day itself the operator marks the password must-change, while its owner can still bind.
      maxAgeSeconds: passwords.maxAgeDays === 0 ? 0 : (passwords.maxAgeDays + backstopDays) * secondsPerDay,
      warningSeconds: Math.min(warningDays, passwords.maxAgeDays) * secondsPerDay,
      history: passwords.history,
      ppm: base64(renderFile('openldap/ppm.conf')),
    }),
    audit: renderFile('openldap/audit', { suffix }),
    'read-certificates': renderFile('openldap/read-certificates'),
    reloading: reloadingScript,
    start: renderFile('openldap/start', {
      suffix,
      accounts: serviceAccounts.join(' '),
      port: ports.ldaps.container,
    }),
  };
}

/** slapd on one volume; hands out where it listens, LDAPS only. */
export function openldap(scope: Construct, context: Context): Endpoint {
  const { site, image } = context;
  const namespace = site.namespaces.mail;
  const config = directoryConfig(site);
  new ConfigMap(scope, 'openldap-config', {
    metadata: { name: 'openldap-config', namespace, labels: labels(site, part) },
    data: config,
  });
  service(scope, context, { part, namespace, ports: ['ldaps'] });
  // An anonymous bind over TLS is refused with code 48 by a slapd that works. The name is not checked: libldap takes
  // "localhost" for the pod's own name, which no client uses and no certificate holds.
  const alive = {
    exec: {
      command: [
        '/bin/sh',
        '-c',
        `LDAPTLS_REQCERT=allow ldapwhoami -x -H ldaps://localhost:${ports.ldaps.container} >/dev/null 2>&1; test $? -eq 48`,
      ],
    },
    timeoutSeconds: 5,
  };
  workload(scope, context, {
    name: part,
    namespace,
    part,
    uid,
    config: Object.values(config),
    claims: { data: site.storage.directory },
    containers: [
      {
        name: 'slapd',
        image: image(part),
        ports: { ldaps: ports.ldaps.container },
        resources: site.resources.openldap,
        readiness: { ...alive, initialDelaySeconds: 2, periodSeconds: 10 },
        // Patient: the first fill and a recovery after a crash come before slapd listens.
        liveness: { ...alive, initialDelaySeconds: 60, periodSeconds: 20, failureThreshold: 6 },
        mounts: [
          { name: 'data', path: '/var/lib/ldap', writable: true },
          { name: 'config', path: '/etc/hopthu' },
          { name: 'tls', path: '/run/tls' },
          { name: 'accounts', path: '/run/secrets/accounts' },
          { name: 'run', path: '/run/slapd', writable: true },
        ],
      },
    ],
    volumes: [
      volume.configMap('config', 'openldap-config'),
      volume.secret('tls', tlsSecret(part)),
      volume.secret('accounts', directorySecret),
      volume.memory('run', '4Mi'),
    ],
  });
  return { host: serviceHost(part, namespace), port: ports.ldaps.service };
}

/** LDIF has no other way to carry text that is not ASCII (RFC 2849). */
function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
