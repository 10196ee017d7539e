/**
 * Where people come in when several Dovecots share the mail: logins are taken here, slowed where somebody guesses, and led to
 * where the directory says. No mail is here. One pod: the throttle counts in its own memory (docs/decisions.md).
 */
import { ConfigMap } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { suffixOf } from '../../operator/core/layout.ts';
import { passwordPage } from '../../operator/core/portal.ts';
import { ldapSecret, originSecret, tlsSecret } from '../../operator/core/secrets.ts';
import { firstShard } from '../../operator/core/shards.ts';
import type { Site } from '../../operator/core/site.ts';
import { directoryDomain } from '../../operator/core/site-domains.ts';
import { renderFile } from '../config/render.ts';
import { drainsOnly, readyScript, readyUnlessDraining } from '../draining.ts';
import { type Endpoint, loopback, ports, readyPorts, serviceHost } from '../endpoints.ts';
import { hangUp, reloading, reloadingMount, reloadingScript } from '../reloading.ts';
import { clientService, service } from '../service.ts';
import { throttle } from '../throttle.ts';
import { tunnel } from '../tunnel.ts';
import { type Context, labels, volume, workload } from '../workload.ts';
import { greets, namedBy } from './dovecot-config.ts';

const part = 'dovecot-proxy';
const uid = 5000;
/** Sessions that the proxies carry at most: 100 KiB each. */
const clients = 8000;

/** Configuration of the proxy and of its end of the tunnel. */
export function dovecotProxyConfig(site: Site, directory: Endpoint): Readonly<Record<string, string>> {
  return {
    'dovecot.conf': renderFile('dovecot/proxy.conf', {
      domain: site.domain,
      login: namedBy(site, 'mail'),
      passwordPage: passwordPage(site),
      suffix: suffixOf(directoryDomain(site)),
      mailHost: site.hosts.mail,
      directoryHost: directory.host,
      directoryPort: directory.port,
      first: firstShard,
      shardDomain: serviceHost('', site.namespaces.mail).slice(1),
      clients,
      imapsPort: ports.imaps.container,
      popPort: ports.pop3s.container,
      sievePort: ports.sieve.container,
      saslPort: loopback.sasl,
      throttlePort: loopback.throttle,
      readyPort: readyPorts.dovecot,
    }),
    'stunnel.conf': renderFile('dovecot/proxy-stunnel.conf', {
      postfixHost: serviceHost('postfix', site.namespaces.smtp),
      saslPort: loopback.sasl,
      saslTunnel: ports.saslTunnel.container,
    }),
    reloading: reloadingScript,
    ready: readyScript(greets),
  };
}

/** Takes the place of Dovecot for everybody but Postfix's deliveries and the operator, under its Service and its hosts. */
export function dovecotProxy(scope: Construct, context: Context, directory: Endpoint): void {
  const { site, image } = context;
  const namespace = site.namespaces.mail;
  const config = dovecotProxyConfig(site, directory);
  new ConfigMap(scope, `${part}-config`, {
    metadata: { name: `${part}-config`, namespace, labels: labels(site, part) },
    data: config,
  });
  const forPeople = ['imaps', 'pop3s', 'sieve'] as const;
  const place = { part: 'dovecot', pods: part, namespace };
  service(scope, context, { ...place, ports: [...forPeople, 'saslTunnel'] });
  clientService(scope, context, { ...place, ports: forPeople });
  const alive = { exec: { command: ['/bin/bash', '-c', greets] }, timeoutSeconds: 5 };
  workload(scope, context, {
    name: part,
    namespace,
    part,
    uid,
    config: Object.values(config),
    sidecars: [tunnel({ image: image('dovecot'), ports: { sasl: ports.saslTunnel.container } })],
    containers: [
      {
        name: part,
        image: image('dovecot'),
        command: reloading(hangUp, ['/run/tls', '/run/secrets/ldap'], ['/usr/sbin/dovecot', '-F']),
        ports: {
          imaps: ports.imaps.container,
          pop3s: ports.pop3s.container,
          sieve: ports.sieve.container,
        },
        resources: site.resources.dovecot,
        readiness: readyUnlessDraining('dovecot'),
        liveness: { ...alive, periodSeconds: 30, failureThreshold: 4 },
        preStop: drainsOnly,
        mounts: [
          { name: 'config', path: '/etc/dovecot/dovecot.conf', subPath: 'dovecot.conf' },
          { name: 'config', path: '/etc/hopthu/ready', subPath: 'ready' },
          reloadingMount,
          { name: 'tls', path: '/run/tls' },
          { name: 'ldap', path: '/run/secrets/ldap' },
          { name: 'run', path: '/run/dovecot', writable: true },
          { name: 'tmp', path: '/tmp', writable: true },
        ],
      },
      throttle(context),
    ],
    volumes: [
      volume.configMap('config', `${part}-config`),
      volume.secret('tls', tlsSecret(part)),
      volume.secret('ldap', ldapSecret('dovecot')),
      volume.secret('origin', originSecret),
      volume.memory('run', '16Mi'),
      volume.scratch('tmp', '64Mi'),
    ],
  });
}
