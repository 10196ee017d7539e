/** The YAML files of a folder as a commit has them. Nothing is checked out: only git's objects are read. */
import { realpathSync, statSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { ExecaError, execa } from 'execa';
import { WrongInput } from '../failure.ts';
import { holdsManifests, notAFile } from './folder.ts';
import type { SourceFile } from './manifest.ts';

type Blob = { readonly path: string; readonly object: string };

/**
 * @param ref a branch, tag or commit of the repository that holds `path`
 * @param path of a folder or file in a work tree; it need not be in the commit
 * @throws WrongInput when there is no such commit, or git cannot read it
 */
export async function readGit(ref: string, path: string): Promise<readonly SourceFile[]> {
  const real = realpathSync(path);
  const cwd = statSync(real).isDirectory() ? real : dirname(real);
  const top = (await git(cwd, ['rev-parse', '--show-toplevel'])).trim();
  const commit = await commitOf(cwd, ref);
  const below = relative(realpathSync(top), real).split('\\').join('/');
  const listed = await git(cwd, [
    'ls-tree',
    '-r',
    '-z',
    '--full-tree',
    commit,
    ...(below === '' ? [] : ['--', below]),
  ]);
  const blobs = listed.split('\0').flatMap((line) => blobOf(line, ref, below));
  const texts = await contentsOf(cwd, blobs);
  return blobs.map((blob, index) => ({ path: `${ref}:${blob.path}`, text: texts[index] ?? '' }));
}

async function commitOf(cwd: string, ref: string): Promise<string> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`];
  try {
    return (await git(cwd, args)).trim();
  } catch (error) {
    if (!(error instanceof WrongInput)) throw error;
    throw new WrongInput(
      `--base ${ref}: neither a folder nor a commit here: name a branch, and fetch it where the clone is shallow`,
    );
  }
}

/** A line of `git ls-tree`: `100644 blob 3b18e5… TAB path`. */
function blobOf(line: string, ref: string, below: string): readonly Blob[] {
  const match = /^(\d{6}) (\w+) ([0-9a-f]+)\t(.*)$/s.exec(line);
  const [, mode = '', type = '', object = '', path = ''] = match ?? [];
  const inside = path.startsWith(`${below}/`) ? path.slice(below.length + 1) : path;
  if (type !== 'blob' || !(holdsManifests(inside) || path === below)) return [];
  if (mode === '120000') throw notAFile(`${ref}:${path}`);
  return [{ path, object }];
}

/** All contents by one process, in the order of `blobs`. */
async function contentsOf(cwd: string, blobs: readonly Blob[]): Promise<readonly string[]> {
  if (blobs.length === 0) return [];
  const input = blobs.map(({ object }) => `${object}\n`).join('');
  const { stdout } = await run(cwd, ['cat-file', '--batch'], { input, encoding: 'buffer' });
  const bytes = Buffer.from(stdout as Uint8Array);
  let offset = 0;
  // Each answer is `<object> blob <size>`, a line feed, the content, a line feed.
  return blobs.map(({ path }) => {
    const end = bytes.indexOf('\n', offset);
    const size = Number(bytes.toString('latin1', offset, end).split(' ')[2]);
    if (end < 0 || !Number.isInteger(size)) throw new WrongInput(`git cannot read ${path}: fetch it first`);
    offset = end + 1 + size + 1;
    return bytes.toString('utf8', end + 1, end + 1 + size);
  });
}

async function git(cwd: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run(cwd, args, { stripFinalNewline: false });
  return stdout as string;
}

type RunOptions = {
  readonly input?: string;
  readonly encoding?: 'buffer';
  readonly stripFinalNewline?: boolean;
};

async function run(cwd: string, args: readonly string[], options: RunOptions) {
  try {
    return await execa('git', [...args], { cwd, maxBuffer: 2 ** 30, ...options });
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error;
    const [reason = ''] = String(error.stderr ?? '')
      .trim()
      .split('\n');
    throw new WrongInput(`git ${args[0]}: ${reason || error.shortMessage}`);
  }
}
