/** SMTP: Postfix for other servers on 25 and for people on 465 and 587. Alone in its namespace, because it needs root. */
import { ConfigMap } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { attribute, suffixOf } from '../../operator/core/layout.ts';
import { centreAddress } from '../../operator/core/notices/readers.ts';
import { displayBytes, messageSizeLimit } from '../../operator/core/quota.ts';
import { clerkDomain, serviceLocalParts } from '../../operator/core/requests/service-address.ts';
import { ldapSecret, tlsSecret } from '../../operator/core/secrets.ts';
import type { Site } from '../../operator/core/site.ts';
import { directoryDomain, domainsOf } from '../../operator/core/site-domains.ts';
import { renderFile } from '../config/render.ts';
import { drainScript, readyScript, readyUnlessDraining } from '../draining.ts';
import { type Endpoint, loopback, ports, readyPorts, serviceHost } from '../endpoints.ts';
import { exporter } from '../exporter.ts';
import { reloadingScript } from '../reloading.ts';
import { clientService, service } from '../service.ts';
import { isSharded, shardsOf } from '../shards.ts';
import { tunnel } from '../tunnel.ts';
import { type Context, labels, volume, workload } from '../workload.ts';
import { reportsClaim } from './mounted.ts';
import type { DirectoryEndpoints } from './openldap.ts';
import { type MakeMap, postfixShards, shardMaps } from './postfix-shards.ts';

const part = 'postfix';
/** Not a group of its own for the pod (fsGroup): that would be put on the queue too, whose owners Postfix insists on. */
const tunnelUid = 10004;

/** Not the kubelet's own connection: without a word it would be logged as a fault. */
const greets = `exec 3<>/dev/tcp/127.0.0.1/${ports.smtp.container} && read -rt 4 -u 3 line && echo QUIT >&3 && [[ $line == 220* ]]`;

/** Configuration of Postfix, of its LDAP maps and of its end of the tunnels. */
export function postfixConfig(site: Site, directories: DirectoryEndpoints): Readonly<Record<string, string>> {
  const files = maps(site, directories);
  const asked = (map: string) =>
    [`${map}-reads.cf`, `${map}.cf`]
      .filter((file) => file in files)
      .map((file) => `proxy:ldap:/run/maps/${file}`)
      .join(', ');
  const shards = postfixShards(site);
  return {
    'main.cf': renderFile('postfix/main.cf', {
      domain: site.domain,
      domains: domainsOf(site).join(', '),
      ownSenders: domainsOf(site).map(mustLogIn).join(', '),
      mailHost: site.hosts.mail,
      attachment: site.attachment,
      messageSizeLimit: messageSizeLimit(site.attachment),
      lmtpPort: loopback.lmtp,
      saslPort: loopback.sasl,
      classes: ['known', 'name_login', ...shards.classes].join(' '),
      quotaCheck: shards.quotaCheck,
      quotas: shards.quotas,
      shards: shards.main,
      moreTransports: shards.transports,
      clerkDomain,
      clerkPort: loopback.clerk,
      milterPort: loopback.milter,
      centre: centreAddress(site),
      mailboxMaps: asked('mailbox'),
      aliasMaps: asked('alias'),
    }),
    'master.cf': `${renderFile('postfix/master.cf', {
      smtpPort: ports.smtp.container,
      submissionPort: ports.submission.container,
      submissionsPort: ports.submissions.container,
      readyPort: readyPorts[part],
      domain: site.domain,
      recipients: site.filter.limits.recipients,
      copies: toServices(site, (name) => `${name}@${clerkDomain}`),
      services: toServices(site, () => 'name_login'),
      noticesPort: loopback.notices,
      repliesPort: loopback.replies,
      noticesFrom: `${site.notices.from}@${site.domain}`,
    })}${shards.master}`,
    ...files,
    'stunnel.conf': `${renderFile('postfix/stunnel.conf', {
      firstHost: shardsOf(site)[0]?.host ?? '',
      dovecotHost: serviceHost('dovecot', site.namespaces.mail),
      lmtpPort: loopback.lmtp,
      saslPort: loopback.sasl,
      quotaPort: loopback.quota,
      lmtpTunnel: ports.lmtpTunnel.service,
      saslTunnel: ports.saslTunnel.service,
      quotaTunnel: ports.quotaTunnel.service,
      rspamdHost: serviceHost('rspamd', site.namespaces.mail),
      milterPort: loopback.milter,
      milterTunnel: ports.milterTunnel.service,
      operatorHost: serviceHost('operator', site.namespaces.mail),
      clerkPort: loopback.clerk,
      clerkTunnel: ports.intake.service,
      clerkHost: serviceHost('clerk', site.namespaces.mail),
      reportsHost: serviceHost('reports', site.namespaces.smtp),
      repliesPort: loopback.replies,
      repliesTunnel: ports.replies.container,
      noticesTunnel: ports.notices.container,
      noticesPort: loopback.notices,
    })}${shards.tunnels}`,
    'reject-footers': renderFile('postfix/reject-footers', {
      attachmentText: displayBytes(site.attachment),
    }),
    start: renderFile('postfix/start'),
    drain: drainScript(part),
    ready: readyScript(greets),
    'count-log': renderFile('postfix/count-log'),
    journal: renderFile('postfix/journal'),
    'watch-queue': renderFile('postfix/watch-queue', { domain: site.domain, clerkDomain }),
    metrics: renderFile('postfix/metrics'),
    'write-maps': renderFile('postfix/write-maps', { maps: Object.keys(files).join(' ') }),
    reloading: reloadingScript,
  };
}

