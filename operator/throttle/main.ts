/** The service beside Dovecot that slows guessing (R25, R42). `release WHO` asks the one that runs to forget failures. */
import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import { Counter, collectDefaultMetrics, Registry } from 'prom-client';
import { clientKey, type Verdict } from '../core/throttle.ts';
import { throttle } from '../core/throttle-limits.ts';
import { need, needNumber } from '../environment.ts';
import { closeOnSignal, serveHealth } from '../health.ts';
import { Memory } from './memory.ts';
import { servePolicy } from './policy-server.ts';
import type { Login } from './request.ts';

/** Three kinds of this many are about 40 MiB. */
const most = 50_000;

const port = needNumber('HOPTHU_POLICY_PORT');

async function release(who: string): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/?command=release`, {
    method: 'POST',
    body: who.includes('@') ? who.toLowerCase() : clientKey(who),
  });
  const { released } = (await response.json()) as { released: boolean };
  console.log(released ? `${who} is released` : `nothing is known of ${who}`);
}

async function serve(): Promise<void> {
  const site = need('HOPTHU_SITE');
  const log = pino({ base: { site } });
  const registry = new Registry();
  registry.setDefaultLabels({ site });
  collectDefaultMetrics({ register: registry });
  const logins = new Counter({
    name: 'hopthu_logins_total',
    help: 'Logins by protocol and outcome: succeeded, failed, refused (not looked at), delayed, unanswered (no directory).',
    labelNames: ['protocol', 'outcome'],
    registers: [registry],
  });
  const observe = ({ attempt, protocol, viaWebmail, outcome }: Login, verdict?: Verdict) => {
    if (verdict?.action === 'accept') return;
    const shown = verdict === undefined ? outcome : verdict.action === 'refuse' ? 'refused' : 'delayed';
    const service = viaWebmail ? 'webmail' : protocol;
    logins.inc({ protocol: service, outcome: shown });
    if (shown === 'succeeded') return;
    const because = verdict?.action === 'refuse' ? { because: verdict.because } : {};
    const { address, person } = attempt;
    log.warn({ address, person, protocol: service, ...because }, `login ${shown}`);
  };
  const memory = new Memory(
    throttle.parse(JSON.parse(need('HOPTHU_THROTTLE'))),
    most,
    () => performance.now() / 1000,
  );
  const key = readFileSync(need('HOPTHU_ORIGIN_KEY_FILE'), 'utf8');
  closeOnSignal([
    await servePolicy(port, {
      memory,
      key,
      domains: (process.env['HOPTHU_DOMAINS'] ?? '').split(' '),
      observe,
      fault: (error) => log.error({ err: error }, 'a request that was not understood'),
    }),
    await serveHealth(needNumber('HOPTHU_PORT'), { registry, isReady: () => true }),
  ]);
  log.info('started');
}

const [command, who] = process.argv.slice(2);
if (command === 'release' && who !== undefined) await release(who);
else if (command === undefined) await serve();
else {
  console.error('usage: throttle [release ADDRESS|PERSON]');
  process.exitCode = 1;
}
