import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { attempt, run } from './command.ts';
import { step } from './steps.ts';

/** A program that the project needs on the machine, and the names of the packages that bring it. */
export interface Requirement {
  readonly command: string;
  /** Arguments of a call that succeeds where the command can do what is asked of it. */
  readonly trial?: readonly string[];
  readonly why: string;
  readonly packages: { readonly debian: readonly string[]; readonly fedora: string; readonly brew?: string };
  /** An answer for debconf-set-selections(1), so that the package sets up nothing by itself. */
  readonly debconf?: string;
}

/** Something that the machine lacks and that is not ours to install; the message holds the commands to type. */
export class MissingPrerequisites extends Error {
  override readonly name = 'MissingPrerequisites';
}

type Family = 'debian' | 'fedora' | 'brew' | 'unknown';

function machineFamily(): Family {
  if (process.platform === 'darwin') return 'brew';
  let release: string;
  try {
    release = readFileSync('/etc/os-release', 'utf8');
  } catch {
    return 'unknown';
  }
  const ids = [...release.matchAll(/^ID(?:_LIKE)?="?([^"\n]*)"?$/gm)].flatMap((match) =>
    (match[1] ?? '').split(' '),
  );
  if (ids.includes('debian')) return 'debian';
  if (ids.includes('fedora') || ids.includes('rhel')) return 'fedora';
  return 'unknown';
}

function installCommands(family: Family, missing: readonly Requirement[]): string[] {
  switch (family) {
    case 'debian': {
      const packages = missing.flatMap((requirement) => requirement.packages.debian);
      return ['sudo apt-get update', `sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`];
    }
    case 'fedora':
      return [`sudo dnf install -y ${missing.map((requirement) => requirement.packages.fedora).join(' ')}`];
    case 'brew':
      return missing.map(({ command, packages }) =>
        packages.brew === undefined
          ? `# ${command}: not available here, use a Debian machine`
          : `brew install ${packages.brew}`,
      );
    case 'unknown':
      return missing.map(({ command, why }) => `# install ${command} (${why})`);
  }
}

/** Whether a program is on PATH or in the folders of the administrator. */
async function commandExists(command: string): Promise<boolean> {
  const path = `${process.env.PATH ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`;
  return (await attempt('sh', ['-c', 'command -v "$0"', command], { env: { PATH: path } })) !== undefined;
}

/**
 * Makes sure that the programs are there: on Debian as root it installs their packages, elsewhere it only
 * tells how.
 * @throws MissingPrerequisites with the exact commands where it does not install
 */
export async function ensureCommands(requirements: readonly Requirement[]): Promise<void> {
  const missing: Requirement[] = [];
  for (const requirement of requirements) {
    const { command, trial } = requirement;
    const serves =
      (await commandExists(command)) && (!trial || (await attempt(command, trial)) !== undefined);
    if (!serves) missing.push(requirement);
  }
  if (missing.length === 0) return;
  const family = machineFamily();
  if (family !== 'debian' || process.getuid?.() !== 0)
    throw lacking(missing, installCommands(family, missing));
  const packages = missing.flatMap((requirement) => requirement.packages.debian);
  await step(`Installing ${packages.join(', ')}`, async () => {
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['update', '-q'], { env });
    const answers = missing.flatMap(({ debconf }) => debconf ?? []);
    if (answers.length > 0) await run('debconf-set-selections', [], { input: `${answers.join('\n')}\n` });
    await withoutServices(() =>
      run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages], { env }),
    );
  });
}

const servicePolicy = '/usr/sbin/policy-rc.d';

/** Programs are wanted, not daemons: for the time of `install` Debian is told to start none (invoke-rc.d(8)). */
async function withoutServices(install: () => Promise<unknown>): Promise<void> {
  const isOurs = !existsSync(servicePolicy);
  if (isOurs) writeFileSync(servicePolicy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await install();
  } finally {
    if (isOurs) rmSync(servicePolicy);
  }
}

function lacking(missing: readonly Requirement[], commands: readonly string[]): MissingPrerequisites {
  const list = missing.map(({ command, why }) => `  ${command}: ${why}`);
  return new MissingPrerequisites(
    ['This machine lacks:', ...list, 'Install it with:', ...commands.map((line) => `  ${line}`)].join('\n'),
  );
}
