/** The portal: where people change their passwords in a browser (R25), behind the webmail's web server. */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { Counter, collectDefaultMetrics, Registry } from 'prom-client';
import { type PortalFile, portalFiles, portalTexts } from '../operator/core/portal-texts.ts';
import { parseSite } from '../operator/core/site.ts';
import { Doveadm } from '../operator/dovecot/doveadm.ts';
import { DoveadmSessions } from '../operator/dovecot/doveadm-sessions.ts';
import { ShardedSessions } from '../operator/dovecot/shards.ts';
import { serveHealth } from '../operator/health.ts';
import { Memory } from '../operator/throttle/memory.ts';
import { portalApp } from './app.ts';
import { Attempts } from './attempts.ts';
import { PortalDirectory } from './directory.ts';
import { readShelf } from './handbook/shelf.ts';
import { Changes } from './password/change.ts';
import { PasswordDirectory } from './password/directory.ts';
import { servePortal } from './server.ts';
import { endingSessions } from './password/sessions.ts';

/** Three kinds of this many are about 8 MiB. */
const most = 10_000;

const need = (name: string): string => {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set`);
  return value;
};
const file = (name: string) => () => readFile(need(name), 'utf8');

async function serve(): Promise<void> {
  const site = parseSite(readFileSync(need('HOPTHU_SITE_FILE'), 'utf8'), 'site.yaml');
  const log = pino({ base: { site: site.name } });
  const registry = new Registry();
  registry.setDefaultLabels({ site: site.name });
  collectDefaultMetrics({ register: registry });
  const counted = new Counter({
    name: 'hopthu_password_changes_total',
    help: 'Wishes for another password by outcome: changed, wrong, throttled, unavailable and others.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  const pages = need('HOPTHU_PAGES');
  const texts = portalTexts(
    Object.fromEntries(portalFiles.map((name) => [name, readFileSync(join(pages, name), 'utf8')])) as Record<
      PortalFile,
      string
    >,
  );
  const at = (host: string) =>
    new Doveadm({
      host,
      port: Number(need('HOPTHU_SESSIONS_PORT')),
      ca: file('HOPTHU_CA_FILE'),
      key: file('HOPTHU_SESSIONS_KEY_FILE'),
    });
  const dovecots = need('HOPTHU_SESSIONS_HOST').split(',');
  const sessions = new ShardedSessions(dovecots.map((host) => new DoveadmSessions(at(host))));
  const directory = new PortalDirectory(site, {
    host: need('HOPTHU_LDAP_HOST'),
    port: Number(need('HOPTHU_LDAP_PORT')),
    ca: file('HOPTHU_CA_FILE'),
    password: file('HOPTHU_LDAP_PASSWORD_FILE'),
  });
  const memory = new Memory(site.throttle, most, () => performance.now() / 1000);
  const attempts = new Attempts({ site, memory });
  const changes = new Changes({
    site,
    attempts,
    directory: new PasswordDirectory(site, directory),
    endSessions: endingSessions(sessions, (err) =>
      log.error({ err }, 'sessions of a former password may go on'),
    ),
    observe: (outcome, { address, person }, err) => {
      counted.inc({ outcome });
      const level = err === undefined ? (outcome === 'changed' ? 'info' : 'warn') : 'error';
      log[level]({ address, person, ...(err === undefined ? {} : { err }) }, `password ${outcome}`);
    },
  });
  const shelf = readShelf(need('HOPTHU_HANDBOOK'), need('HOPTHU_OWN_CHAPTERS'));
  const app = portalApp({ site, texts, changes, shelf, fault: (err) => log.error({ err }, 'a fault') });
  const { server, renew } = await servePortal(app, {
    port: Number(need('HOPTHU_HTTPS_PORT')),
    tls: need('HOPTHU_TLS_FOLDER'),
    caller: need('HOPTHU_CALLER'),
  });
  const health = await serveHealth(Number(need('HOPTHU_PORT')), { registry, isReady: () => true });
  process.on('SIGHUP', () => {
    try {
      renew();
    } catch (err) {
      log.error({ err }, 'a renewed certificate cannot be read: the former one goes on');
    }
  });
  process.once('SIGTERM', () => {
    for (const one of [server, health]) {
      one.close();
      one.closeIdleConnections();
    }
  });
  log.info('started');
}

await serve();
