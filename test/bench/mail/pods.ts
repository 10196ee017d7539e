/**
 * Runs workloads of manifests by this machine's container program: every pod with an address of its own, its containers with
 * their mounts, users and rights. What is missing of Kubernetes is the way of packets through a Service.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../../e2e/support/eventually.ts';
import { type Runtime, runContainer } from '../../kind/runtime.ts';
import { cpuSeconds } from './cpu.ts';
import { type Container, type Mount, type Objects, type Pod, podsOf, type Volume } from './objects.ts';

/** Changes a file of a ConfigMap. */
export type Edit = (file: string, text: string) => string;

export class Pods {
  readonly #runtime: Runtime;
  readonly #objects: Objects;
  readonly #name = `hopthu-mail-${randomBytes(3).toString('hex')}`;
  readonly #folder = mkdtempSync(join(tmpdir(), 'hopthu-mail-'));
  /** What Kubernetes keeps in memory. */
  readonly #memory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'hopthu-mail-'));
  readonly #subnet: string;
  /** Containers that run, by the name they have here; the host's process of each. */
  readonly #running = new Map<string, { readonly pod: Pod; readonly id: string; readonly pid: string }>();

  private constructor(runtime: Runtime, objects: Objects, subnet: string) {
    this.#runtime = runtime;
    this.#objects = objects;
    this.#subnet = subnet;
  }

