/** Metrics of the mail filter, beside it: asks Valkey, clamd and rspamd on 127.0.0.1 whenever Prometheus asks. */
import { createConnection } from 'node:net';
import { pino } from 'pino';
import { Counter, Gauge, Registry } from 'prom-client';
import { need, needNumber } from '../environment.ts';
import { closeOnSignal, serveHealth } from '../health.ts';
import { countsOf, isComplete, samplesOf, signaturesOf } from './answers.ts';

const patience = 3000;

/** Says one thing and gives the answer as soon as it is whole. */
function ask(port: number, question: string, whole: (answer: string) => boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = createConnection({ host: '127.0.0.1', port });
    socket.setTimeout(patience, () => socket.destroy(new Error(`port ${port} does not answer`)));
    socket.setEncoding('utf8').on('data', (data: string) => {
      answer += data;
      if (!whole(answer)) return;
      socket.destroy();
      resolve(answer);
    });
    socket.on('error', reject).on('close', () => reject(new Error(`port ${port} hung up`)));
    socket.write(question);
  });
}

const site = need('HOPTHU_SITE');
const [valkey, clamd] = [needNumber('HOPTHU_COUNTS_PORT'), needNumber('HOPTHU_CLAMD_PORT')];
const controller = needNumber('HOPTHU_CONTROLLER_PORT');
const log = pino({ base: { site } });
const registry = new Registry();
registry.setDefaultLabels({ site });

/** Every metric waits for one look at both parts, because prom-client collects them side by side. */
let looking: Promise<void> | undefined;
function collect(): Promise<void> {
  looking ??= Promise.all([measure('valkey', readCounts), measure('clamav', readSignatures)]).then(() => {
    looking = undefined;
  });
  return looking;
}

const about = { registers: [registry], collect };
const up = new Gauge({
  ...about,
  name: 'hopthu_filter_up',
  help: '1 while this part of the mail filter answers.',
  labelNames: ['part'],
});
const messages = new Counter({
  ...about,
  name: 'hopthu_filter_messages_total',
  help: 'Messages by what became of them.',
  labelNames: ['action'],
});
const hits = new Counter({
  ...about,
  name: 'hopthu_filter_rule_hits_total',
  help: 'Messages that one of our own rules refused or put off.',
  labelNames: ['rule'],
});
const signatures = new Gauge({
  ...about,
  name: 'hopthu_signatures_timestamp_seconds',
  help: 'When the signatures of viruses in use were made; absent where there are none but the test file.',
});
signatures.remove();

/** What a part does not answer leaves its numbers as they are. */
async function measure(part: string, read: () => Promise<void>): Promise<void> {
  try {
    await read();
    up.set({ part }, 1);
  } catch (error) {
    up.set({ part }, 0);
    log.warn({ err: error, part }, 'no answer');
  }
}

async function readCounts(): Promise<void> {
  const counts = countsOf(await ask(valkey, 'HGETALL hopthu:counts\r\n', isComplete));
  messages.reset();
  hits.reset();
  for (const [action, count] of Object.entries(counts.action)) messages.inc({ action }, count);
  for (const [rule, count] of Object.entries(counts.rule)) hits.inc({ rule }, count);
}

async function readSignatures(): Promise<void> {
  const made = signaturesOf(await ask(clamd, 'zVERSION\0', (answer) => answer.endsWith('\0')));
  if (made === undefined) signatures.remove();
  else signatures.set(made);
}

/** rspamd's own metrics; its controller lets nobody in from outside the pod. */
async function rspamd(): Promise<string> {
  let text = '';
  await measure('rspamd', async () => {
    const answer = await fetch(`http://127.0.0.1:${controller}/metrics`, {
      signal: AbortSignal.timeout(patience),
    });
    if (!answer.ok) throw new Error(`rspamd answers ${answer.status}`);
    text = samplesOf(await answer.text());
  });
  return text;
}

const server = await serveHealth(needNumber('HOPTHU_PORT'), {
  registry,
  isReady: () => true,
  beside: rspamd,
});
closeOnSignal([server]);
log.info('started');
