import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cache.ts';
import { attempt } from './command.ts';
import { ensureGo, goInstall } from './go.ts';
import { ensureCommands, MissingPrerequisites, type Requirement } from './packages.ts';
import { findRuntime, type Runtime } from './runtime.ts';
import { step } from './steps.ts';

const KIND_VERSION = 'v0.33.0';

/** What every call on a cluster needs. */
export interface Tools {
  readonly runtime: Runtime;
  /** The kind program. */
  readonly kind: string;
}

/** What only making images from Debian packages needs. */
export const MMDEBSTRAP: Requirement = {
  command: 'mmdebstrap',
  why: 'makes the base of the images from Debian packages',
  packages: { debian: ['mmdebstrap', 'debian-archive-keyring'], fedora: 'mmdebstrap' },
};

const CONTAINERS: readonly Requirement[] = [
  {
    command: 'podman',
    why: 'runs the cluster and builds images (Docker with a running daemon will do as well)',
    packages: { debian: ['podman'], fedora: 'podman', brew: 'podman' },
  },
  { command: 'runc', why: 'runs containers', packages: { debian: ['runc'], fedora: 'runc' } },
];

async function ensureRuntime(): Promise<Runtime> {
  const present = await findRuntime();
  if (present !== undefined) return present;
  await ensureCommands(CONTAINERS);
  const installed = await findRuntime();
  if (installed === undefined) {
    throw new MissingPrerequisites(
      'KIND_EXPERIMENTAL_PROVIDER asks for docker, whose daemon does not answer: start it, or unset that variable.',
    );
  }
  return installed;
}

/** kind mounts the host's /lib/modules into the node; a machine without kernel modules has none. */
function ensureModulesFolder(): void {
  if (process.platform !== 'linux' || existsSync('/lib/modules')) return;
  if (process.getuid?.() !== 0) {
    throw new MissingPrerequisites(
      'kind needs the folder /lib/modules, which may be empty:\n  sudo mkdir /lib/modules',
    );
  }
  mkdirSync('/lib/modules');
}

const ownKind = (): string => join(cacheFolder('bin'), 'kind');

async function findKind(): Promise<string | undefined> {
  for (const candidate of ['kind', ownKind()]) {
    const version = await attempt(candidate, ['version']);
    if (version?.split(' ')[1] === KIND_VERSION) return candidate;
  }
  return undefined;
}

async function ensureKind(): Promise<string> {
  const found = await findKind();
  if (found !== undefined) return found;
  const go = await ensureGo();
  await step(`Installing kind ${KIND_VERSION}`, () =>
    goInstall(go, `sigs.k8s.io/kind@${KIND_VERSION}`, cacheFolder('bin')),
  );
  return ownKind();
}

/** The tools if all are there already; without them there is no cluster of ours either. Installs nothing. */
export async function findTools(): Promise<Tools | undefined> {
  const runtime = await findRuntime();
  const kind = await findKind();
  return runtime === undefined || kind === undefined ? undefined : { runtime, kind };
}

/**
 * Checks what the machine lacks to start a cluster: a container program, kind, and what they need. On Debian
 * as root it installs it; elsewhere it stops with the commands that do.
 * @throws MissingPrerequisites
 */
export async function ensureTools(): Promise<Tools> {
  const runtime = await ensureRuntime();
  ensureModulesFolder();
  return { runtime, kind: await ensureKind() };
}
