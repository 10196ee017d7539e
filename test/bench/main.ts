#!/usr/bin/env node
/**
 * `make bench`: the operator against the bare writes that nobody can do without, both measured in the same run.
 * `make bench SIZES="100 20000" RESYNCS=200`; `ALONE=1` leaves out what needs an API server and a slapd.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { reportConfigMap, siteConfigMap } from '../../operator/core/secrets.ts';
import type { Site } from '../../operator/core/site.ts';
import { type ApiServer, startApiServer } from '../contract/kube-support/api-server.ts';
import { firstPassword, operatorDn, Slapd } from '../contract/support/slapd.ts';
import { ensureKubernetesBinary } from '../kind/kubernetes-binary.ts';
import { socTrang } from '../support/sites.ts';
import type { Alone } from './alone.ts';
import { bundlePrograms, imageEnvironment, imageFlags } from './bundle.ts';
import type { Floor } from './floor.ts';
import { withEnd } from './notices.ts';
import type { Operator } from './operator.ts';
import { mailboxManifest, organizationManifests } from './people.ts';
import { measurePlan } from './plan.ts';
import { type Measured, rows } from './rows.ts';
import { startSink } from './sink.ts';
import { atOnce, connect, create, inFlight, type Task } from './world.ts';

const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [100, 1000];
const resyncs = Number(process.env['RESYNCS'] ?? 20);
/** Without API server and slapd: a large size takes seconds then, instead of many minutes. */
const onlyAlone = process.env['ALONE'] === '1';

/** A site of its own for each size. */
function siteOf(mailboxes: number): Site {
  const name = `bench-${mailboxes}`;
  return {
    ...socTrang,
    namespaces: { ...socTrang.namespaces, accounts: [`${name}-accounts`], mail: `${name}-mail` },
  };
}

/** In a process of its own, bundled and run as the image's is, so that memory and CPU are its own. */
async function measure<T>(program: string, task: Task): Promise<T> {
  const { stdout } = await execa(process.execPath, [...imageFlags(), program], {
    input: JSON.stringify(task),
    env: imageEnvironment(),
    stderr: 'inherit',
  });
  return JSON.parse(stdout) as T;
}

/** Measures with a directory of its own. */
async function withSlapd<T>(use: (slapd: Task['slapd']) => Promise<T>): Promise<T> {
  const slapd = await Slapd.start();
  try {
    return await use({ port: slapd.port, ca: await slapd.ca(), bindDn: operatorDn, password: firstPassword });
  } finally {
    await slapd.stop();
  }
}

async function prepare(server: ApiServer, task: Task): Promise<void> {
  const { mail, accounts } = task.site.namespaces;
  const [namespace = ''] = accounts;
  for (const name of [mail, namespace, task.bareNamespace])
    await server.kubectl(['create', 'namespace', name]);
  for (const name of [siteConfigMap, reportConfigMap])
    await server.kubectl(['create', 'configmap', name, `--namespace=${mail}`]);
  const clients = connect(task);
  for (const organization of organizationManifests()) await create(clients, namespace, organization);
  const indices = Array.from({ length: task.mailboxes }, (_, index) => index);
  await atOnce(inFlight, indices, async (index) => {
    await create(clients, namespace, withEnd(mailboxManifest(`person-${index}`, index), index));
  });
}

async function measureSize(server: ApiServer, folder: string, mailboxes: number): Promise<Measured> {
  const say = (what: string) => process.stderr.write(`${mailboxes} mailboxes: ${what}\n`);
  const base = {
    site: siteOf(mailboxes),
    kubeconfig: server.kubeconfig,
    mailboxes,
    resyncs,
    bareNamespace: `bench-${mailboxes}-bare`,
  };
  say('planning without a cluster');
  const plan = await measurePlan(mailboxes);
  say('the operator alone');
  const alone = await measure<Alone>(join(folder, 'alone.mjs'), {
    ...base,
    slapd: { port: 0, ca: '', bindDn: '', password: '' },
  });
  if (onlyAlone) return { mailboxes, plan, alone };
  say('creating the resources');
  await prepare(server, { ...base, slapd: { port: 0, ca: '', bindDn: '', password: '' } });
  say('the bare loop');
  const floor = await withSlapd((slapd) => measure<Floor>(join(folder, 'floor.mjs'), { ...base, slapd }));
  say('the operator');
  const { sink, stop } = await startSink(folder, base.site);
  const operator = await withSlapd((slapd) =>
    measure<Operator>(join(folder, 'operator.mjs'), { ...base, slapd, sink }),
  ).finally(stop);
  if (operator.resync.writes > 0) {
    say(`passes with nothing to do wrote ${operator.resync.writes} times`);
    process.exitCode = 1;
  }
  return { mailboxes, plan, alone, real: { floor, operator } };
}

await ensureKubernetesBinary();
const folder = await mkdtemp(join(tmpdir(), 'hopthu-bench-'));
await bundlePrograms(folder, ['alone', 'floor', 'operator']);
const server = await startApiServer();
try {
  const measured: Measured[] = [];
  for (const size of sizes) measured.push(await measureSize(server, folder, size));
  process.stdout.write(`${rows(measured).join('\n')}\n`);
} finally {
  await server.stop();
  await rm(folder, { recursive: true });
}
