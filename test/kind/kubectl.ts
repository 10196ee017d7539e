import { chmodSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { cacheFolder } from './cache.ts';
import { attempt } from './command.ts';
import { MissingPrerequisites } from './packages.ts';
import type { Runtime } from './runtime.ts';

/** kubectl serves API servers one minor version away; ours are 1.35. */
const OLDEST_MINOR = 34;

const own = (): string => join(cacheFolder('bin'), 'kubectl');

async function isRecent(command: string): Promise<boolean> {
  const version = await attempt(command, ['version', '--client', '--output=json']);
  if (version === undefined) return false;
  const minor = /"minor": *"(\d+)/.exec(version)?.[1];
  return minor !== undefined && Number(minor) >= OLDEST_MINOR;
}

/** The kubectl to call: the machine's own when it is recent, else the one taken from a cluster's node before. */
export async function findKubectl(): Promise<string | undefined> {
  for (const candidate of ['kubectl', own()]) {
    if (await isRecent(candidate)) return candidate;
  }
  return undefined;
}

/** Finds kubectl, or takes it out of a running node, which always holds the one of its own version. */
export async function ensureKubectl(runtime: Runtime, node: string): Promise<string> {
  const found = await findKubectl();
  if (found !== undefined) return found;
  const cat = ['exec', node, 'sh', '-c', 'cat "$(command -v kubectl)"'];
  const unfinished = `${own()}.${process.pid}`;
  await execa(runtime.command, cat, {
    stdout: { file: unfinished },
    buffer: false,
    env: runtime.environment,
  });
  chmodSync(unfinished, 0o755);
  renameSync(unfinished, own());
  if (!(await isRecent(own()))) {
    throw new MissingPrerequisites(
      `The node ${node} holds no kubectl of 1.${OLDEST_MINOR} or later: install kubectl 1.35.`,
    );
  }
  return own();
}
