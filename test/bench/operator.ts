/**
 * The operator over its real adapters and with its own loop: cold until everybody is Ready, with single changes in the
 * middle of it; single changes while idle; and passes with nothing to do.
 */

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate, setTimeout } from 'node:timers/promises';
import type { MailboxStatus } from '../../operator/api/mailbox.ts';
import { MemorySessions } from '../../operator/dovecot/memory-sessions.ts';
import { ApiCluster } from '../../operator/kube/api-cluster.ts';
import type { Cluster, Directory } from '../../operator/ports.ts';
import { Loop } from '../../operator/reconcile/loop.ts';
import { Reconciler } from '../../operator/reconcile/reconciler.ts';
import { BenchNotices, ends, measureNotices, type Told } from './notices.ts';
import { mailboxManifest } from './people.ts';
import { addEntry, connect, create, readTask, usage, writeStatus } from './world.ts';

export type Operator = {
  /** Seconds and CPU seconds until everybody was Ready; milliseconds of each change meanwhile. */
  readonly cold: { readonly seconds: number; readonly cpu: number; readonly changes: readonly number[] };
  /** Milliseconds of single changes: by the operator, and by the bare calls. */
  readonly change: { readonly operator: readonly number[]; readonly bare: readonly number[] };
  /** Seconds of each pass; `reading` is the part of it that reading the directory took. Resident MiB after each. */
  readonly resync: {
    readonly seconds: readonly number[];
    readonly reading: readonly number[];
    readonly resident: readonly number[];
    readonly writes: number;
  };
  /** 99th percentiles of the event loop's delay in milliseconds, sampled every 10 ms. */
  readonly delay: { readonly cold: number; readonly resync: number };
  /** MiB: the most ever, and at rest after the cold pass. */
  readonly memory: { readonly most: number; readonly rest: number };
  /** Many notices at once; the most memory is measured before them. */
  readonly told: Told;
};

const changes = 40;
/** Not counted: compilation, first connections. */
const warmUp = 5;

const task = await readTask();
const { bareNamespace, sink } = task;
// As fast as it goes: production sends as many a minute as the site says.
const site = { ...task.site, notices: { ...task.site.notices, perMinute: 1_000_000 } };
const [namespace = ''] = site.namespaces.accounts;
const clients = connect({ ...task, site });
const report = (where: string, error: unknown) => console.error(where, error);
const api = new ApiCluster({
  client: clients.client,
  namespaces: site.namespaces,
  instance: 'bench',
  report,
});

let writes = 0;
/** Seconds of each snapshot of the directory. */
const readings: number[] = [];
const ready = new Set<string>();
const waiting = new Map<string, () => void>();

const cluster: Cluster = {
  snapshot: () => api.snapshot(),
  find: (...key) => api.find(...key),
  async writeStatus(resource, status) {
    writes += 1;
    await api.writeStatus(resource, status);
    const { name } = resource.metadata;
    if (resource.kind !== 'Mailbox' || !isReady(status)) return;
    ready.add(name);
    waiting.get(name)?.();
  },
  addFinalizer: (resource) => counted(api.addFinalizer(resource)),
  removeFinalizer: (resource) => counted(api.removeFinalizer(resource)),
  keepFirstPassword: (...given) => counted(api.keepFirstPassword(...given)),
  readGivenPassword: (...given) => api.readGivenPassword(...given),
  removeFirstPassword: (...given) => counted(api.removeFirstPassword(...given)),
  publish: (report) => api.publish(report),
  event(...given) {
    writes += 1;
    api.event(...given);
  },
};
const directory: Directory = {
  async snapshot(anew, recall) {
    const started = performance.now();
    const entries = await clients.directory.snapshot(anew, recall);
    readings.push((performance.now() - started) / 1000);
    return entries;
  },
  add: (...given) => counted(clients.directory.add(...given)),
  modify: (...given) => counted(clients.directory.modify(...given)),
  remove: (...given) => counted(clients.directory.remove(...given)),
  close: () => clients.directory.close(),
};
const nothing = () => undefined;
const notices = new BenchNotices(sink);
/** Milliseconds that the operator's clock is ahead. */
let ahead = 0;
const reconciler = new Reconciler({
  site,
  cluster,
  directory,
  sessions: new MemorySessions(),
  notices,
  clock: () => new Date(Date.now() + ahead),
  report: { orphans: nothing, held: nothing, planned: nothing, failure: report },
});

