/** Mailboxes: Dovecot with IMAPS, POP3S and ManageSieve for people, LMTP, SASL and quota for Postfix. */
import { ApiObject } from 'cdk8s';
import { ConfigMap } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { attribute, mailRoot, suffixOf } from '../../operator/core/layout.ts';
import { portalPath } from '../../operator/core/portal.ts';
import { messageSizeLimit, parseBytes } from '../../operator/core/quota.ts';
import { ldapSecret, originSecret, sessionsSecret, tlsSecret } from '../../operator/core/secrets.ts';
import type { Site } from '../../operator/core/site.ts';
import { directoryDomain, domainsOf } from '../../operator/core/site-domains.ts';
import { renderFile } from '../config/render.ts';
import { type Endpoint, loopback, ports, serviceHost } from '../endpoints.ts';
import { hangUp, reloading, reloadingMount, reloadingScript } from '../reloading.ts';
import { clientService, service } from '../service.ts';
import { throttle } from '../throttle.ts';
import { tunnel } from '../tunnel.ts';
import { type Container, type Context, claimSpec, labels, volume, workload } from '../workload.ts';

const part = 'dovecot';
const uid = 5000;

/** Configuration of Dovecot and of its end of the tunnels. */
export function dovecotConfig(site: Site, directory: Endpoint): Readonly<Record<string, string>> {
  return {
    'dovecot.conf': renderFile('dovecot/dovecot.conf', {
      domain: site.domain,
      login: namedBy(site, 'mail'),
      webmailHost: site.hosts.webmail,
      passwordPath: `${portalPath}/mat-khau`,
      anyAddress: namedBy(site, attribute.address),
      suffix: suffixOf(directoryDomain(site)),
      mailHost: site.hosts.mail,
      mailRoot,
      directoryHost: directory.host,
      directoryPort: directory.port,
      defaultQuota: site.quota.personal,
      grace: messageSizeLimit(site.attachment),
      trashDays: site.expiry.trashDays,
      junkDays: site.expiry.junkDays,
      imapsPort: ports.imaps.container,
      repliesPort: loopback.replies,
      sessions: openSessions(site),
      // Every session is one at the services that all share.
      clients: 1000 + openSessions(site),
      popPort: ports.pop3s.container,
      sievePort: ports.sieve.container,
      lmtpPort: loopback.lmtp,
      saslPort: loopback.sasl,
      quotaPort: loopback.quota,
      sessionsPort: ports.sessions.container,
      throttlePort: loopback.throttle,
      exporterPort: ports.exporter.container,
    }),
    'stunnel.conf': renderFile('dovecot/stunnel.conf', {
      postfixHost: serviceHost('postfix', site.namespaces.smtp),
      lmtpPort: loopback.lmtp,
      saslPort: loopback.sasl,
      quotaPort: loopback.quota,
      lmtpTunnel: ports.lmtpTunnel.container,
      saslTunnel: ports.saslTunnel.container,
      quotaTunnel: ports.quotaTunnel.container,
      repliesPort: loopback.replies,
      repliesTunnel: ports.replies.service,
    }),
    'store.conf': renderFile('dovecot/store.conf', {
      operatorHost: serviceHost('operator', site.namespaces.mail),
      storePort: ports.store.container,
    }),
    store: renderFile('dovecot/store'),
    'junk.sieve': renderFile('dovecot/junk.sieve'),
    'learn-spam.sieve': renderFile('dovecot/learn-spam.sieve'),
    'learn-ham.sieve': renderFile('dovecot/learn-ham.sieve'),
    learn: renderFile('dovecot/learn', {
      rspamdHost: serviceHost('rspamd', site.namespaces.mail),
      learnTunnel: ports.learnTunnel.service,
    }),
    reloading: reloadingScript,
    export: renderFile('dovecot/export'),
    drain: renderFile('dovecot/drain', { lmtpPortHex: loopback.lmtp.toString(16).toUpperCase() }),
  };
}

/** A filter for who is meant by a name of any of the site's domains. */
function namedBy(site: Site, name: string): string {
  const domains = domainsOf(site);
  if (domains.length === 1) return `(${name}=%{user})`;
  const any = domains.map((domain) => domain.replaceAll('.', '[.]')).join('|');
  const inDomain = (domain: string) =>
    `(${name}=%{user | username}@%{user | domain | if('~', '^(${any})$', '${domain}', 'elsewhere')})`;
  return `(|${domains.map(inDomain).join('')})`;
}

/** IMAP sessions of 1.5 MiB each that stand beside Dovecot's own memory (measured: docs/operations.md). */
function openSessions({ resources }: Site): number {
  const own = 96 * 2 ** 20;
  return Math.floor((parseBytes(resources.dovecot.memoryLimit) - own) / (1.5 * 2 ** 20));
}

