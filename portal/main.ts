/** The portal: pages for people, behind the webmail's web server (R25, R40). */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type Logger, pino } from 'pino';
import { shardNames } from '../operator/core/shards.ts';
import { parseSite, type Site } from '../operator/core/site.ts';
import { Doveadm } from '../operator/dovecot/doveadm.ts';
import { DoveadmSessions } from '../operator/dovecot/doveadm-sessions.ts';
import { DoveadmUsage } from '../operator/dovecot/doveadm-usage.ts';
import { ShardedSessions } from '../operator/dovecot/shards.ts';
import { need, needNumber } from '../operator/environment.ts';
import { closeOnSignal, serveHealth } from '../operator/health.ts';
import { type Attempt, Memory } from '../operator/throttle/memory.ts';
import { portalApp } from './app.ts';
import { Attempts } from './attempts.ts';
import { PortalDirectory } from './directory.ts';
import { readShelf } from './handbook/shelf.ts';
import { LoginDirectory } from './login/directory.ts';
import { Logins } from './login/logins.ts';
import { SessionCookie } from './login/session.ts';
import { whoIsIn } from './login/who.ts';
import { MailboxDirectory } from './mailbox/directory.ts';
import { MailboxStore } from './mailbox/store.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { Changes } from './password/change.ts';
import { PasswordDirectory } from './password/directory.ts';
import { endingSessions } from './password/sessions.ts';
import { KeptDirectory } from './published/kept.ts';
import { readListed } from './published/reader.ts';
import { servePortal } from './server.ts';
import { readTexts } from './texts.ts';

/** Three kinds of this many are about 8 MiB. */
const most = 10_000;

const file = (name: string) => () => readFile(need(name), 'utf8');

async function serve(): Promise<void> {
  const site = parseSite(readFileSync(need('HOPTHU_SITE_FILE'), 'utf8'), 'site.yaml');
  const log = pino({ base: { site: site.name } });
  const kept = publishedDirectory(site, (err) =>
    log.error({ err }, 'the published directory is not up to date'),
  );
  const { registry, passwordChanges, logins: entered } = createMetrics(site.name, () => kept.readAt);
  const dovecots = need('HOPTHU_SESSIONS_HOST').split(',').map(dovecotAt);
  const sessions = new ShardedSessions(dovecots.map((one) => one.sessions));
  const directory = new PortalDirectory(site, {
    host: need('HOPTHU_LDAP_HOST'),
    port: needNumber('HOPTHU_LDAP_PORT'),
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
    observe: observed('password', 'changed', passwordChanges, log),
  });
  const cookie = new SessionCookie({
    key: file('HOPTHU_SESSION_KEY_FILE'),
    minutes: site.portal.sessionMinutes,
    now: Date.now,
  });
  const entrance = new LoginDirectory(site, directory);
  const logins = new Logins({
    attempts,
    directory: entrance,
    observe: observed('login', 'in', entered, log),
  });
  const app = portalApp({
    site,
    texts: readTexts(need('HOPTHU_PAGES')),
    changes,
    shelf: readShelf(need('HOPTHU_HANDBOOK'), need('HOPTHU_OWN_CHAPTERS')),
    logins,
    cookie,
    who: whoIsIn(cookie, entrance),
    mailbox: {
      directory: new MailboxDirectory(site, directory),
      store: new MailboxStore(
        new Map(dovecots.map((one, number) => [shardNames(site)[number] ?? '', one])),
        (err) => log.error({ err }, 'a page lacks what Dovecot knows'),
      ),
      ports: publicPorts(),
      now: Date.now,
    },
    kept,
    fault: (err) => log.error({ err }, 'a fault'),
  });
  const { server, renew } = await servePortal(app, {
    port: needNumber('HOPTHU_HTTPS_PORT'),
    tls: need('HOPTHU_TLS_FOLDER'),
    caller: need('HOPTHU_CALLER'),
  });
  const health = await serveHealth(needNumber('HOPTHU_PORT'), { registry, isReady: () => true });
  process.on('SIGHUP', () => {
    try {
      renew();
    } catch (err) {
      log.error({ err }, 'a renewed certificate cannot be read: the former one goes on');
    }
  });
  closeOnSignal([server, health]);
  log.info('started');
}

function dovecotAt(host: string) {
  const doveadm = new Doveadm({
    host,
    port: needNumber('HOPTHU_SESSIONS_PORT'),
    ca: file('HOPTHU_CA_FILE'),
    key: file('HOPTHU_SESSIONS_KEY_FILE'),
  });
  return { sessions: new DoveadmSessions(doveadm), usage: new DoveadmUsage(doveadm) };
}

/** As people outside reach them. */
function publicPorts() {
  return {
    imaps: needNumber('HOPTHU_IMAPS_PORT'),
    pop3s: needNumber('HOPTHU_POP3S_PORT'),
    submissions: needNumber('HOPTHU_SUBMISSIONS_PORT'),
    submission: needNumber('HOPTHU_SUBMISSION_PORT'),
  };
}

/** Counts and logs how each wish ended: with `success`, as the rules say, or by a fault of ours. */
function observed(what: string, success: string, counter: Metrics['logins'], log: Logger) {
  return (outcome: string, { address, person }: Attempt, err?: unknown) => {
    counter.inc({ outcome });
    const level = err === undefined ? (outcome === success ? 'info' : 'warn') : 'error';
    log[level]({ address, person, ...(err === undefined ? {} : { err }) }, `${what} ${outcome}`);
  };
}

/** Read from now on. */
function publishedDirectory(site: Site, fault: (error: unknown) => void): KeptDirectory {
  const kept = new KeptDirectory({
    site,
    read: () =>
      readListed(site, {
        account: 'published',
        host: need('HOPTHU_READERS_HOST'),
        port: needNumber('HOPTHU_READERS_PORT'),
        ca: file('HOPTHU_CA_FILE'),
        password: file('HOPTHU_PUBLISHED_PASSWORD_FILE'),
      }),
    now: () => new Date(),
    fault,
  });
  kept.start();
  return kept;
}

await serve();
