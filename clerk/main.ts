/** Composition root of the clerk, who handles requests (R20–R22): configuration → clients → loop → SIGTERM. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { Blocked, Conflict, Unavailable } from '../operator/errors.ts';
import { serveHealth } from '../operator/health.ts';
import { connectKubernetes, loadKubeConfig } from '../operator/kube/client.ts';
import { endOnUncaught } from '../operator/uncaught.ts';
import { ClerkCluster } from './cluster.ts';
import { readConfig } from './config.ts';
import { Desk } from './desk.ts';
import { KubeRequests } from './intake/kube-requests.ts';
import { startIntake } from './intake/start.ts';
import { Loop } from './loop.ts';
import { createMetrics } from './metrics.ts';
import { reportFiles } from './report-files.ts';
import { SmtpLetters } from './smtp.ts';

/** Milliseconds: terms are counted in days. */
const resync = 60_000;

const config = readConfig(process.env);
const { site, texts } = config;
const log = pino({ base: { site: site.name } });

endOnUncaught(log);

const tlsFile = (name: string) => () => readFile(join(config.tlsFolder, name), 'utf8');
const client = connectKubernetes(loadKubeConfig());
const cluster = new ClerkCluster({
  client,
  namespaces: site.namespaces,
  report: (where, err) => log.warn({ err, where }, 'survived a failure'),
  onChange: () => loop.wake(),
});
const metrics = createMetrics(site.name);
const letters = new SmtpLetters({
  ...config.notices,
  ca: tlsFile('ca.crt'),
  certificate: tlsFile('tls.crt'),
  key: tlsFile('tls.key'),
  from: { name: `Hộp thư ${site.title}`, address: `${site.notices.from}@${site.domain}` },
});
const desk = new Desk({
  site,
  texts,
  cluster,
  letters,
  report: (request, world) => reportFiles(request, world, new Date()),
  clock: () => new Date(),
  failure: (what, err) => {
    const expected = [Blocked, Conflict, Unavailable].some((kind) => err instanceof kind);
    log[expected ? 'warn' : 'error']({ err }, `${what}: ${err.message}`);
  },
});
const loop = new Loop({
  pass: async () => {
    const result = await desk.pass();
    metrics.passed(result);
    const { requests, ...counts } = result;
    log[counts.sent + counts.failures > 0 ? 'info' : 'debug'](
      { ...counts, requests: requests.length },
      'pass',
    );
    return counts.failures > 0;
  },
  onFailure: (err, retryIn) => {
    metrics.failed();
    const expected = err instanceof Unavailable;
    log[expected ? 'warn' : 'error']({ err, retryIn }, expected ? err.message : 'the pass failed');
  },
  resync,
  random: Math.random,
});

const server = await serveHealth(config.port, {
  registry: metrics.registry,
  isReady: () => cluster.hasSynced,
});
cluster.start();
const intake = await startIntake({
  ...config.intake,
  site,
  mailboxes: async () => (await cluster.snapshot()).mailboxes,
  requests: new KubeRequests(client),
  letters,
  tls: config.tlsFolder,
  registry: metrics.registry,
  log,
});
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => loop.stop());
log.info({ domain: site.domain, namespaces: site.namespaces.accounts }, 'started');

await loop.run();
await intake.close();
cluster.stop();
server.close();
log.info('stopped');
