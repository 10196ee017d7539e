import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { attempt, run } from './command.ts';

/** The program that runs containers here, with what its calls (and those of kind) need in their environment. */
export interface Runtime {
  readonly command: 'docker' | 'podman';
  readonly environment: Readonly<Record<string, string>>;
}

const CONTAINERS_CONF = join(import.meta.dirname, 'containers.conf');
const CAP_SYS_RESOURCE = 24n;

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/**
 * Whether podman needs the settings of `containers.conf`: the machine is on cgroup version 1, where crun and
 * systemd's cgroup driver fail, or may not raise resource limits, where podman's default ulimits fail.
 */
function isRestricted(): boolean {
  if (process.platform !== 'linux') return false;
  const capabilities = /^CapEff:\s*([0-9a-f]+)$/m.exec(read('/proc/self/status'))?.[1] ?? '0';
  const mayRaiseLimits = ((BigInt(`0x${capabilities}`) >> CAP_SYS_RESOURCE) & 1n) === 1n;
  const isRoot = process.getuid?.() === 0;
  return read('/sys/fs/cgroup/cgroup.controllers') === '' || (isRoot && !mayRaiseLimits);
}

/** Whether `docker` is Docker with a daemon that answers, not podman under that name or a client alone. */
async function dockerAnswers(): Promise<boolean> {
  const version = await attempt('docker', ['--version']);
  if (version === undefined || /podman/i.test(version)) return false;
  return (await attempt('docker', ['info'], { timeoutSeconds: 15 })) !== undefined;
}

/**
 * Docker where its daemon answers, else podman, else nothing. `KIND_EXPERIMENTAL_PROVIDER`, which kind reads
 * too, asks for one of them.
 */
export async function findRuntime(): Promise<Runtime | undefined> {
  const asked = process.env.KIND_EXPERIMENTAL_PROVIDER;
  if (asked !== 'podman' && (await dockerAnswers())) {
    return { command: 'docker', environment: { KIND_EXPERIMENTAL_PROVIDER: 'docker' } };
  }
  if (asked !== 'docker' && (await attempt('podman', ['--version'])) !== undefined) {
    const settings = isRestricted() ? { CONTAINERS_CONF } : {};
    return { command: 'podman', environment: { KIND_EXPERIMENTAL_PROVIDER: 'podman', ...settings } };
  }
  return undefined;
}

/** Calls the container program and gives its standard output. */
export function runContainer(runtime: Runtime, args: readonly string[], cwd?: string): Promise<string> {
  return run(runtime.command, args, { env: runtime.environment, ...(cwd === undefined ? {} : { cwd }) });
}

/** Whether the local storage holds the image. */
export async function imageExists(runtime: Runtime, reference: string): Promise<boolean> {
  const found = await attempt(runtime.command, ['image', 'inspect', reference], { env: runtime.environment });
  return found !== undefined;
}

/** Writes images into one archive that `load`, `kind load image-archive` and `ctr images import` read. */
export async function saveImages(
  runtime: Runtime,
  references: readonly string[],
  archive: string,
): Promise<void> {
  const several = runtime.command === 'podman' ? ['--multi-image-archive'] : [];
  await runContainer(runtime, ['save', ...several, '--output', archive, ...references]);
}
