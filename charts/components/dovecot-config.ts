/** Configuration of Dovecot: where it is the only one, and of each where several share the mail. */
import { attribute, mailRoot, suffixOf } from '../../operator/core/layout.ts';
import { passwordPage } from '../../operator/core/portal.ts';
import { messageSizeLimit, parseBytes } from '../../operator/core/quota.ts';
import { firstShard } from '../../operator/core/shards.ts';
import type { Site } from '../../operator/core/site.ts';
import { directoryDomain, domainsOf } from '../../operator/core/site-domains.ts';
import { renderFile } from '../config/render.ts';
import { drainScript, readyScript } from '../draining.ts';
import { type Endpoint, loopback, ports, readyPorts, serviceHost } from '../endpoints.ts';
import { reloadingScript } from '../reloading.ts';
import { isSharded, loopbackOf, type Shard, shardsOf } from '../shards.ts';

/** The login service greets whoever connects, and logs nothing of one who leaves. */
export const greets = `exec 3<>/dev/tcp/127.0.0.1/${loopback.sasl} && read -rt 4 -u 3 line && [[ $line == VERSION* ]]`;

/** Configuration of Dovecot and of its end of the tunnels. */
export function dovecotConfig(
  site: Site,
  directory: Endpoint,
  name = firstShard,
): Readonly<Record<string, string>> {
  const base = baseConfig(site, directory);
  if (!isSharded(site)) return base;
  const { peers, hosts, ways } = peersOf(site);
  return {
    ...base,
    'dovecot.conf': `${base['dovecot.conf']}${renderFile('dovecot/shard.conf', {
      first: firstShard,
      shard: name,
      imapPort: ports.shardImap.container,
      popPort: ports.shardPop3.container,
    })}`,
    'carrier.conf': renderFile('dovecot/carrier.conf', {
      carrierPort: ports.carrier.container,
      hosts,
      peers: ways,
    }),
    'rsyncd.conf': renderFile('dovecot/rsyncd.conf'),
    move: renderFile('dovecot/move', { peers }),
  };
}

/** Where each shard finds the others' accounts: for the script, and as sections of stunnel. */
function peersOf(site: Site) {
  const shards = shardsOf(site);
  const way = (shard: Shard) => `[${shard.name}]
client = yes
accept = 127.0.0.1:${loopbackOf(shard).carrier}
connect = ${shard.host}:${ports.carrier.service}
checkHost = ${shard.host}
`;
  return {
    peers: shards.map((shard) => `${shard.name}=${loopbackOf(shard).carrier}`).join(' '),
    hosts: shards.map(({ host }) => `checkHost = ${host}`).join('\n'),
    ways: shards.map(way).join('\n'),
  };
}

function baseConfig(site: Site, directory: Endpoint): Readonly<Record<string, string>> {
  return {
    'dovecot.conf': renderFile('dovecot/dovecot.conf', {
      domain: site.domain,
      login: namedBy(site, 'mail'),
      passwordPage: passwordPage(site),
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
      readyPort: readyPorts.dovecot,
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
      moves: isSharded(site) ? ' /etc/hopthu/move' : '',
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
    drain: drainScript('dovecot'),
    ready: readyScript(greets),
  };
}

/** A filter for who is meant by a name of any of the site's domains. */
export function namedBy(site: Site, name: string): string {
  const domains = domainsOf(site);
  if (domains.length === 1) return `(${name}=%{user})`;
  const any = domains.map((domain) => domain.replaceAll('.', '[.]')).join('|');
  const inDomain = (domain: string) =>
    `(${name}=%{user | username}@%{user | domain | if('~', '^(${any})$', '${domain}', 'elsewhere')})`;
  return `(|${domains.map(inDomain).join('')})`;
}

/** IMAP sessions of 1.5 MiB each that stand beside Dovecot's own memory (measured: docs/install.md#sizes). */
function openSessions({ resources }: Site): number {
  const own = 96 * 2 ** 20;
  return Math.floor((parseBytes(resources.dovecot.memoryLimit) - own) / (1.5 * 2 ** 20));
}
