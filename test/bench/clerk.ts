/**
 * The clerk over its real adapter and with its own loop, while requests are open: from its start until all are reviewed, then
 * while nothing changes, while mailboxes are used, and after a mailbox came. Or, for the floor, its list and watch alone.
 */

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { json } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { ClerkCluster } from '../../clerk/cluster.ts';
import { Desk, type Seen } from '../../clerk/desk.ts';
import { Loop } from '../../clerk/loop.ts';
import { MemoryLetters } from '../../clerk/memory-letters.ts';
import { group, plural, version } from '../../operator/api/resource.ts';
import { requestTexts } from '../../operator/core/requests/texts.ts';
import { mailboxManifest } from './people.ts';
import { atOnce, connect, create, inFlight, type Task, usage } from './world.ts';

export type ClerkTask = Task & {
  /** Open ones; none for the floor. */
  readonly requests: number;
  /** What letters say, by file. */
  readonly texts: Readonly<Record<string, string>>;
};

export type Clerk = {
  /** CPU seconds: from the start until everything is known and reviewed, and during each of three intervals. */
  readonly cpu: {
    readonly start: number;
    readonly quiet: number;
    readonly used: number;
    readonly changed: number;
  };
  readonly seconds: number;
  /** Milliseconds of the event loop's delay, sampled every 10 ms: 99th percentile and worst. */
  readonly delay: { readonly p99: number; readonly worst: number };
  /** MiB: the most ever, and at the end. */
  readonly memory: { readonly most: number; readonly rest: number };
};

/** Milliseconds of what is a minute in production: the bench need not wait so long. */
const minute = 10_000;
/** Mailboxes whose use is written meanwhile. */
const uses = 300;

const task = (await json(process.stdin)) as ClerkTask;
const { site } = task;
const [namespace = ''] = site.namespaces.accounts;
const clients = connect(task);
const cluster = new ClerkCluster({
  client: clients.client,
  namespaces: site.namespaces,
  report: (where, error) => console.error(where, error),
  onChange: () => loop.wake(),
});
const desk = new Desk({
  site,
  texts: requestTexts(task.texts),
  cluster,
  letters: new MemoryLetters(),
  report: async () => [],
  clock: () => new Date(),
  failure: (what, error) => console.error(what, error),
  reviewEvery: minute,
});
let seen: readonly Seen[] = [];
const loop = new Loop({
  pass: async () => {
    const result = await desk.pass();
    seen = result.requests;
    return result.failures > 0;
  },
  onFailure: (error) => console.error('pass', error),
  resync: minute,
  random: Math.random,
});

/** Is everything read, and what is open reviewed and acknowledged? */
function isSettled(): boolean {
  const done = seen.filter(({ status: { phase, told = [] } }) => phase === 'Pending' && told.length > 0);
  return cluster.hasSynced && done.length >= task.requests;
}

/** As the operator writes it at every step of 5 % (R30). */
async function writeUse(index: number): Promise<void> {
  const name = `person-${index}`;
  const path = { group, version, namespace, plural: plural.Mailbox, name };
  const { resources } = clients.client;
  const mailbox = await resources.getNamespacedCustomObject(path);
  const used = { limit: '500Mi', used: `${100 + (index % 7)}Mi`, percent: 20 };
  const body = {
    ...mailbox,
    status: { ...mailbox.status, quota: used, lastAccess: new Date().toISOString() },
  };
  await resources.replaceNamespacedCustomObjectStatus({ ...path, body });
}

/** CPU seconds of what is done and of a minute and a half after it. */
async function during(work: () => Promise<unknown>): Promise<number> {
  const before = usage().cpu;
  await work();
  await setTimeout(minute * 1.5);
  return usage().cpu - before;
}

const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();
const [started, cpuBefore] = [performance.now(), usage().cpu];
cluster.start();
if (task.requests > 0) void loop.run();
while (!isSettled()) await setTimeout(20);
const [seconds, start] = [(performance.now() - started) / 1000, usage().cpu - cpuBefore];
const quiet = await during(async () => undefined);
const indices = Array.from({ length: uses }, (_, index) => index);
const used = await during(() => atOnce(inFlight, indices, writeUse));
const newcomer = mailboxManifest(`came-${task.requests}`, task.requests);
const changed = await during(() => create(clients, namespace, newcomer));
loop.stop();
cluster.stop();
const result: Clerk = {
  cpu: { start, quiet, used, changed },
  seconds,
  delay: { p99: delay.percentile(99) / 1e6, worst: delay.max / 1e6 },
  memory: { most: usage().memory, rest: process.memoryUsage().rss / 2 ** 20 },
};
process.stdout.write(JSON.stringify(result), () => process.exit());
