import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * The folder that keeps what is slow to make (node image, base image, kind, kubectl) between runs and clones:
 * `$XDG_CACHE_HOME/hopthu`, by default `~/.cache/hopthu`. It may be deleted at any time.
 */
export function cacheFolder(...below: string[]): string {
  const base = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const folder = join(base, 'hopthu', ...below);
  mkdirSync(folder, { recursive: true });
  return folder;
}