  /** @param subnet first three numbers of the pods' addresses */
  static async create(runtime: Runtime, objects: Objects, subnet: string): Promise<Pods> {
    const pods = new Pods(runtime, objects, subnet);
    await runContainer(runtime, ['network', 'create', '--subnet', `${subnet}.0/24`, pods.#name]);
    writeFileSync(join(pods.#folder, 'hosts'), pods.#hosts());
    writeFileSync(join(pods.#folder, 'resolv.conf'), `nameserver ${pods.gateway}\noptions timeout:1\n`);
    return pods;
  }

  /** This machine, as the pods see it. */
  get gateway(): string {
    return `${this.#subnet}.1`;
  }

  addressOf(pod: string): string {
    const index = podsOf(this.#objects).findIndex(({ name }) => name === pod);
    if (index < 0) throw new Error(`no pod ${pod}`);
    return `${this.#subnet}.${10 + index}`;
  }

  /** Where a volume of mail or the like lies on this machine. */
  volume(pod: string, volume: string): string {
    return join(this.#folder, pod, volume);
  }

  /** Starts every pod of a workload and waits until its probes say that it is ready. */
  async start(workload: string, edit: Edit = (_, text) => text): Promise<void> {
    const pods = podsOf(this.#objects).filter((pod) => pod.workload === workload);
    for (const pod of pods) {
      for (const volume of pod.volumes) this.#furnish(pod, volume, edit);
      for (const container of pod.containers) await this.#run(pod, container);
    }
    for (const pod of pods) for (const container of pod.containers) await this.#ready(pod, container);
  }

  /** Removes the containers of a workload; its volumes stay. */
  async stop(workload: string): Promise<void> {
    const mine = [...this.#running].filter(([, { pod }]) => pod.workload === workload).reverse();
    for (const [name, { id }] of mine) {
      await runContainer(this.#runtime, ['rm', '-f', '-t', '5', id]);
      this.#running.delete(name);
    }
  }

  /** Runs a program in a container. */
  exec(pod: string, container: string, command: readonly string[]): Promise<string> {
    return runContainer(this.#runtime, ['exec', this.#idOf(pod, container), ...command]);
  }

  /** CPU seconds so far by `pod/container`. */
  cpu(): ReadonlyMap<string, number> {
    return new Map([...this.#running].map(([name, { pid }]) => [name, cpuSeconds(pid)]));
  }

  async end(): Promise<void> {
    for (const workload of new Set([...this.#running.values()].map(({ pod }) => pod.workload)))
      await this.stop(workload);
    await runContainer(this.#runtime, ['network', 'rm', this.#name]);
    for (const folder of [this.#folder, this.#memory]) rmSync(folder, { recursive: true, force: true });
  }

  /** Names of Services lead straight to a pod, and so do those of pods. */
  #hosts(): string {
    const pods = podsOf(this.#objects);
    const services = this.#objects.services.flatMap(({ host, selects }) => {
      const pod = pods.find((one) => selects(one));
      return pod === undefined ? [] : [`${this.addressOf(pod.name)} ${host}`];
    });
    const own = pods.map(({ name }) => `${this.addressOf(name)} ${name}`);
    return `${['127.0.0.1 localhost', ...own, ...services].join('\n')}\n`;
  }

  /** A Service's port is what clients call; here they call the pod's. */
  #direct(text: string): string {
    return this.#objects.services.reduce(
      (changed, { host, ports }) =>
        changed.replace(
          new RegExp(`(${host.replaceAll('.', '\\.')}):(\\d+)`, 'g'),
          (_, name: string, port: string) => `${name}:${ports.get(Number(port)) ?? port}`,
        ),
      text,
    );
  }

  #furnish(pod: Pod, volume: Volume, edit: Edit): void {
    const path = this.#placeOf(pod, volume);
    const files = this.#files(pod, volume, edit);
    mkdirSync(path, { recursive: true });
    for (const [name, text] of Object.entries(files ?? {})) {
      const file = join(path, name);
      writeFileSync(file, text);
      chmodSync(file, volume.configMap?.defaultMode ?? 0o444);
    }
    if (files === undefined) chmodSync(path, 0o777);
  }

  #placeOf(pod: Pod, { name, emptyDir }: Volume): string {
    return join(emptyDir?.medium === 'Memory' ? this.#memory : this.#folder, pod.name, name);
  }

  /** What Kubernetes puts into the volume; nothing of a volume that daemons write to. */
  #files(pod: Pod, { configMap, secret }: Volume, edit: Edit): Readonly<Record<string, string>> | undefined {
    if (secret !== undefined) return this.#objects.secret(pod.namespace, secret.secretName);
    if (configMap === undefined) return undefined;
    const data = Object.entries(this.#objects.configMap(pod.namespace, configMap.name));
    return Object.fromEntries(data.map(([file, text]) => [file, edit(file, this.#direct(text))]));
  }

  async #run(pod: Pod, container: Container): Promise<void> {
    const [first] = pod.containers;
    const own = pod.securityContext ?? {};
    const {
      runAsUser = own.runAsUser,
      runAsGroup = own.runAsGroup ?? 0,
      capabilities,
    } = container.securityContext ?? {};
    const [command, ...args] = [...(container.command ?? []), ...(container.args ?? [])];
    const id = `${this.#name}-${pod.name}-${container.name}`;
    const mounts = (container.volumeMounts ?? []).flatMap((mount) => this.#mount(pod, mount));
    await runContainer(this.#runtime, [
      ...['run', '-d', '--name', id, '--read-only', '--security-opt', 'no-new-privileges'],
      ...(container === first || first === undefined
        ? ['--network', this.#name, '--ip', this.addressOf(pod.name), '--hostname', pod.name]
        : ['--network', `container:${this.#idOf(pod.name, first.name)}`]),
      ...(runAsUser === undefined ? [] : ['--user', `${runAsUser}:${runAsGroup}`]),
      ...(own.fsGroup === undefined ? [] : ['--group-add', `${own.fsGroup}`]),
      ...(capabilities?.drop ?? []).flatMap((name) => ['--cap-drop', name]),
      ...(capabilities?.add ?? []).flatMap((name) => ['--cap-add', name]),
      ...['-e', `HOSTNAME=${pod.name}`],
      ...(container.env ?? []).flatMap(({ name, value = '' }) => ['-e', `${name}=${value}`]),
      ...['-v', `${join(this.#folder, 'hosts')}:/etc/hosts:ro`],
      ...['-v', `${join(this.#folder, 'resolv.conf')}:/etc/resolv.conf:ro`],
      ...mounts,
      ...(command === undefined ? [] : ['--entrypoint', command]),
      container.image,
      ...args.map((argument) => this.#direct(argument)),
    ]);
    const pid = await runContainer(this.#runtime, ['inspect', '-f', '{{.State.Pid}}', id]);
    this.#running.set(`${pod.name}/${container.name}`, { pod, id, pid: pid.trim() });
  }

  #mount(pod: Pod, { name, mountPath, subPath, readOnly }: Mount): readonly string[] {
    const volume = pod.volumes.find((one) => one.name === name);
    if (volume === undefined) throw new Error(`${pod.name} has no volume ${name}`);
    const path = join(this.#placeOf(pod, volume), subPath ?? '.');
    if (!existsSync(path)) {
      mkdirSync(path);
      chmodSync(path, 0o777);
    }
    return ['-v', `${path}:${mountPath}${readOnly === true ? ':ro' : ''}`];
  }

  async #ready(pod: Pod, { name, readinessProbe }: Container): Promise<void> {
    const { exec, httpGet } = readinessProbe ?? {};
    const asks = async () => {
      if (exec !== undefined) await this.exec(pod.name, name, exec.command);
      if (httpGet === undefined) return;
      const { ok } = await fetch(`http://${this.addressOf(pod.name)}:${httpGet.port}${httpGet.path}`);
      if (!ok) throw new Error(`${pod.name} says that it is not ready`);
    };
    try {
      await eventually(120_000, asks);
    } catch (error) {
      const log = await runContainer(this.#runtime, ['logs', '--tail', '30', this.#idOf(pod.name, name)]);
      throw new Error(`${pod.name}/${name} does not get ready: ${log}`, { cause: error });
    }
  }

  #idOf(pod: string, container: string): string {
    const running = this.#running.get(`${pod}/${container}`);
    if (running === undefined) throw new Error(`${pod}/${container} does not run`);
    return running.id;
  }
}
