/** Viruses and spam (R34): rspamd as Postfix's milter, with clamd and Valkey in its pod, where nothing leaves 127.0.0.1. */
import { ConfigMap } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { displayBytes, messageSizeLimit, parseBytes } from '../../operator/core/quota.ts';
import { dkimSecret, tlsSecret } from '../../operator/core/secrets.ts';
import type { Site } from '../../operator/core/site.ts';
import { domainsOf } from '../../operator/core/site-domains.ts';
import { renderFile } from '../config/render.ts';
import { filterDrainScript } from '../draining.ts';
import { loopback, ports, serviceHost } from '../endpoints.ts';
import { reloadingScript } from '../reloading.ts';
import { service } from '../service.ts';
import { tunnel } from '../tunnel.ts';
import { type Container, type Context, labels, type Probe, volume, workload } from '../workload.ts';

const part = 'rspamd';
const uid = 10005;

/** Modules of rspamd that ask services on the Internet, delay mail, learn from what nobody has looked at, or keep subjects. */
const modulesOff = [
  'asn',
  'fuzzy_check',
  'greylist',
  'hfilter',
  'history_redis',
  'mx_check',
  'neural',
  'rbl',
  'rspamd_update',
  'whitelist',
];

/** The scanner, then rspamd, then Postfix wait for so many seconds; each longer than what it waits for. */
const patience = { scanSeconds: 45, taskSeconds: 60, milterSeconds: 90 };

/** Configuration of rspamd, clamd, Valkey and the tunnel. */
export function filterConfig(site: Site): Readonly<Record<string, string>> {
  const { scanSeconds, taskSeconds, milterSeconds } = patience;
  const rspamd = (name: string, values = {}) => [name, renderFile(`rspamd/${name}`, values)] as const;
  return {
    ...Object.fromEntries(modulesOff.map((module) => [`${module}.conf`, 'enabled = false;\n'])),
    ...Object.fromEntries([
      rspamd('actions.conf', site.filter.spam),
      rspamd('attachments.lua', {
        attachment: site.attachment,
        attachmentText: displayBytes(site.attachment),
      }),
      rspamd('antivirus.lua', { clamdPort: loopback.clamd, scanSeconds }),
      rspamd('classifier-bayes.conf'),
      rspamd('counts.lua'),
      rspamd('dkim_signing.conf', {
        domains: domainsOf(site).map(signedBy(site.dns.dkimSelector)).join('\n'),
      }),
      rspamd('dmarc.conf'),
      rspamd('groups.conf'),
      rspamd('limits.lua'),
      rspamd('local-addresses.inc'),
      rspamd('logging.inc'),
      rspamd('milter_headers.conf'),
      rspamd('options.inc', { taskSeconds }),
      rspamd('ratelimit.conf', site.filter.limits.perHour),
      rspamd('redis.conf', { valkeyPort: loopback.valkey }),
      rspamd('secrecy.lua', secrecyValues(site)),
      rspamd('senders.lua', { domain: site.domain, domains: luaList(domainsOf(site)) }),
      rspamd('uncounted-recipients.map'),
      rspamd('worker-controller.inc', { controllerPort: loopback.controller }),
      rspamd('worker-normal.inc'),
      rspamd('worker-proxy.inc', { milterPort: loopback.milter, milterSeconds }),
      rspamd('stunnel.conf', {
        milterTunnel: ports.milterTunnel.container,
        milterPort: loopback.milter,
        postfixHost: serviceHost('postfix', site.namespaces.smtp),
        learnTunnel: ports.learnTunnel.container,
        controllerPort: loopback.controller,
        dovecotHost: serviceHost('dovecot', site.namespaces.mail),
      }),
    ]),
    'clamd.conf': renderFile('clamav/clamd.conf', {
      clamdPort: loopback.clamd,
      messageSizeLimit: messageSizeLimit(site.attachment),
    }),
    reloading: reloadingScript,
    drain: filterDrainScript(),
    'eicar.ndb': renderFile('clamav/eicar.ndb'),
    'valkey.conf': renderFile('valkey/valkey.conf', {
      valkeyPort: loopback.valkey,
      // The other half is for a second process, which writes the log anew.
      maxmemory: parseBytes(site.resources.valkey.memoryLimit) / 2,
    }),
    ...freshclamConfig(site),
  };
}

