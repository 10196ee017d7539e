/** Composition root: configuration → clients → loop → SIGTERM. */

import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { readConfig } from './config.ts';
import { serviceDn, suffixOf } from './core/layout.ts';
import { operatorLease } from './core/secrets.ts';
import { shardNames } from './core/shards.ts';
import { directoryDomain } from './core/site-domains.ts';
import { rfc3339 } from './core/time.ts';
import { Doveadm } from './dovecot/doveadm.ts';
import { DoveadmSessions } from './dovecot/doveadm-sessions.ts';
import { DoveadmUsage } from './dovecot/doveadm-usage.ts';
import { byShard, ShardedSessions } from './dovecot/shards.ts';
import { StoreClient } from './dovecot/store-client.ts';
import { Unavailable } from './errors.ts';
import { serveHealth } from './health.ts';
import { ApiCluster } from './kube/api-cluster.ts';
import { connectKubernetes, loadKubeConfig } from './kube/client.ts';
import { clientGoTimes, Election } from './kube/election.ts';
import { leaseStore } from './kube/lease.ts';
import { defaultLimits } from './kube/retry.ts';
import { Connection } from './ldap/connection.ts';
import { LdaptsDirectory } from './ldap/ldapts-directory.ts';
import { SmtpNotices } from './mail/smtp-notices.ts';
import { createMetrics } from './metrics.ts';
import { Loop } from './reconcile/loop.ts';
import { MailWorker } from './reconcile/mail-worker.ts';
import { Patience } from './reconcile/patience.ts';
import { Reconciler } from './reconcile/reconciler.ts';
import { RememberedDirectory } from './reconcile/remembered-directory.ts';
import { UsageSweep } from './reconcile/usage-sweep.ts';
import { createReport } from './report.ts';
import { endOnUncaught } from './uncaught.ts';

const config = readConfig(process.env, process.argv.slice(2));
const { site, ldap, planOnly } = config;
const log = pino({
  level: config.logLevel,
  redact: ['*.password', '*.userPassword'],
  base: { site: site.name },
});

endOnUncaught(log);

const election = new Election({
  store: leaseStore(loadKubeConfig(), { namespace: site.namespaces.mail, name: operatorLease }),
  // The pod's name: a container that is started again there finds its lease, and the one before it is dead.
  identity: hostname(),
  times: clientGoTimes,
  now: () => performance.now(),
  report: (error) => log.warn({ err: error }, 'a step of the election failed'),
  onChange: (leads) => {
    log.info(leads ? 'this process writes' : 'this process writes no longer');
    if (!leads) return;
    // What another one did meanwhile is read, and what it left half-done is finished at once.
    directory.forget();
    loop.wake();
  },
});
// One that only plans takes no part in the election, so that it never leads: this refuses all its writes.
const beforeWrite = election.assertLeads;
const cluster = new ApiCluster({
  client: connectKubernetes(loadKubeConfig(), defaultLimits, beforeWrite),
  namespaces: site.namespaces,
  instance: hostname(),
  report: (where, error) => log.warn({ err: error, where }, 'survived a failure'),
});
const connection = new Connection({
  host: ldap.host,
  port: ldap.port,
  bindDn: serviceDn(directoryDomain(site), 'operator'),
  password: () => readFile(ldap.passwordFile, 'utf8'),
  ca: () => readFile(ldap.caFile, 'utf8'),
  onReconnect: () => {
    directory.forget();
    loop.wake();
  },
});
const directory = new RememberedDirectory(
  new LdaptsDirectory(connection, suffixOf(directoryDomain(site)), beforeWrite),
);
/** What is made of the host of each shard, by the shard's name. */
const ofShards = <T>(hosts: readonly string[], make: (host: string) => T): ReadonlyMap<string, T> =>
  new Map(hosts.map((host, index) => [shardNames(site)[index] ?? host, make(host)]));
