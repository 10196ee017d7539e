import { chmodSync, cpSync, existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cache.ts';
import { attempt, run } from './command.ts';
import { ensureCommands } from './packages.ts';
import { step } from './steps.ts';

/** What Kubernetes 1.35 asks for; fetched from the Go module proxy where the machine's Go is older. */
const GO_VERSION = '1.25.5';
/** From this version on Go fetches a newer toolchain by itself. */
const SELF_UPDATING = 21;

/** A Go command and the environment to call it with. */
export interface GoTool {
  readonly command: string;
  readonly environment: Readonly<Record<string, string>>;
}

const ENVIRONMENT = { GOTOOLCHAIN: 'auto', GOFLAGS: '-buildvcs=false', CGO_ENABLED: '0', GOWORK: 'off' };

async function machineGoMinor(): Promise<number | undefined> {
  const version = await attempt('go', ['env', 'GOVERSION'], { env: { GOTOOLCHAIN: 'local' } });
  const minor = /^go1\.(\d+)/.exec(version ?? '')?.[1];
  return minor === undefined ? undefined : Number(minor);
}

function makeExecutable(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) chmodSync(path, 0o755);
    else if (/\/(bin|pkg\/tool)\//.test(path)) chmodSync(path, statSync(path).mode | 0o755);
  }
}

/** An old Go cannot switch toolchains, but it can download one as a module, checked against Go's checksum database. */
async function downloadToolchain(): Promise<string> {
  const folder = join(cacheFolder(), `go-${GO_VERSION}`);
  if (!existsSync(folder)) {
    await step(`Downloading Go ${GO_VERSION}`, async () => {
      const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
      const module = `golang.org/toolchain@v0.0.1-go${GO_VERSION}.${process.platform}-${architecture}`;
      const downloaded: unknown = JSON.parse(
        await run('go', ['mod', 'download', '-json', module], { cwd: '/' }),
      );
      const source = (downloaded as { Dir: string }).Dir;
      const unfinished = `${folder}.unfinished`;
      cpSync(source, unfinished, { recursive: true });
      makeExecutable(unfinished);
      renameSync(unfinished, folder);
    });
  }
  return join(folder, 'bin', 'go');
}

/**
 * Finds or installs Go, good enough to build kind and Kubernetes.
 * @throws MissingPrerequisites where there is no Go and it is not ours to install
 */
export async function ensureGo(): Promise<GoTool> {
  await ensureCommands([
    {
      command: 'go',
      why: 'builds kind and the node image',
      packages: { debian: ['golang-go', 'ca-certificates'], fedora: 'golang', brew: 'go' },
    },
  ]);
  const minor = (await machineGoMinor()) ?? 0;
  if (minor >= SELF_UPDATING) return { command: 'go', environment: ENVIRONMENT };
  return { command: await downloadToolchain(), environment: ENVIRONMENT };
}

/** `go install PACKAGE@VERSION` into a folder, where the program is whole as soon as it is there: others look whether it is. */
export async function goInstall(go: GoTool, module: string, folder: string): Promise<void> {
  const unfinished = join(folder, `unfinished.${process.pid}`);
  await run(go.command, ['install', '-trimpath', '-ldflags=-s -w', module], {
    cwd: '/',
    env: { ...go.environment, GOBIN: unfinished },
  });
  for (const name of readdirSync(unfinished)) renameSync(join(unfinished, name), join(folder, name));
  rmSync(unfinished, { recursive: true });
}

/** Builds the main package in a folder of Go source into one static binary. */
export async function goBuild(go: GoTool, source: string, binary: string, linkerFlags = ''): Promise<void> {
  await run(go.command, ['build', '-trimpath', `-ldflags=-s -w ${linkerFlags}`.trim(), '-o', binary, '.'], {
    cwd: source,
    env: { ...go.environment },
  });
}
