/**
 * What the operator itself costs at a size for which an API server takes minutes: cluster and directory are in memory, all
 * the rest is as it runs. Beside `make bench`, not instead of it.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { json } from 'node:stream/consumers';
import { suffixOf } from '../../operator/core/layout.ts';
import type { Site } from '../../operator/core/site.ts';
import { MemorySessions } from '../../operator/dovecot/memory-sessions.ts';
import { MemoryCluster } from '../../operator/kube/memory-cluster.ts';
import { MemoryDirectory } from '../../operator/ldap/memory-directory.ts';
import { MemoryNotices } from '../../operator/mail/memory-notices.ts';
import { Reconciler } from '../../operator/reconcile/reconciler.ts';
import { mailboxManifest, organizationManifests } from './people.ts';
import { usage } from './world.ts';

export type Alone = {
  /** Seconds of CPU until everybody was Ready. */
  readonly cold: number;
  /** Milliseconds of each change while idle. */
  readonly changes: readonly number[];
  /** CPU seconds of a pass with nothing to do, on average, and resident MiB after the first and the last. */
  readonly pass: number;
  readonly resident: readonly [number, number];
  readonly writes: number;
  /** 99th percentile of the event loop's delay in milliseconds while nothing is to do. */
  readonly delay: number;
};

const { site, mailboxes, resyncs } = (await json(process.stdin)) as {
  site: Site;
  mailboxes: number;
  resyncs: number;
};
const [namespace = ''] = site.namespaces.accounts;
const cluster = new MemoryCluster();
const directory = new MemoryDirectory(suffixOf(site.domain));
const nothing = () => undefined;
const failure = (what: string, error: Error) => console.error(what, error);
const reconciler = new Reconciler({
  site,
  cluster,
  directory,
  sessions: new MemorySessions(),
  notices: new MemoryNotices(),
  clock: () => new Date(),
  report: { orphans: nothing, held: nothing, planned: nothing, failure },
});

function apply({ kind, metadata, spec }: ReturnType<typeof mailboxManifest>): void {
  cluster.apply({ kind, ...metadata, namespace, spec });
}

const writesSoFar = () => JSON.stringify([cluster.writes, directory.writes]);

for (const organization of organizationManifests()) apply(organization);
for (let index = 0; index < mailboxes; index += 1) apply(mailboxManifest(`person-${index}`, index));
const before = usage().cpu;
await reconciler.full();
const cold = usage().cpu - before;

const changes: number[] = [];
for (let count = 0; count < 40; count += 1) {
  const name = `change-${count}`;
  const started = performance.now();
  apply(mailboxManifest(name, count * 97));
  await reconciler.changed([{ kind: 'Mailbox', namespace, name }]);
  changes.push(performance.now() - started);
}

const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();
const settled = writesSoFar();
const cpuBefore = usage().cpu;
const resident: number[] = [];
for (let count = 0; count < resyncs; count += 1) {
  reconciler.forget();
  await reconciler.full();
  resident.push(process.memoryUsage().rss / 2 ** 20);
}
const writes = settled === writesSoFar() ? 0 : 1;
const alone: Alone = {
  cold,
  changes,
  pass: (usage().cpu - cpuBefore) / resyncs,
  resident: [resident.at(0) ?? 0, resident.at(-1) ?? 0],
  writes,
  delay: delay.percentile(99) / 1e6,
};
process.stdout.write(JSON.stringify(alone), () => process.exit());