const doveadm = ofShards(
  config.sessions.hosts,
  (host) =>
    new Doveadm({
      host,
      port: config.sessions.port,
      ca: () => readFile(config.sessions.caFile, 'utf8'),
      key: () => readFile(config.sessions.keyFile, 'utf8'),
    }),
);
const sessionsAt = new Map(
  [...doveadm].map(([shard, one]) => [shard, new DoveadmSessions(one, beforeWrite)]),
);
const sessions = new ShardedSessions([...sessionsAt.values()]);
const tlsFile = (name: string) => () => readFile(join(config.tlsFolder, name), 'utf8');
const stores = ofShards(
  config.store.hosts,
  (host) =>
    new StoreClient({
      host,
      port: config.store.port,
      ca: tlsFile('ca.crt'),
      certificate: tlsFile('tls.crt'),
      key: tlsFile('tls.key'),
      now: () => rfc3339(new Date()),
      beforeWrite,
    }),
);
const usage = new UsageSweep({
  again: async (failures, signal) => {
    if (failures > 3) return false;
    await sleep(1000 * 3 ** (failures - 1), undefined, { signal }).catch(() => undefined);
    return !signal.aborted;
  },
  store: byShard(new Map([...doveadm].map(([shard, one]) => [shard, new DoveadmUsage(one)]))),
  onChange: () => loop.wakeSoon(),
  onSwept: (asked, read) => metrics.swept(asked, read),
  onFailure: (error) => log.warn({ err: error }, 'how much mailboxes use could not be read'),
});
const notices = new SmtpNotices({
  host: config.notices.host,
  port: config.notices.port,
  ca: tlsFile('ca.crt'),
  certificate: tlsFile('tls.crt'),
  key: tlsFile('tls.key'),
  from: { name: `Hộp thư ${site.title}`, address: `${site.notices.from}@${site.domain}` },
  texts: config.notices.texts,
  beforeWrite,
});
const mail = new MailWorker({
  store: byShard(stores),
  directory,
  sessions: byShard(sessionsAt),
  clock: () => new Date(),
  onChange: () => loop.wakeSoon(),
  onStep: (task, error) => {
    metrics.stepped(task.kind, error === undefined);
    const { kind, account } = task;
    if (error === undefined) log.info({ step: kind, account }, 'mail of an account that ended');
    else log.error({ err: error, step: kind, account }, 'a step with the mail of an account failed');
  },
});
const metrics = createMetrics(site.name, {
  cluster,
  connection,
  election,
  mail,
  notices: () => reconciler.notices.backlog,
  planOnly,
  certificate: tlsFile('tls.crt'),
});

const report = createReport(log);
const patience = new Patience(() => performance.now(), Math.random);
const reconciler = new Reconciler({
  site,
  cluster,
  directory,
  sessions,
  notices,
  usage,
  mail,
  patience,
  onNotice: ({ kind, metadata: { namespace, name } }, topic, isSent) => {
    metrics.noticed(topic, isSent);
    // The status says that people were told.
    if (isSent) loop.wake({ kind, namespace, name });
  },
  clock: () => new Date(),
  report,
  planOnly,
});
const loop = new Loop({
  pass: () => reconciler.full(),
  changed: (keys) => reconciler.changed(keys),
  interrupt: (atOnce) => reconciler.interrupt(atOnce),
  ...(planOnly ? {} : { turn: () => election.turn() }),
  resync: site.operator.resyncSeconds * 1000,
  onResync: () => {
    directory.forget();
    usage.due();
    mail.due();
  },
  onResult: (result, seconds, changed) => {
    metrics.passed(result, seconds, changed === undefined ? 'site' : 'change');
    const { changes, ...counts } = result;
    const level = changes.length > 0 || result.failures > 0 ? 'info' : 'debug';
    log[level]({ ...counts, changed, seconds, plan: changes.slice(0, 50).map(({ line }) => line) }, 'pass');
  },
  onFailure: (error, retryIn) => {
    metrics.failed();
    const expected = error instanceof Unavailable;
    log[expected ? 'warn' : 'error']({ err: error, retryIn }, expected ? error.message : 'the pass failed');
  },
  random: Math.random,
});

const server = await serveHealth(config.port, {
  registry: metrics.registry,
  isReady: () => cluster.hasSynced,
});
cluster.onChange((changed) => loop.wake(changed));
cluster.start();
if (!planOnly) election.start();
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    loop.stop();
    // What is under way ends; the rest of the pass is the next holder's.
    election.resign();
  });
}
log.info({ domain: site.domain, namespaces: site.namespaces.accounts, planOnly }, 'started');

await loop.run();
await Promise.all([usage.stop(), mail.stop(), reconciler.notices.stop()]);
await election.release();
cluster.stop();
await directory.close();
server.close();
log.info('stopped');
