import { join } from 'node:path';
import { clusterConfig, type PortMapping } from './cluster-config.ts';
import { readRecord, removeRecord, writeRecord } from './cluster-record.ts';
import { attempt, run } from './command.ts';
import { withWorkFolder } from './debian-base.ts';
import { ensureKubectl } from './kubectl.ts';
import { ensureNodeImage } from './node-image.ts';
import { busyPorts } from './ports.ts';
import type { Tools } from './prerequisites.ts';
import { ClusterNotReady, waitUntilUsable } from './readiness.ts';
import { runContainer, saveImages } from './runtime.ts';
import { step } from './steps.ts';

/** A cluster of this project that can be used. */
export interface Cluster {
  readonly name: string;
  /** The context in the kubeconfig. */
  readonly context: string;
  /** The kubectl program to use with it. */
  readonly kubectl: string;
}

/** A cluster that must not, or cannot, be touched; the message says what to do. */
export class ClusterRefused extends Error {
  override readonly name = 'ClusterRefused';
}

const contextOf = (name: string): string => `kind-${name}`;
const nodeOf = (name: string): string => `${name}-control-plane`;

/** Whether kind knows a cluster of this name, running or not, whoever made it. */
async function clusterExists(tools: Tools, name: string): Promise<boolean> {
  const names = await run(tools.kind, ['get', 'clusters', '--quiet'], { env: tools.runtime.environment });
  return names.split('\n').includes(name);
}

async function isRunning(tools: Tools, name: string): Promise<boolean> {
  const inspect = ['container', 'inspect', '--format', '{{.State.Running}}', nodeOf(name)];
  return (await attempt(tools.runtime.command, inspect, { env: tools.runtime.environment })) === 'true';
}

/** Starts a node that stopped; gives the time from which on its reports count. */
async function start(tools: Tools, name: string): Promise<Date> {
  const since = new Date();
  await step(`Starting the cluster ${name} again`, () =>
    runContainer(tools.runtime, ['start', nodeOf(name)]),
  );
  return since;
}

/** Writes the context where it is lacking, and only then: `kind export` also makes it the current one. */
async function ensureContext(tools: Tools, { name, context, kubectl }: Cluster): Promise<void> {
  if ((await attempt(kubectl, ['config', 'get-contexts', context])) !== undefined) return;
  await run(tools.kind, ['export', 'kubeconfig', '--name', name], { env: tools.runtime.environment });
}

async function remove(tools: Tools, name: string): Promise<void> {
  await run(tools.kind, ['delete', 'cluster', '--name', name], { env: tools.runtime.environment });
  removeRecord(name);
}

async function create(tools: Tools, name: string, ports: readonly PortMapping[]): Promise<void> {
  const image = await ensureNodeImage(tools.runtime);
  const config = clusterConfig({ ports, isOwnImage: image.isOwn });
  const create = ['create', 'cluster', '--name', name, '--image', image.reference, '--config', '-'];
  writeRecord(name, { state: 'creating', ports });
  await step(`Creating the cluster ${name}`, () =>
    run(tools.kind, create, { env: tools.runtime.environment, input: config }),
  );
}

/** Refuses what would not lead to a working cluster, before anything is changed. */
async function checkExisting(
  tools: Tools,
  name: string,
  ports: readonly PortMapping[],
): Promise<'absent' | 'half' | 'made'> {
  const record = readRecord(name);
  if (!(await clusterExists(tools, name))) {
    const busy = await busyPorts(ports);
    if (busy.length === 0) return 'absent';
    throw new ClusterRefused(
      `Ports ${busy.join(', ')} of 127.0.0.1 are in use by other programs: end those, then try again.`,
    );
  }
  if (record === undefined) {
    throw new ClusterRefused(
      `A kind cluster named ${name} exists that was not made by this project. Use it with CONTEXT=${contextOf(name)}, or delete it with: kind delete cluster --name ${name}`,
    );
  }
  if (record.state === 'creating') return 'half';
  const lacking = ports.filter(
    (port) =>
      !record.ports.some((made) => made.hostPort === port.hostPort && made.nodePort === port.nodePort),
  );
  if (lacking.length > 0) {
    throw new ClusterRefused(
      `The cluster ${name} was made without the ports ${lacking.map((port) => port.hostPort).join(', ')}, which cannot be added: run \`make down\`, then \`make up\`.`,
    );
  }
  return 'made';
}