/** What a table has for each service address, under any of the site's domains. */
function toServices(site: Site, value: (localPart: string) => string): string {
  const pairs = domainsOf(site).flatMap((domain) =>
    serviceLocalParts(site).map((name) => `{ ${name}@${domain} = ${value(name)} }`),
  );
  return pairs.join(', ');
}

function mustLogIn(domain: string): string {
  return `{ ${domain} = 553 5.7.1 Nguoi gui thuoc ${domain} phai dang nhap (senders of this domain must log in) }`;
}

/** A filter for who has an address in any of the site's domains; `domain` of the map keeps all others out. */
function namedBy(site: Site, name: string): string {
  const domains = domainsOf(site);
  if (domains.length === 1) return `(${name}=%s)`;
  return `(|${domains.map((domain) => `(${name}=%u@${domain})`).join('')})`;
}

/** The address of an entry in every domain of the site: when it moves to another, whoever is logged in, or was a moment ago, goes on. */
function inEachDomain(site: Site): string {
  const domains = domainsOf(site);
  return domains.length === 1 ? '%s' : domains.map((domain) => `%u@${domain}`).join(', ');
}

/**
 * Whoever may receive is looked for at both providers first; who is not found there, at the active one: a copy that lags
 * refuses nobody's mail. What takes a right away is asked of the active one alone (R24).
 */
function maps(site: Site, { directory, readers }: DirectoryEndpoints): Readonly<Record<string, string>> {
  const is = (status: string) => `(${attribute.status}=${status})`;
  const receives = `(|${is('Active')}${is('Suspended')}${is('Expired')})`;
  const map: MakeMap = ({ attribute: name, ...values }, { host, port } = directory) =>
    renderFile('postfix/map.cf', {
      directoryHost: host,
      directoryPort: port,
      suffix: suffixOf(directoryDomain(site)),
      domains: domainsOf(site).join(', '),
      named: namedBy(site, name),
      more: '',
      ...values,
    });
  const mailbox = { status: receives, attribute: 'mail', result: 'mail', format: '%s' };
  const alias = { ...mailbox, attribute: attribute.address };
  return {
    ...(readers === directory
      ? {}
      : { 'mailbox-reads.cf': map(mailbox, readers), 'alias-reads.cf': map(alias, readers) }),
    'mailbox.cf': map(mailbox),
    'alias.cf': map(alias),
    // Login names are primary addresses; every address of an entry may be written from, by delegates too (R26, R28): these
    // are entries of their own, whose login names are looked up by their DNs.
    'sender.cf': map({
      status: is('Active'),
      attribute: attribute.address,
      result: 'mail',
      format: inEachDomain(site),
      more: `special_result_attribute = ${attribute.sendAs}\n`,
    }),
    // What main.cf makes of it is written there.
    'status.cf': map({ status: '', attribute: attribute.address, result: attribute.status, format: '%s' }),
    // By every address: a login outlives the change of the address it was made with.
    'revoked.cf': map({
      status: `(!${is('Active')})`,
      attribute: attribute.address,
      result: 'mail',
      format: '550 5.7.1 Tai khoan khong con duoc gui thu (this account may not send any more)',
    }),
    ...(isSharded(site) ? shardMaps(map) : {}),
  };
}

