/** Containers of one bare pod: they share a network and the folders of a temporary one, and leave nothing behind. */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { makeAuthority, makeLeaf } from '../../../cli/bootstrap/openssl.ts';
import { imageReference, type Part } from '../../../images/tag.ts';
import { ROOT } from '../../kind/images.ts';
import { type Runtime, runContainer } from '../../kind/runtime.ts';

export type Run = {
  readonly part: Part;
  readonly name: string;
  /** Path in the container → folder or file of the pod; `/run/tls` is always there. */
  readonly mounts: Readonly<Record<string, string>>;
  readonly options?: readonly string[];
  readonly command?: readonly string[];
};

/** Removes containers, of which those that never started do not count; nobody will look at what they would still have written. */
export async function removeAtOnce(
  podman: (args: readonly string[]) => Promise<unknown>,
  names: readonly string[],
): Promise<void> {
  const remove = () => podman(['rm', '--force', '--ignore', '--time=0', ...names]);
  // One that ended while it was removed has been left behind.
  if (names.length > 0)
    await remove()
      .catch(remove)
      .catch(() => undefined);
}

export class Containers {
  readonly #folder = mkdtempSync(join(tmpdir(), 'hopthu-pod-'));
  readonly #name: string;
  readonly #runtime: Runtime;
  readonly #network: string;
  readonly #started: string[] = [];

  /** @param network as podman names it: `none`, or `container:` and another's name */
  constructor(runtime: Runtime, network: string, kind: string) {
    this.#runtime = runtime;
    this.#network = network;
    this.#name = `hopthu-${kind}-${randomBytes(4).toString('hex')}`;
    chmodSync(this.#folder, 0o755);
  }

  /** Of the container of that name, for others that join it. */
  networkOf(name: string): string {
    return `container:${this.#name}-${name}`;
  }

  /** Makes the certificate that all share, for these names, which are 127.0.0.1 in the pod. */
  async certificates(names: readonly string[]): Promise<void> {
    const authority = await makeAuthority('CA of the test', 2);
    const { certificate, key } = await makeLeaf(authority, 'openldap', names, 2);
    this.write('net', { hosts: `127.0.0.1 localhost ${names.join(' ')}\n` });
    this.write('tls', { 'ca.crt': authority.certificate, 'tls.crt': certificate, 'tls.key': key });
  }

  /** A folder in which everybody may write, with files that everybody may read and run. */
  write(name: string, files: Readonly<Record<string, string>> = {}): void {
    const folder = join(this.#folder, name);
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o777);
    for (const [file, text] of Object.entries(files))
      writeFileSync(join(folder, file), text, { mode: 0o755 });
  }

  /** Starts a container with a read-only root file system. */
  async run({ part, name, mounts, options = [], command = [] }: Run, network = this.#network): Promise<void> {
    const container = `${this.#name}-${name}`;
    const all = { ...mounts, '/run/tls': 'tls', '/etc/hosts': 'net/hosts' };
    const volumes = Object.entries(all).flatMap(([path, own]) => [
      '--volume',
      `${join(this.#folder, own)}:${path}`,
    ]);
    const fixed = [
      'run',
      '--detach',
      '--name',
      container,
      '--network',
      network,
      '--read-only',
      '--tmpfs',
      '/tmp',
    ];
    this.#started.unshift(container);
    await runContainer(this.#runtime, [
      ...fixed,
      ...volumes,
      ...options,
      imageReference(part, ROOT),
      ...command,
    ]);
  }

  /** Runs a program in a container and gives what it prints. */
  async exec(name: string, program: readonly string[], input = ''): Promise<string> {
    const { command, environment } = this.#runtime;
    const { stdout } = await execa(command, ['exec', '-i', `${this.#name}-${name}`, ...program], {
      input,
      env: environment,
    });
    return stdout;
  }

  logs(name: string): Promise<string> {
    return logsOf(this.#runtime, `${this.#name}-${name}`);
  }

  /** The end of each container's log, for who has to find out why a pod did not start. */
  async lastWords(): Promise<string> {
    const { command, environment } = this.#runtime;
    const logs = this.#started.map(async (container) => {
      const tail = ['logs', '--tail', '15', container];
      const { all } = await execa(command, tail, { env: environment, all: true, reject: false });
      return `${container}:\n${all}`;
    });
    return (await Promise.all(logs)).join('\n');
  }

  async end(): Promise<void> {
    // The others may have joined its network.
    const first = this.#started.slice(-1);
    for (const containers of [this.#started.slice(0, -1), first])
      await removeAtOnce((args) => runContainer(this.#runtime, args), containers);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** What a container has logged so far, each line behind its time. */
export async function logsOf({ command, environment }: Runtime, container: string): Promise<string> {
  const logs = ['logs', '--timestamps', container];
  const { all } = await execa(command, logs, { env: environment, all: true });
  return all;
}
