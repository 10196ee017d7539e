#!/usr/bin/env node
/**
 * `make bench-mail`: what the mail stack carries, beside the same daemons with the smallest configuration, in turns in the same run;
 * then what filtering costs. `make bench-mail MESSAGES=1000 ROUNDS=5` for more of it.
 */
import { setTimeout } from 'node:timers/promises';
import { ensureTools } from '../../kind/prerequisites.ts';
import { socTrang } from '../../support/sites.ts';
import { spent, total } from './cpu.ts';
import { deliver, lettersOf, people } from './delivery.ts';
import { fetches, logins, openInboxes, type Timed } from './imap.ts';
import { serveNoNames } from './no-names.ts';
import { comparisonRows, filterRows, partRows, type Sample, together } from './rows.ts';
import { type Side, type Stack, startStack, unfiltered, withoutAntivirus } from './stack.ts';

const given = (name: string, usual: number) => Number(process.env[name] ?? usual);
const rounds = given('ROUNDS', 3);
const messages = given('MESSAGES', 1_000);
/** With filtering each message is another one, and they take longer. */
const judged = given('JUDGED', 200);
const fetchesEach = given('FETCHES', 200);
/** Not everybody logs in: a password that is looked at takes a good part of a tenth of a second of this machine. */
const visitors = people.slice(0, 40);
/** Of them so many log in before the first does so again: within the seconds for which a login is remembered. */
const chunk = 20;

const say = (what: string) => process.stderr.write(`${what}\n`);
let letters = 0;

function cpuOf({ pods }: Stack, { isMine }: Side): ReadonlyMap<string, number> {
  return new Map([...pods.cpu()].filter(([name]) => isMine(name)));
}

/** Until Dovecot, which indexes what was delivered, has nothing left to do. */
async function settled(stack: Stack, side: Side): Promise<void> {
  const used = () => total(new Map([...cpuOf(stack, side)].filter(([name]) => name.endsWith('/dovecot'))));
  for (let before = -1, now = used(); now - before > 0.01; now = used()) {
    before = now;
    await setTimeout(500);
  }
}

async function measure(stack: Stack, side: Side, work: () => Promise<Timed>): Promise<Sample> {
  const before = cpuOf(stack, side);
  const own = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(own);
  await settled(stack, side);
  return { ...result, cpu: spent(before, cpuOf(stack, side)), client: (user + system) / 1e6 };
}

function delivery(stack: Stack, side: Side, count: number, distinct: boolean): Promise<Sample> {
  const load = { target: side.smtp, domain: side.imap.domain, mail: side.mail, messages: count, distinct };
  const from = letters;
  letters += lettersOf(load);
  stack.write(from, lettersOf(load));
  return measure(stack, side, async () => ({ seconds: await deliver(stack.pods, load, from), count }));
}

/** A first login of each, and three after it while that is remembered. */
async function access(stack: Stack, side: Side): Promise<{ readonly first: Sample; readonly again: Sample }> {
  const [first, again]: [Sample[], Sample[]] = [[], []];
  for (let from = 0; from < visitors.length; from += chunk) {
    const names = visitors.slice(from, from + chunk);
    first.push(await measure(stack, side, () => logins(side.imap, names)));
    const thrice = [names, names, names].flat();
    again.push(await measure(stack, side, () => logins(side.imap, thrice)));
  }
  return { first: together(first), again: together(again) };
}

async function reading(stack: Stack, side: Side): Promise<Sample> {
  const sessions = await openInboxes(side.imap, people);
  const sample = await measure(stack, side, () => fetches(sessions, fetchesEach, messages / people.length));
  for (const session of sessions) await session.logout();
  return sample;
}

/** All sides in turns; who is first changes. */
async function compare(stack: Stack) {
  const make = (name: string, client: boolean) => ({
    name,
    client,
    floor: [] as Sample[],
    ours: [] as Sample[],
  });
  const delivered = make('messages delivered', false);
  const dutiful = make('messages delivered, beside bare ones with the same duties', false);
  const [first, again] = [make('logins', true), make('logins again within 5 s', true)];
  const fetched = make('messages fetched', true);
  for (let round = 0; round < rounds; round += 1) {
    const order = ['floor', 'duties', 'ours'] as const;
    for (const name of round % 2 === 0 ? order : order.toReversed()) {
      const side = stack[name];
      say(`round ${round + 1} of ${rounds}: ${name}`);
      const sample = await delivery(stack, side, messages, false);
      if (name !== 'floor') dutiful[name === 'ours' ? 'ours' : 'floor'].push(sample);
      if (name === 'duties') continue;
      delivered[name].push(sample);
      const visits = await access(stack, side);
      first[name].push(visits.first);
      again[name].push(visits.again);
      fetched[name].push(await reading(stack, side));
    }
  }
  return { parts: [delivered, first, again, fetched], dutiful };
}

async function judgedRounds(stack: Stack, name: string) {
  const samples: Sample[] = [];
  for (let round = 0; round < rounds; round += 1) {
    say(`${name}: round ${round + 1} of ${rounds}`);
    samples.push(await delivery(stack, stack.ours, judged, true));
  }
  return { name, samples };
}

/** With nothing to do: CPU seconds per second. */
async function atRest(stack: Stack): Promise<ReadonlyMap<string, number>> {
  const seconds = 5;
  const before = cpuOf(stack, stack.ours);
  await setTimeout(1000 * seconds);
  return new Map([...spent(before, cpuOf(stack, stack.ours))].map(([name, used]) => [name, used / seconds]));
}

async function run(stack: Stack): Promise<readonly string[]> {
  const { pods } = stack;
  say('without the filter');
  await pods.start('postfix', unfiltered);
  for (const side of [stack.floor, stack.duties, stack.ours]) {
    await delivery(stack, side, people.length, false);
    await logins(side.imap, visitors);
  }
  const { parts, dutiful } = await compare(stack);
  const rest = await atRest(stack);
  const filtered = [await judgedRounds(stack, 'none')];
  await pods.stop('postfix');
  await pods.start('rspamd', withoutAntivirus);
  await pods.start('postfix');
  filtered.push(await judgedRounds(stack, 'rspamd'));
  await pods.stop('rspamd');
  await pods.start('rspamd');
  filtered.push(await judgedRounds(stack, 'rspamd and clamd'));
  const comparisons = comparisonRows([...parts, dutiful]);
  return [...comparisons, '', ...partRows(parts, rest), '', ...filterRows(filtered)];
}

const { runtime } = await ensureTools();
say('starting the stack and the floor');
const stack = await startStack(runtime, socTrang);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void stack.pods.end().finally(() => process.exit(1)));
}
const stop = await serveNoNames(stack.pods.gateway);
try {
  process.stdout.write(`${(await run(stack)).join('\n')}\n`);
} finally {
  stop();
  await stack.pods.end();
}