/** One key signs for every domain of the site. */
function signedBy(selector: string): (domain: string) => string {
  return (domain) => `  "${domain}" {
    selector = "${selector}";
    path = "/run/dkim/$selector.key";
  }`;
}

/** A Lua table of strings is JSON's array in other brackets. */
function luaList(words: readonly string[]): string {
  return `{ ${words.map((word) => JSON.stringify(word)).join(', ')} }`;
}

function secrecyValues({ filter: { secrecy } }: Site) {
  const { stampLines, ...lists } = secrecy;
  const words = Object.entries(lists).map(([name, list]) => [name, luaList(list)] as const);
  return { ...Object.fromEntries(words), stampLines };
}

function freshclamConfig({ filter: { signatures } }: Site): Readonly<Record<string, string>> {
  if (signatures.mirror === 'none') return {};
  const { mirror, checksPerDay } = signatures;
  return { 'freshclam.conf': renderFile('clamav/freshclam.conf', { mirror, checksPerDay }) };
}

/** rspamd with what it needs, in one pod on two volumes. */
export function filter(scope: Construct, context: Context): void {
  const { site, image } = context;
  const namespace = site.namespaces.mail;
  const config = filterConfig(site);
  new ConfigMap(scope, 'rspamd-config', {
    metadata: { name: 'rspamd-config', namespace, labels: labels(site, part) },
    data: config,
  });
  // Also while it is not ready: rspamd itself says why mail has to wait.
  service(scope, context, { part, namespace, ports: ['milterTunnel', 'learnTunnel'], evenUnready: true });
  const updates = site.filter.signatures.mirror === 'none' ? [] : [freshclam(context, 'signatures')];
  workload(scope, context, {
    name: part,
    namespace,
    part,
    uid,
    config: Object.values(config),
    // rspamd gives what it is judging ten seconds.
    graceSeconds: 60,
    claims: { valkey: site.storage.filter, signatures: site.storage.signatures },
    ...(updates.length === 0 ? {} : { initContainers: [firstSignatures(context)] }),
    // Who is asked ends after who asks: what has come is judged to its end.
    sidecars: [
      valkey(context),
      clamd(context),
      tunnel({
        image: image(part),
        ports: { milter: ports.milterTunnel.container, learn: ports.learnTunnel.container },
      }),
    ],
    containers: [rspamd(context), metrics(context), ...updates],
    volumes: [
      volume.configMap('config', 'rspamd-config'),
      volume.secret('tls', tlsSecret(part)),
      volume.secret('dkim', dkimSecret),
      volume.scratch('compiled', '256Mi'),
      volume.memory('run', '4Mi'),
      volume.scratch('tmp', '1Gi'),
    ],
  });
}

/** A shell's question to a daemon on 127.0.0.1; nothing of it is logged. */
function asks(port: number, question: string, answer: string): Probe {
  const script = `exec 3<>/dev/tcp/127.0.0.1/${port} && printf '${question}' >&3 && grep -aqm1 ${answer} <&3`;
  return { exec: { command: ['/bin/bash', '-c', script] }, timeoutSeconds: 5 };
}

