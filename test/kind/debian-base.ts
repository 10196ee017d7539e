import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BASE_RECIPE, BASE_REFERENCE } from '../../images/tag.ts';
import { cacheFolder } from './cache.ts';
import { run } from './command.ts';
import { ensureCommands } from './packages.ts';
import { MMDEBSTRAP } from './prerequisites.ts';
import { registryAnswers } from './registry.ts';
import { imageExists, type Runtime, runContainer } from './runtime.ts';
import { step } from './steps.ts';

/** What Debian's own slim images leave out, licences excepted. */
const LEFT_OUT = [
  'path-exclude=/usr/share/doc/*',
  'path-include=/usr/share/doc/*/copyright',
  ...['groff', 'info', 'lintian', 'linda', 'locale', 'man'].map(
    (folder) => `path-exclude=/usr/share/${folder}/*`,
  ),
];

/** Gigabytes of runs that were killed. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(cacheFolder())) {
    const pid = /^work-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid)))
      await rm(join(cacheFolder(), name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** A folder for large files of one piece of work, removed at its end. */
export async function withWorkFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  await removeAbandoned();
  const folder = await mkdtemp(join(cacheFolder(), `work-${process.pid}-`));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Makes an image of a Debian release with the given packages from a Debian mirror, without a registry. */
export async function bootstrapImage(
  runtime: Runtime,
  reference: string,
  suite: string,
  packages: readonly string[],
): Promise<void> {
  await ensureCommands([MMDEBSTRAP]);
  await withWorkFolder(async (folder) => {
    const archive = join(folder, 'base.tar');
    const options = [
      '--variant=minbase',
      `--include=${packages.join(',')}`,
      ...LEFT_OUT.map((line) => `--dpkgopt=${line}`),
    ];
    await run('mmdebstrap', [...options, suite, archive]);
    await runContainer(runtime, ['import', archive, reference]);
  });
}

/** Makes sure that the base of the images is in the local storage: pulled where that is possible, else made. */
export async function ensureBaseImage(runtime: Runtime): Promise<string> {
  if (await imageExists(runtime, BASE_REFERENCE)) return BASE_REFERENCE;
  await step('Making the base image from Debian 13 packages', async () => {
    const { suite, packages } = BASE_RECIPE;
    if (await registryAnswers('registry-1.docker.io')) await pullBase(runtime, suite, packages);
    else await bootstrapImage(runtime, BASE_REFERENCE, suite, packages);
  });
  return BASE_REFERENCE;
}

async function pullBase(runtime: Runtime, suite: string, packages: readonly string[]): Promise<void> {
  await withWorkFolder(async (folder) => {
    const dockerfile = [
      `FROM docker.io/library/debian:${suite}-slim`,
      `RUN apt-get update && apt-get install -y --no-install-recommends ${packages.join(' ')} && rm -rf /var/lib/apt/lists/*`,
    ].join('\n');
    await run(runtime.command, ['build', '--tag', BASE_REFERENCE, '--file', '-', folder], {
      env: runtime.environment,
      input: dockerfile,
    });
  });
}
