/** Composition root: configuration → clients → loop → SIGTERM. */
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { pino } from 'pino';
import { readConfig } from './config.ts';
import { formatChange } from './core/format.ts';
import { serviceDn, suffixOf } from './core/layout.ts';
import { Unavailable } from './errors.ts';
import { serveHealth } from './health.ts';
import { ApiCluster } from './kube/api-cluster.ts';
import { connectKubernetes, loadKubeConfig } from './kube/client.ts';
import { Connection } from './ldap/connection.ts';
import { LdaptsDirectory } from './ldap/ldapts-directory.ts';
import { RememberedDirectory } from './ldap/remembered-directory.ts';
import { createMetrics } from './metrics.ts';
import { Loop } from './reconcile/loop.ts';
import { runPass } from './reconcile/pass.ts';
import { createReport } from './report.ts';

const config = readConfig(process.env);
const { site, ldap } = config;
const log = pino({
  level: config.logLevel,
  redact: ['*.password', '*.userPassword'],
  base: { site: site.name },
});

// What nobody caught is a defect: end visibly, start again, converge.
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error) => {
    log.fatal({ err: error }, event);
    process.exitCode = 1;
    setImmediate(() => process.exit(1));
  });
}

const cluster = new ApiCluster({
  client: connectKubernetes(loadKubeConfig()),
  namespaces: site.namespaces,
  instance: hostname(),
  report: (where, error) => log.warn({ err: error, where }, 'survived a failure'),
});
const connection = new Connection({
  host: ldap.host,
  port: ldap.port,
  bindDn: serviceDn(site.domain, 'operator'),
  password: () => readFile(ldap.passwordFile, 'utf8'),
  ca: () => readFile(ldap.caFile, 'utf8'),
});
const directory = new RememberedDirectory(new LdaptsDirectory(connection, suffixOf(site.domain)));
const metrics = createMetrics(site.name, { cluster, connection });

const report = createReport(log);
const loop = new Loop({
  pass: () =>
    runPass({
      site,
      cluster,
      directory,
      clock: () => new Date(),
      report,
    }),
  resync: site.operator.resyncSeconds * 1000,
  onResync: () => directory.forget(),
  onResult: (result, seconds) => {
    metrics.passed(result, seconds);
    const { changes, ...counts } = result;
    const level = changes.length > 0 || result.failures > 0 ? 'info' : 'debug';
    log[level]({ ...counts, seconds, plan: changes.slice(0, 50).map(formatChange) }, 'pass');
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
cluster.onChange(() => loop.wake());
cluster.start();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => loop.stop());
log.info({ domain: site.domain, namespaces: site.namespaces.accounts }, 'started');

await loop.run();
cluster.stop();
await directory.close();
server.close();
log.info('stopped');