let passes = 0;
let onPass: () => void = () => undefined;
const loop = new Loop({
  pass: () => reconciler.full(),
  changed: (keys) => reconciler.changed(keys),
  interrupt: (atOnce) => reconciler.interrupt(atOnce),
  resync: site.operator.resyncSeconds * 1000,
  onResync: () => reconciler.forget(),
  onResult: (_, __, changed) => {
    if (changed !== undefined) return;
    passes += 1;
    onPass();
  },
  onFailure: (error) => report('pass', error),
  random: Math.random,
});

function counted<T>(write: Promise<T>): Promise<T> {
  writes += 1;
  return write;
}

function isReady(status: object): boolean {
  const { conditions = [] } = status as MailboxStatus;
  return conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True');
}

/** Milliseconds from before the creation until the API server has taken the status that says Ready. */
async function changeByOperator(name: string, index: number): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<void>();
  waiting.set(name, resolve);
  const started = performance.now();
  await create(clients, namespace, mailboxManifest(name, index));
  await promise;
  waiting.delete(name);
  return performance.now() - started;
}

async function changeBare(name: string, index: number): Promise<number> {
  const started = performance.now();
  const mailbox = await create(clients, bareNamespace, mailboxManifest(name, index));
  await addEntry(clients, mailbox.metadata, name);
  await writeStatus(clients, bareNamespace, mailbox);
  return performance.now() - started;
}

async function measureCold(): Promise<Operator['cold']> {
  const before = usage();
  const started = performance.now();
  api.onChange((changed) => loop.wake(changed));
  api.start();
  while (!api.hasSynced) await setImmediate();
  void loop.run();
  const times: number[] = [];
  for (const part of [0.2, 0.4, 0.6, 0.8]) {
    while (ready.size < task.mailboxes * part) await setTimeout(5);
    times.push(await changeByOperator(`amid-${part * 10}`, times.length));
  }
  while (ready.size < task.mailboxes + times.length) await setTimeout(1);
  const seconds = (performance.now() - started) / 1000;
  return { seconds, cpu: usage().cpu - before.cpu, changes: times };
}

/** By turns, so that both meet the same moments of the machine. */
async function measureChange(): Promise<Operator['change']> {
  const times = { operator: [] as number[], bare: [] as number[] };
  for (let count = 0; count < warmUp + changes; count += 1) {
    const operator = await changeByOperator(`operator-${count}`, count * 97);
    const bare = await changeBare(`bare-${count}`, count);
    if (count < warmUp) continue;
    times.operator.push(operator);
    times.bare.push(bare);
  }
  return times;
}

/** Reads everything anew; gives seconds. */
async function wholePass(): Promise<number> {
  const started = performance.now();
  reconciler.forget();
  const done = new Promise<void>((resolve) => {
    onPass = resolve;
  });
  loop.wake();
  await done;
  return (performance.now() - started) / 1000;
}

async function measureResync(): Promise<Operator['resync']> {
  const before = writes;
  const seconds: number[] = [];
  const resident: number[] = [];
  for (let count = 0; count < task.resyncs; count += 1) {
    seconds.push(await wholePass());
    resident.push(process.memoryUsage().rss / 2 ** 20);
  }
  return { seconds, reading: readings.slice(-task.resyncs), resident, writes: writes - before };
}

const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();
const cold = await measureCold();
const delayCold = delay.percentile(99) / 1e6;
await setTimeout(1000);
const rest = process.memoryUsage().rss / 2 ** 20;
const change = await measureChange();
delay.reset();
const resync = await measureResync();
const delayResync = delay.percentile(99) / 1e6;
const most = usage().memory;
const { mailboxes: all } = await api.snapshot();
const told = await measureNotices({
  clients,
  notices,
  uids: all.filter(ends).map(({ metadata }) => metadata.uid),
  pass: wholePass,
  idle: () => reconciler.notices.idle(),
  later: (days) => {
    ahead += days * 86_400_000;
  },
  writes: () => writes,
});
loop.stop();
api.stop();
await directory.close();
if (passes === 0) throw new Error('no pass ended');
const result: Operator = {
  cold,
  change,
  resync,
  delay: { cold: delayCold, resync: delayResync },
  memory: { most, rest },
  told,
};
process.stdout.write(JSON.stringify(result), () => process.exit());
