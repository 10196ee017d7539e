#!/usr/bin/env node
/** `make bench`: the operator against the bare writes that nobody can do without, both measured in the same run. */
import { join } from 'node:path';
import { execa } from 'execa';
import { siteConfigMap } from '../../operator/core/secrets.ts';
import type { Site } from '../../operator/core/site.ts';
import { inParallel } from '../../operator/reconcile/parallel.ts';
import { type ApiServer, startApiServer } from '../contract/kube-support/api-server.ts';
import { Slapd } from '../contract/support/slapd.ts';
import { ensureKubernetesBinary } from '../kind/kubernetes-binary.ts';
import { socTrang } from '../support/sites.ts';
import type { Floor } from './floor.ts';
import type { Operator } from './operator.ts';
import { mailboxManifest, organizationManifests } from './people.ts';
import { connect, create, type Task } from './world.ts';

const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [200, 1000];

/** A site of its own for each size. */
function siteOf(mailboxes: number): Site {
  const name = `bench-${mailboxes}`;
  const namespaces = { mail: `${name}-mail`, smtp: `${name}-smtp`, accounts: [`${name}-accounts`] };
  return { ...socTrang, namespaces };
}

/** In a process of its own, so that memory and CPU are its own. */
async function measure<T>(program: string, task: Task): Promise<T> {
  const input = JSON.stringify(task);
  const { stdout } = await execa(process.execPath, [join(import.meta.dirname, program)], {
    input,
    stderr: 'inherit',
  });
  return JSON.parse(stdout) as T;
}

/** Measures with a directory of its own. */
async function withSlapd<T>(use: (slapd: Task['slapd']) => Promise<T>): Promise<T> {
  const slapd = await Slapd.start();
  try {
    return await use({ port: slapd.port, ca: await slapd.ca() });
  } finally {
    await slapd.stop();
  }
}

async function prepare(server: ApiServer, task: Task): Promise<void> {
  const { mail, accounts } = task.site.namespaces;
  const [namespace = ''] = accounts;
  for (const name of [mail, namespace, task.bareNamespace])
    await server.kubectl(['create', 'namespace', name]);
  await server.kubectl(['create', 'configmap', siteConfigMap, `--namespace=${mail}`]);
  const clients = connect(task);
  for (const organization of organizationManifests()) await create(clients, namespace, organization);
  const indices = Array.from({ length: task.mailboxes }, (_, index) => index);
  await inParallel(indices, async (index) => {
    await create(clients, namespace, mailboxManifest(`person-${index}`, index));
  });
}

async function measureSize(server: ApiServer, mailboxes: number): Promise<readonly string[]> {
  const base = {
    site: siteOf(mailboxes),
    kubeconfig: server.kubeconfig,
    mailboxes,
    bareNamespace: `bench-${mailboxes}-bare`,
  };
  process.stderr.write(`${mailboxes} mailboxes: creating the resources\n`);
  await prepare(server, { ...base, slapd: { port: 0, ca: '' } });
  process.stderr.write(`${mailboxes} mailboxes: the bare loop\n`);
  const floor = await withSlapd((slapd) => measure<Floor>('floor.ts', { ...base, slapd }));
  process.stderr.write(`${mailboxes} mailboxes: the operator\n`);
  const operator = await withSlapd((slapd) => measure<Operator>('operator.ts', { ...base, slapd }));
  if (operator.resync.writes > 0) {
    process.stderr.write(`a pass with nothing to do wrote ${operator.resync.writes} times\n`);
    process.exitCode = 1;
  }
  return rows(mailboxes, floor, operator);
}

function rows(
  mailboxes: number,
  floor: Floor,
  { cold, resync, change, cpu, memory }: Operator,
): readonly string[] {
  const row = (what: string, bare: number, ours: number, unit: string, digits = 1) =>
    `| ${mailboxes} | ${what} | ${bare.toFixed(digits)} ${unit} | ${ours.toFixed(digits)} ${unit} | ${(ours / bare).toFixed(1)} |`;
  return [
    row(
      `cold, ${cold.passes === 1 ? 'one pass' : `${cold.passes} passes`}`,
      floor.seconds,
      cold.seconds,
      's',
      2,
    ),
    row('cold, CPU', floor.cpu, cpu, 's', 2),
    row('cold, memory at most', floor.memory, memory, 'MiB', 0),
    row('one change while idle, p50 of 20', change.bare, change.operator, 'ms'),
    `| ${mailboxes} | pass with nothing to do, p50 of 5 | 0 writes | ${milliseconds(resync.seconds)} (${milliseconds(resync.reading)} reading LDAP), ${resync.writes} writes | |`,
  ];
}

function milliseconds(seconds: number): string {
  return `${(seconds * 1000).toFixed(0)} ms`;
}

await ensureKubernetesBinary();
const server = await startApiServer();
try {
  const table = ['| mailboxes | what | bare | operator | ratio |', '|---|---|---|---|---|'];
  for (const size of sizes) table.push(...(await measureSize(server, size)));
  process.stdout.write(`${table.join('\n')}\n`);
} finally {
  await server.stop();
}