/** The archives, apart from Postfix's tunnel: this container alone reaches them, and nobody but the operator reaches it. */
function store(image: string): Container {
  return {
    name: 'store',
    image,
    command: reloading(hangUp, ['/run/tls'], ['/usr/bin/stunnel', '/etc/hopthu/store.conf']),
    ports: { store: ports.store.container },
    resources: { cpu: '2m', memory: '32Mi', memoryLimit: '256Mi' },
    mounts: [
      { name: 'mail', path: '/srv/vmail', writable: true },
      { name: 'archive', path: '/srv/archive', writable: true },
      { name: 'config', path: '/etc/hopthu/store.conf', subPath: 'store.conf' },
      { name: 'config', path: '/etc/hopthu/store', subPath: 'store' },
      reloadingMount,
      { name: 'config', path: '/etc/hopthu/export', subPath: 'export' },
      { name: 'tls', path: '/run/tls' },
    ],
  };
}

/** Dovecot on one volume; hands out where people's programs reach it inside the cluster. */
export function dovecot(
  scope: Construct,
  context: Context,
  directory: Endpoint,
): {
  readonly imaps: Endpoint;
  readonly sieve: Endpoint;
  readonly sessions: Endpoint;
  readonly store: Endpoint;
} {
  const { site, image } = context;
  const namespace = site.namespaces.mail;
  const config = dovecotConfig(site, directory);
  new ConfigMap(scope, 'dovecot-config', {
    metadata: { name: 'dovecot-config', namespace, labels: labels(site, part) },
    data: config,
  });
  service(scope, context, {
    part,
    namespace,
    ports: ['imaps', 'pop3s', 'sieve', 'lmtpTunnel', 'saslTunnel', 'quotaTunnel', 'sessions', 'store'],
  });
  // Not the StatefulSet's: its claims cannot be added to, and the backup reads this one.
  new ApiObject(scope, 'archive', {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'archive', namespace, labels: labels(site, part) },
    spec: claimSpec(site, site.storage.archive),
  });
  clientService(scope, context, { part, namespace, ports: ['imaps', 'pop3s', 'sieve'] });
  // The login service greets whoever connects, and logs nothing of one who leaves.
  const greets = `exec 3<>/dev/tcp/127.0.0.1/${loopback.sasl} && read -rt 4 -u 3 line && [[ $line == VERSION* ]]`;
  const alive = { exec: { command: ['/bin/bash', '-c', greets] }, timeoutSeconds: 5 };
  workload(scope, context, {
    name: part,
    namespace,
    part,
    uid,
    config: Object.values(config),
    claims: { mail: site.storage.mail },
    graceSeconds: 60,
    // It lets the last letter through, and the answer back.
    sidecars: [
      tunnel({
        image: image(part),
        ports: {
          lmtp: ports.lmtpTunnel.container,
          sasl: ports.saslTunnel.container,
          quota: ports.quotaTunnel.container,
        },
      }),
    ],
    containers: [
      {
        name: part,
        image: image(part),
        command: reloading(
          hangUp,
          ['/run/tls', '/run/secrets/ldap', '/run/secrets/sessions'],
          ['/usr/sbin/dovecot', '-F'],
        ),
        ports: {
          imaps: ports.imaps.container,
          pop3s: ports.pop3s.container,
          sieve: ports.sieve.container,
          sessions: ports.sessions.container,
          exporter: ports.exporter.container,
        },
        resources: site.resources.dovecot,
        startup: { ...alive, periodSeconds: 1, failureThreshold: 300 },
        readiness: { ...alive, periodSeconds: 10 },
        // Two minutes: the login service waits for nobody, but a node may be busy.
        liveness: { ...alive, periodSeconds: 30, failureThreshold: 4 },
        preStop: { exec: { command: ['/bin/sh', '/etc/dovecot/sieve/drain'] } },
        mounts: [
          { name: 'mail', path: mailRoot, writable: true },
          { name: 'config', path: '/etc/dovecot/dovecot.conf', subPath: 'dovecot.conf' },
          { name: 'scripts', path: '/etc/dovecot/sieve' },
          reloadingMount,
          { name: 'tls', path: '/run/tls' },
          { name: 'ldap', path: '/run/secrets/ldap' },
          { name: 'sessions', path: '/run/secrets/sessions' },
          { name: 'run', path: '/run/dovecot', writable: true },
          { name: 'tmp', path: '/tmp', writable: true },
        ],
      },
      store(image(part)),
      throttle(context),
    ],
    volumes: [
      volume.configMap('config', 'dovecot-config'),
      volume.programs('scripts', 'dovecot-config'),
      volume.secret('tls', tlsSecret(part)),
      volume.secret('ldap', ldapSecret(part)),
      volume.secret('sessions', sessionsSecret),
      volume.claim('archive', 'archive'),
      volume.secret('origin', originSecret),
      volume.memory('run', '16Mi'),
      volume.scratch('tmp', '256Mi'),
    ],
  });
  const host = serviceHost(part, namespace);
  const at = ({ service: port }: { readonly service: number }): Endpoint => ({ host, port });
  return {
    imaps: at(ports.imaps),
    sieve: at(ports.sieve),
    sessions: at(ports.sessions),
    store: at(ports.store),
  };
}
