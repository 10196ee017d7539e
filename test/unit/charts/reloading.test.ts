/** The script that runs beside each daemon, with daemons and folders that change as kubelet changes them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { renderFile } from '../../../charts/config/render.ts';
import { manifestsOf } from '../../support/manifests.ts';
import { socTrang } from '../../support/sites.ts';

let folder: string;
let daemon: ChildProcess | undefined;
let closed: Promise<unknown>;
let said: string;

beforeEach(() => {
  closed = Promise.resolve();
  folder = mkdtempSync(join(tmpdir(), 'hopthu-reloading-'));
  writeFileSync(join(folder, 'reloading'), renderFile('reloading', { seconds: 0.05 }));
  renew('first');
  symlinkSync('..data/tls.crt', join(folder, 'tls', 'tls.crt'));
});
afterEach(async () => {
  if (daemon?.pid !== undefined) process.kill(-daemon.pid);
  daemon = undefined;
  await closed;
  rmSync(folder, { recursive: true });
});

/** As kubelet does: the files are links through one link, which is replaced. */
function renew(text: string): void {
  const place = join(folder, 'tls', `..${text}`);
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'tls.crt'), text);
  symlinkSync(`..${text}`, join(folder, 'tls', '..new'));
  renameSync(join(folder, 'tls', '..new'), join(folder, 'tls', '..data'));
}

/** Resolves when the script has said something that matches. */
async function hears(pattern: RegExp): Promise<void> {
  while (!pattern.test(said)) await once(daemon?.stderr ?? process, 'data');
}

/** Resolves when the program runs, so that the script knows what it began with. */
async function start(command: string, program: string): Promise<void> {
  said = '';
  daemon = spawn(
    'sh',
    [join(folder, 'reloading'), command, join(folder, 'tls'), '--', 'sh', '-c', `echo runs >&2; ${program}`],
    {
      cwd: folder,
      detached: true,
    },
  );
  daemon.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  closed = once(daemon, 'close');
  await hears(/^runs$/m);
}

it('becomes the daemon, and tells it once of each change', async () => {
  await start('cp tls/tls.crt served; echo told >> count', 'echo daemon $$ > pid; exec sleep 60');
  renew('second');
  await hears(/read anew/);
  expect(readFileSync(join(folder, 'served'), 'utf8')).toBe('second');
  expect(readFileSync(join(folder, 'pid'), 'utf8')).toBe(`daemon ${daemon?.pid}\n`);
  renew('third');
  await hears(/read anew[\s\S]*read anew/);
  expect(readFileSync(join(folder, 'served'), 'utf8')).toBe('third');
  expect(readFileSync(join(folder, 'count'), 'utf8')).toBe('told\ntold\n');
});

it('tries again what failed, and says so', async () => {
  await start('test -e ready', 'exec sleep 60');
  renew('second');
  await hears(/"test -e ready" failed; it is tried again/);
  writeFileSync(join(folder, 'ready'), '');
  await hears(/read anew/);
});

it('ends as the daemon does', async () => {
  await start('true', 'read end; exit 3');
  daemon?.stdin?.end();
  const [code] = await once(daemon as ChildProcess, 'exit');
  expect(code).toBe(3);
});

it('is in the ConfigMap of every part whose pod mounts a certificate, but of the operator and the clerk, which read it at each use', () => {
  type Pod = { volumes: { secret?: { secretName: string } }[] };
  const manifests = manifestsOf(socTrang);
  const scripts = manifests.filter(
    (manifest) => 'reloading' in ((manifest['data'] ?? {}) as Record<string, string>),
  );
  const mounting = manifests.filter((manifest) => {
    const { template } = (manifest['spec'] ?? {}) as { template?: { spec: Pod } };
    return template?.spec.volumes.some(({ secret }) => secret?.secretName.endsWith('-tls'));
  });
  expect(
    [...scripts.map(({ metadata }) => metadata.name.replace(/-config$/, '')), 'operator', 'clerk'].sort(),
  ).toEqual(mounting.map(({ metadata }) => metadata.name).sort());
});
