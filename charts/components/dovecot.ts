/**
 * Mailboxes: Dovecot with IMAPS, POP3S and ManageSieve for people, LMTP, SASL and quota for Postfix. Where several share the mail,
 * people come to them by the proxies of dovecot-proxy.ts.
 */
import { ApiObject } from 'cdk8s';
import { ConfigMap } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { mailRoot } from '../../operator/core/layout.ts';
import { ldapSecret, originSecret, sessionsSecret, tlsSecret } from '../../operator/core/secrets.ts';
import { readyUnlessDraining } from '../draining.ts';
import { type Endpoint, ports, serviceHost } from '../endpoints.ts';
import { hangUp, reloading, reloadingMount } from '../reloading.ts';
import { clientService, podService, service } from '../service.ts';
import { isSharded, type Shard, shardsOf } from '../shards.ts';
import { throttle } from '../throttle.ts';
import { tunnel } from '../tunnel.ts';
import { type Container, type Context, claimSpec, labels, volume, workload } from '../workload.ts';
import { dovecotConfig, greets } from './dovecot-config.ts';
import { dovecotProxy } from './dovecot-proxy.ts';

const part = 'dovecot';
const uid = 5000;

/** The archives, apart from Postfix's tunnel: this container alone reaches them, and nobody but the operator reaches it. */
function store(image: string, moves: boolean): Container {
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
      ...(moves ? [{ name: 'config', path: '/etc/hopthu/move', subPath: 'move' }] : []),
      { name: 'tls', path: '/run/tls' },
    ],
  };
}

/** The way of whole accounts between shards: it reads what is here, and writes nothing. */
function carrier(image: string): Container {
  return {
    name: 'carrier',
    image,
    command: reloading(hangUp, ['/run/tls'], ['/usr/bin/stunnel', '/etc/hopthu/carrier.conf']),
    ports: { carrier: ports.carrier.container },
    resources: { cpu: '10m', memory: '16Mi', memoryLimit: '128Mi' },
    mounts: [
      { name: 'mail', path: '/srv/vmail' },
      { name: 'archive', path: '/srv/archive' },
      { name: 'config', path: '/etc/hopthu/carrier.conf', subPath: 'carrier.conf' },
      { name: 'config', path: '/etc/hopthu/rsyncd.conf', subPath: 'rsyncd.conf' },
      reloadingMount,
      { name: 'tls', path: '/run/tls' },
    ],
  };
}

/** Dovecot on one volume, or as many as the site has shards; hands out where people's programs reach it inside the cluster. */
export function dovecot(
  scope: Construct,
  context: Context,
  directory: Endpoint,
): {
  readonly imaps: Endpoint;
  readonly sieve: Endpoint;
  /** Each shard, for the operator. */
  readonly hosts: readonly string[];
} {
  const { site } = context;
  const namespace = site.namespaces.mail;
  const shards = shardsOf(site);
  if (isSharded(site)) dovecotProxy(scope, context, directory);
  else {
    service(scope, context, {
      part,
      namespace,
      ports: ['imaps', 'pop3s', 'sieve', 'lmtpTunnel', 'saslTunnel', 'quotaTunnel', 'sessions', 'store'],
    });
    clientService(scope, context, { part, namespace, ports: ['imaps', 'pop3s', 'sieve'] });
  }
  // Not the StatefulSet's: its claims cannot be added to, and the backup reads this one.
  new ApiObject(scope, 'archive', {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'archive', namespace, labels: labels(site, part) },
    spec: claimSpec(site, site.storage.archive),
  });
  for (const shard of shards) oneShard(scope, context, directory, shard);
  const host = serviceHost(part, namespace);
  const at = ({ service: port }: { readonly service: number }): Endpoint => ({ host, port });
  return { imaps: at(ports.imaps), sieve: at(ports.sieve), hosts: shards.map((shard) => shard.host) };
}

function oneShard(scope: Construct, context: Context, directory: Endpoint, shard: Shard): void {
  const { site, image } = context;
  const namespace = site.namespaces.mail;
  const sharded = isSharded(site);
  const config = dovecotConfig(site, directory, shard.name);
  new ConfigMap(scope, `${shard.workload}-config`, {
    metadata: { name: `${shard.workload}-config`, namespace, labels: labels(site, part) },
    data: config,
  });
  if (sharded)
    podService(scope, context, {
      part,
      namespace,
      name: shard.name,
      pod: shard.pod,
      ports: ['shardImap', 'shardPop3', 'sieve', 'lmtpTunnel', 'quotaTunnel', 'sessions', 'store', 'carrier'],
    });
  const alive = { exec: { command: ['/bin/bash', '-c', greets] }, timeoutSeconds: 5 };
  workload(scope, context, {
    name: shard.workload,
    namespace,
    part,
    ...(shard.number === 0 ? {} : { ownLabels: { 'hopthu.io/shard': shard.name } }),
    uid,
    config: Object.values(config),
    claims: {
      mail: site.storage.mail,
      ...(shard.number === 0 ? {} : { archive: site.storage.archive }),
    },
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
        ports: sharded
          ? {
              imap: ports.shardImap.container,
              pop3: ports.shardPop3.container,
              sieve: ports.sieve.container,
              sessions: ports.sessions.container,
              exporter: ports.exporter.container,
            }
          : {
              imaps: ports.imaps.container,
              pop3s: ports.pop3s.container,
              sieve: ports.sieve.container,
              sessions: ports.sessions.container,
              exporter: ports.exporter.container,
            },
        resources: site.resources.dovecot,
        readiness: readyUnlessDraining(part),
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
      store(image(part), sharded),
      sharded ? carrier(image(part)) : throttle(context),
    ],
    volumes: [
      volume.configMap('config', `${shard.workload}-config`),
      volume.programs('scripts', `${shard.workload}-config`),
      volume.secret('tls', tlsSecret(part)),
      volume.secret('ldap', ldapSecret(part)),
      volume.secret('sessions', sessionsSecret),
      ...(shard.number === 0 ? [volume.claim('archive', 'archive')] : []),
      ...(sharded ? [] : [volume.secret('origin', originSecret)]),
      volume.memory('run', '16Mi'),
      volume.scratch('tmp', '256Mi'),
    ],
  });
}
