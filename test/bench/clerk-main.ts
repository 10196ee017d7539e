#!/usr/bin/env node
/** `make bench-clerk MAILBOXES=20000 REQUESTS="1 20 200"`: the clerk beside its list and watch alone, in the same run. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { clerkFlags } from '../../charts/components/clerk.ts';
import { requestTextFiles } from '../../charts/request-texts.ts';
import { apiVersion, group, plural, type Resource, version } from '../../operator/api/resource.ts';
import { suffixOf } from '../../operator/core/layout.ts';
import { requestsConfigMap } from '../../operator/core/secrets.ts';
import type { Site } from '../../operator/core/site.ts';
import { MemorySessions } from '../../operator/dovecot/memory-sessions.ts';
import { MemoryCluster } from '../../operator/kube/memory-cluster.ts';
import { MemoryDirectory } from '../../operator/ldap/memory-directory.ts';
import { MemoryNotices } from '../../operator/mail/memory-notices.ts';
import { Reconciler } from '../../operator/reconcile/reconciler.ts';
import { type ApiServer, startApiServer } from '../contract/kube-support/api-server.ts';
import { ensureKubernetesBinary } from '../kind/kubernetes-binary.ts';
import { socTrang } from '../support/sites.ts';
import { bundlePrograms, imageEnvironment } from './bundle.ts';
import type { Clerk, ClerkTask } from './clerk.ts';
import { fullName, mailboxManifest, organizationManifests } from './people.ts';
import { atOnce, type Clients, connect, create, inFlight } from './world.ts';

const mailboxes = Number(process.env['MAILBOXES'] ?? 1000);
const counts = (process.env['REQUESTS'] ?? '1 20').split(' ').map(Number);
/** Rows of each request. */
const rows = 50;
const name = `bench-clerk-${mailboxes}`;
const namespace = `${name}-accounts`;
const site: Site = {
  ...socTrang,
  namespaces: { ...socTrang.namespaces, accounts: [namespace], mail: `${name}-mail` },
};

/** Statuses as the operator writes them, by name. */
async function granted(): Promise<ReadonlyMap<string, Resource>> {
  const cluster = new MemoryCluster();
  const nothing = () => undefined;
  const reconciler = new Reconciler({
    site,
    cluster,
    directory: new MemoryDirectory(suffixOf(site.domain)),
    sessions: new MemorySessions(),
    notices: new MemoryNotices(),
    clock: () => new Date(),
    report: { orphans: nothing, held: nothing, planned: nothing, failure: console.error },
  });
  for (const { kind, metadata, spec } of manifests()) cluster.apply({ kind, ...metadata, namespace, spec });
  await reconciler.full();
  const { mailboxes: found, organizations } = await cluster.snapshot();
  return new Map([...organizations, ...found].map((resource) => [resource.metadata.name, resource]));
}

function manifests() {
  const people = Array.from({ length: mailboxes }, (_, index) => mailboxManifest(`person-${index}`, index));
  return [...organizationManifests(), ...people];
}

async function prepare(server: ApiServer, clients: Clients): Promise<void> {
  for (const one of [namespace, site.namespaces.mail]) await server.kubectl(['create', 'namespace', one]);
  await server.kubectl(['create', 'configmap', requestsConfigMap, `--namespace=${site.namespaces.mail}`]);
  const statuses = await granted();
  await atOnce(inFlight, manifests(), async (manifest) => {
    const body = await create(clients, namespace, manifest);
    const { kind, metadata } = manifest;
    const path = { group, version, namespace, plural: plural[kind], name: metadata.name };
    const { status } = statuses.get(metadata.name) ?? {};
    await clients.client.resources.replaceNamespacedCustomObjectStatus({
      ...path,
      body: { ...body, status },
    });
  });
}

