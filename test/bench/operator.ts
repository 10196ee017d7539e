/** The operator over its real adapters: cold until everybody is Ready, then with nothing to do, then one change at a time. */
import { setImmediate } from 'node:timers/promises';
import type { MailboxStatus } from '../../operator/api/mailbox.ts';
import type { Resource } from '../../operator/api/resource.ts';
import { MemorySessions } from '../../operator/dovecot/memory-sessions.ts';
import { ApiCluster } from '../../operator/kube/api-cluster.ts';
import { RememberedDirectory } from '../../operator/ldap/remembered-directory.ts';
import { MemoryNotices } from '../../operator/mail/memory-notices.ts';
import type { Cluster, Directory } from '../../operator/ports.ts';
import { Loop } from '../../operator/reconcile/loop.ts';
import { type PassResult, runPass } from '../../operator/reconcile/pass.ts';
import { mailboxManifest } from './people.ts';
import { addEntry, connect, create, median, readTask, usage, writeStatus } from './world.ts';

export type Operator = {
  readonly cold: { readonly seconds: number; readonly passes: number };
  /** `reading` is the part of `seconds` that the directory's snapshot took. */
  readonly resync: { readonly seconds: number; readonly reading: number; readonly writes: number };
  /** Median milliseconds of one mailbox: by the operator, and by the bare calls. */
  readonly change: { readonly operator: number; readonly bare: number };
  readonly cpu: number;
  readonly memory: number;
};

const resyncs = 5;
const changes = 20;
/** Not counted: compilation, first connections. */
const warmUp = 3;

const task = await readTask();
const { site, bareNamespace } = task;
const [namespace = ''] = site.namespaces.accounts;
const clients = connect(task);
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
let onReady: (name: string) => void = () => undefined;

const cluster: Cluster = {
  snapshot: () => api.snapshot(),
  async writeStatus(resource, status) {
    writes += 1;
    await api.writeStatus(resource, status);
    if (isReady(status)) onReady(resource.metadata.name);
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
const real: Directory = {
  async snapshot() {
    const started = performance.now();
    const entries = await clients.directory.snapshot();
    readings.push((performance.now() - started) / 1000);
    return entries;
  },
  add: (...given) => counted(clients.directory.add(...given)),
  modify: (...given) => counted(clients.directory.modify(...given)),
  remove: (...given) => counted(clients.directory.remove(...given)),
  close: () => clients.directory.close(),
};
const directory = new RememberedDirectory(real);

function counted<T>(write: Promise<T>): Promise<T> {
  writes += 1;
  return write;
}

function isReady(status: object): boolean {
  const { conditions = [] } = status as MailboxStatus;
  return conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True');
}

function pass(): Promise<PassResult> {
  const nothing = () => undefined;
  const silent = { orphans: nothing, held: nothing, planned: nothing, failure: report };
  return runPass({
    site,
    cluster,
    directory,
    sessions: new MemorySessions(),
    notices: new MemoryNotices(),
    clock: () => new Date(),
    report: silent,
  });
}

async function measureCold(): Promise<Operator['cold']> {
  const started = performance.now();
  api.start();
  while (!api.hasSynced) await setImmediate();
  for (let passes = 1; ; passes += 1) {
    await pass();
    const { mailboxes } = await api.snapshot();
    const ready = mailboxes.filter(({ status }: Resource) => isReady(status as object)).length;
    if (ready === task.mailboxes) return { seconds: (performance.now() - started) / 1000, passes };
    if (passes === 10) throw new Error(`only ${ready} of ${task.mailboxes} are Ready after 10 passes`);
  }
}

async function measureResync(): Promise<Operator['resync']> {
  const before = writes;
  const times: number[] = [];
  for (let count = 0; count < resyncs; count += 1) {
    const started = performance.now();
    directory.forget();
    await pass();
    times.push((performance.now() - started) / 1000);
  }
  return { seconds: median(times), reading: median(readings.slice(-resyncs)), writes: writes - before };
}

/** From before the creation until the API server has taken the status that says Ready. */
async function changeByOperator(name: string, index: number): Promise<void> {
  const ready = new Promise<void>((resolve) => {
    onReady = (written) => {
      if (written === name) resolve();
    };
  });
  await create(clients, namespace, mailboxManifest(name, index));
  await ready;
}

async function changeBare(name: string, index: number): Promise<void> {
  const mailbox = await create(clients, bareNamespace, mailboxManifest(name, index));
  await addEntry(clients, mailbox.metadata.uid, name);
  await writeStatus(clients, bareNamespace, mailbox);
}

/** By turns, so that both meet the same moments of the machine. */
async function measureChange(): Promise<Operator['change']> {
  const loop = new Loop({
    pass,
    resync: site.operator.resyncSeconds * 1000,
    onResync: () => directory.forget(),
    onResult: () => undefined,
    onFailure: (error) => report('pass', error),
    random: Math.random,
  });
  api.onChange(() => loop.wake());
  const running = loop.run();
  const times = { operator: [] as number[], bare: [] as number[] };
  for (let count = 0; count < warmUp + changes; count += 1) {
    for (const [way, change] of [
      ['operator', changeByOperator],
      ['bare', changeBare],
    ] as const) {
      const started = performance.now();
      await change(`${way}-${count}`, count);
      if (count >= warmUp) times[way].push(performance.now() - started);
    }
  }
  loop.stop();
  await running;
  return { operator: median(times.operator), bare: median(times.bare) };
}

const before = usage();
const cold = await measureCold();
const { cpu, memory } = usage();
const resync = await measureResync();
const change = await measureChange();
api.stop();
await directory.close();
const result: Operator = { cold, resync, change, cpu: cpu - before.cpu, memory };
process.stdout.write(JSON.stringify(result), () => process.exit());