/**
 * Makes sure that a cluster with one node runs and can be used: node Ready, CoreDNS Available, a default
 * StorageClass, the context `kind-<name>` in the kubeconfig. An own cluster that stopped (the machine was
 * restarted) is started again with its data; one that was left half made is made anew, and so is, once, a new one
 * that does not come up: CoreDNS was once seen not to, in three minutes of an idle machine, and nothing was kept that said why.
 * @throws ClusterRefused when the name belongs to a cluster of somebody else, or ports are taken
 * @throws ClusterNotReady saying what the cluster was seen to do
 */
export async function createCluster(
  tools: Tools,
  name: string,
  ports: readonly PortMapping[],
): Promise<Cluster> {
  try {
    return await bringUp(tools, name, ports);
  } catch (error) {
    if (!(error instanceof ClusterNotReady) || readRecord(name)?.state !== 'creating') throw error;
    process.stderr.write(`${error.message}\n`);
    return bringUp(tools, name, ports);
  }
}

async function bringUp(tools: Tools, name: string, ports: readonly PortMapping[]): Promise<Cluster> {
  const found = await checkExisting(tools, name, ports);
  if (found === 'half') await step(`Removing the half-made cluster ${name}`, () => remove(tools, name));
  if (found !== 'made') await create(tools, name, ports);
  const since = (await isRunning(tools, name)) ? new Date(0) : await start(tools, name);
  const cluster = {
    name,
    context: contextOf(name),
    kubectl: await ensureKubectl(tools.runtime, nodeOf(name)),
  };
  await step(`Waiting for the cluster ${name}`, async () => {
    await ensureContext(tools, cluster);
    await waitUntilUsable(cluster.kubectl, cluster.context, nodeOf(name), since);
  });
  if (found !== 'made') {
    // kubeadm's second one asks for a twentieth of the only node.
    const one = ['-n', 'kube-system', 'scale', 'deployment/coredns', '--replicas=1'];
    await run(cluster.kubectl, ['--context', cluster.context, ...one]);
    writeRecord(name, { state: 'ready', ports });
  }
  return cluster;
}

/**
 * Deletes a cluster that this project made, with its context in the kubeconfig. No cluster is fine.
 * @throws ClusterRefused when the cluster was made by somebody else
 */
export async function deleteCluster(tools: Tools, name: string): Promise<void> {
  if (!(await clusterExists(tools, name))) return removeRecord(name);
  if (readRecord(name) === undefined) {
    throw new ClusterRefused(
      `The kind cluster ${name} was not made by this project. To delete it anyway: kind delete cluster --name ${name}`,
    );
  }
  await step(`Deleting the cluster ${name}`, () => remove(tools, name));
}

/** Brings images of the local storage into the cluster's node; what the node has already is skipped. */
export async function loadImages(tools: Tools, name: string, references: readonly string[]): Promise<void> {
  const list = ['exec', nodeOf(name), 'ctr', '--namespace=k8s.io', 'images', 'list', '--quiet'];
  const present = new Set((await runContainer(tools.runtime, list)).split('\n').map((line) => line.trim()));
  const missing = references.filter((reference) => !present.has(reference));
  if (missing.length === 0) return;
  await step(`Loading ${missing.length} images into the cluster ${name}`, () =>
    withWorkFolder(async (folder) => {
      const archive = join(folder, 'images.tar');
      await saveImages(tools.runtime, missing, archive);
      await run(tools.kind, ['load', 'image-archive', archive, '--name', name], {
        env: tools.runtime.environment,
      });
    }),
  );
}