/** Enters requests for people who are new, each of one organization. */
async function enter({ client }: Clients, count: number): Promise<void> {
  const path = { group, version, namespace, plural: plural.MailboxRequest };
  const indices = Array.from({ length: count }, (_, index) => index);
  await atOnce(inFlight, indices, async (index) => {
    const spec = {
      source: 'Paper',
      reference: { number: `${index}/CV`, date: '2026-11-20' },
      requester: { organizationRef: { name: 'so-0' } },
      received: '2026-11-21T01:00:00Z',
      rows: Array.from({ length: rows }, (_, row) => ({
        number: row + 1,
        action: 'Grant',
        name: fullName(index * rows + row),
        organization: 'Sở Nội vụ',
        employeeNumber: `CB-${index}-${row}`,
      })),
    };
    const metadata = { name: `request-${index}`, namespace };
    const body = { apiVersion, kind: 'MailboxRequest', metadata, spec };
    await client.resources.createNamespacedCustomObject({ ...path, body });
  });
}

async function measure(program: string, task: ClerkTask): Promise<Clerk> {
  const { stdout } = await execa(process.execPath, [...clerkFlags, program], {
    input: JSON.stringify(task),
    env: imageEnvironment(),
    stderr: 'inherit',
  });
  return JSON.parse(stdout) as Clerk;
}

function line(requests: number, { cpu, seconds, delay, memory }: Clerk, floor: Clerk): string {
  const s = (value: number) => value.toFixed(2);
  const each = (value: number, bare: number) => (((value - bare) / requests) * 1000).toFixed(1);
  const ms = (value: number) => value.toFixed(0);
  return requests === 0
    ? `| list and watch alone | ${s(cpu.start)} s | | ${s(cpu.quiet)} s | ${s(cpu.used)} s | ${s(cpu.changed)} s | | ${ms(delay.p99)}, ${ms(delay.worst)} ms | ${ms(memory.most)}, ${ms(memory.rest)} MiB |`
    : `| ${requests} open, ${s(seconds)} s | ${s(cpu.start)} s | ${each(cpu.start, floor.cpu.start)} ms | ${s(cpu.quiet)} s | ${s(cpu.used)} s | ${s(cpu.changed)} s | ${each(cpu.changed, floor.cpu.changed)} ms | ${ms(delay.p99)}, ${ms(delay.worst)} ms | ${ms(memory.most)}, ${ms(memory.rest)} MiB |`;
}

await ensureKubernetesBinary();
const folder = await mkdtemp(join(tmpdir(), 'hopthu-bench-'));
await bundlePrograms(folder, ['clerk']);
const server = await startApiServer();
try {
  const noSlapd = { port: 0, ca: '', bindDn: '', password: '' };
  const base = {
    site,
    kubeconfig: server.kubeconfig,
    mailboxes,
    resyncs: 0,
    bareNamespace: '',
    slapd: noSlapd,
  };
  const clients = connect(base);
  process.stderr.write('creating the resources\n');
  await prepare(server, clients);
  const lines: string[] = [];
  let floor: Clerk | undefined;
  for (const requests of [0, ...counts]) {
    process.stderr.write(`${requests} requests\n`);
    await enter(clients, requests);
    const clerk = await measure(join(folder, 'clerk.mjs'), {
      ...base,
      requests,
      texts: requestTextFiles(site),
    });
    floor ??= clerk;
    lines.push(line(requests, clerk, floor));
    process.stderr.write(`${lines.at(-1)}\n`);
    await server.kubectl(['delete', 'mailboxrequests', '--all', `--namespace=${namespace}`]);
  }
  process.stdout.write(
    [
      '| open requests | CPU until reviewed | … each | CPU, nothing changes | …, use is written | …, a mailbox comes | … each | loop p99, worst | memory: most, last |',
      '|---|---|---|---|---|---|---|---|---|',
      ...lines,
      '',
    ].join('\n'),
  );
} finally {
  await server.stop();
  await rm(folder, { recursive: true });
}