function rspamd({ site, image }: Context): Container {
  const alive = asks(loopback.controller, 'GET /ping HTTP/1.0\\r\\n\\r\\n', 'pong');
  return {
    name: part,
    image: image('rspamd'),
    resources: site.resources.rspamd,
    readiness: { ...alive, periodSeconds: 10 },
    liveness: { ...alive, periodSeconds: 30, failureThreshold: 4 },
    preStop: { exec: { command: ['/bin/sh', '/etc/rspamd/local.d/drain'] } },
    mounts: [
      // rspamd looks in each for files of the names that it knows.
      { name: 'config', path: '/etc/rspamd/local.d' },
      { name: 'config', path: '/etc/rspamd/lua.local.d' },
      { name: 'config', path: '/etc/rspamd/override.d/options.inc', subPath: 'local-addresses.inc' },
      { name: 'dkim', path: '/run/dkim' },
      { name: 'compiled', path: '/var/lib/rspamd', writable: true },
      { name: 'run', path: '/run/rspamd', writable: true },
      { name: 'tmp', path: '/tmp', writable: true },
    ],
  };
}

function clamd({ site, image }: Context): Container {
  const alive = asks(loopback.clamd, 'zPING\\0', 'PONG');
  return {
    name: 'clamav',
    image: image('clamav'),
    resources: site.resources.clamav,
    // It does not answer while it loads signatures for the first time, which may take minutes; until then mail waits.
    readiness: { ...alive, periodSeconds: 10 },
    liveness: { ...alive, initialDelaySeconds: 300, periodSeconds: 60, failureThreshold: 5 },
    mounts: [
      { name: 'config', path: '/etc/hopthu' },
      { name: 'signatures', path: '/var/lib/clamav', writable: true },
      { name: 'config', path: '/var/lib/clamav/eicar.ndb', subPath: 'eicar.ndb' },
      { name: 'tmp', path: '/tmp', writable: true },
    ],
  };
}

function valkey({ site, image }: Context): Container {
  return {
    name: 'valkey',
    image: image('valkey'),
    resources: site.resources.valkey,
    // It says that it is loading its log for as long as it does.
    liveness: { ...asks(loopback.valkey, 'PING\\r\\n', '-e PONG -e LOADING'), periodSeconds: 30 },
    mounts: [
      { name: 'config', path: '/etc/hopthu' },
      { name: 'valkey', path: '/var/lib/valkey', writable: true },
    ],
  };
}

/** What the volume lacks must be there before a message is judged; what it has will do while the mirror is away. */
function firstSignatures(context: Context): Container {
  const script = 'freshclam --config-file=/etc/hopthu/freshclam.conf || ls /var/lib/clamav/daily.c?d';
  return { ...freshclam(context, 'first-signatures'), command: ['/bin/sh', '-c', script] };
}

function freshclam({ image }: Context, name: string): Container {
  return {
    name,
    image: image('clamav'),
    command: ['/usr/bin/freshclam', '--daemon', '--config-file=/etc/hopthu/freshclam.conf'],
    resources: { cpu: '10m', memory: '32Mi', memoryLimit: '512Mi' },
    mounts: [
      { name: 'config', path: '/etc/hopthu' },
      { name: 'signatures', path: '/var/lib/clamav', writable: true },
      { name: 'tmp', path: '/tmp', writable: true },
    ],
  };
}

/** From the operator's image, as the throttle beside Dovecot is. */
function metrics({ site, image }: Context): Container {
  const port = ports.operator.container;
  return {
    name: 'metrics',
    image: image('operator'),
    command: [
      '/usr/local/bin/node',
      '--max-old-space-size=32',
      '--max-semi-space-size=2',
      '/opt/hopthu/filter.mjs',
    ],
    env: {
      HOPTHU_SITE: site.name,
      HOPTHU_COUNTS_PORT: String(loopback.valkey),
      HOPTHU_CLAMD_PORT: String(loopback.clamd),
      HOPTHU_CONTROLLER_PORT: String(loopback.controller),
      HOPTHU_PORT: String(port),
    },
    ports: { metrics: port },
    resources: { cpu: '5m', memory: '48Mi', memoryLimit: '128Mi' },
    mounts: [],
    liveness: { httpGet: { path: '/healthz', port }, periodSeconds: 30, timeoutSeconds: 5 },
  };
}