/** Postfix on one volume for its queue; hands out where programs inside the cluster send mail, and the operator its notices. */
export function postfix(
  scope: Construct,
  context: Context,
  directories: DirectoryEndpoints,
): { readonly submission: Endpoint; readonly notices: Endpoint } {
  const { site, image } = context;
  const namespace = site.namespaces.smtp;
  const config = postfixConfig(site, directories);
  new ConfigMap(scope, 'postfix-config', {
    metadata: { name: 'postfix-config', namespace, labels: labels(site, part) },
    data: config,
  });
  const listeners = ['smtp', 'submissions', 'submission'] as const;
  service(scope, context, { part, namespace, ports: [...listeners, 'notices', 'replies'] });
  clientService(scope, context, { part, namespace, ports: listeners });
  const serving = { exec: { command: ['/bin/bash', '-c', greets] }, timeoutSeconds: 5 };
  const masterRuns = '! /usr/lib/postfix/sbin/master -t';
  workload(scope, context, {
    name: part,
    namespace,
    part,
    config: Object.values(config),
    claims: { queue: site.storage.queue },
    graceSeconds: 60,
    // What is being handed to Dovecot, or judged by rspamd, goes through it to the end.
    sidecars: [
      tunnel({
        image: image(part),
        uid: tunnelUid,
        ports: { notices: ports.notices.container, replies: ports.replies.container },
      }),
    ],
    containers: [
      {
        name: part,
        image: image(part),
        // master hands its work to the user postfix (SETUID, SETGID), gives the queue to it (CHOWN, FOWNER: without it an
        // empty queue is not set up) and reads what is the user's (DAC_OVERRIDE: without it mail is accepted and stays).
        asRoot: { capabilities: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETGID', 'SETUID'] },
        ports: {
          smtp: ports.smtp.container,
          submission: ports.submission.container,
          submissions: ports.submissions.container,
        },
        resources: site.resources.postfix,
        startup: { ...serving, periodSeconds: 1, failureThreshold: 300 },
        readiness: readyUnlessDraining(part),
        // By its lock alone: it waits for its children, who wait for others.
        liveness: {
          exec: { command: ['/bin/sh', '-c', masterRuns] },
          periodSeconds: 30,
          timeoutSeconds: 5,
        },
        preStop: { exec: { command: ['/bin/sh', '/etc/hopthu/drain'] } },
        mounts: [
          { name: 'queue', path: '/var/spool/postfix', writable: true },
          // File by file: a volume over the whole of /etc/postfix would hide the list of map types.
          { name: 'config', path: '/etc/postfix/main.cf', subPath: 'main.cf' },
          { name: 'config', path: '/etc/postfix/master.cf', subPath: 'master.cf' },
          { name: 'config', path: '/etc/hopthu' },
          { name: 'tls', path: '/run/tls' },
          { name: 'ldap', path: '/run/secrets/ldap' },
          { name: 'maps', path: '/run/maps', writable: true },
          { name: 'metrics', path: '/run/metrics', writable: true },
          { name: 'data', path: '/var/lib/postfix', writable: true },
          { name: 'reports', path: '/srv/reports/journal', subPath: 'journal', writable: true },
          { name: 'tmp', path: '/tmp', writable: true },
        ],
      },
      exporter({
        image: image(part),
        uid: tunnelUid,
        script: { name: 'programs', subPath: 'metrics' },
        mounts: [{ name: 'metrics', path: '/run/metrics' }],
      }),
    ],
    volumes: [
      volume.configMap('config', 'postfix-config'),
      volume.programs('programs', 'postfix-config'),
      volume.secret('tls', tlsSecret(part)),
      volume.secret('ldap', ldapSecret(part)),
      volume.memory('maps', '1Mi'),
      volume.memory('metrics', '1Mi'),
      volume.scratch('data', '16Mi'),
      volume.claim('reports', reportsClaim),
      volume.scratch('tmp', '16Mi'),
    ],
  });
  const host = serviceHost(part, namespace);
  return {
    submission: { host, port: ports.submission.service },
    notices: { host, port: ports.notices.service },
  };
}
