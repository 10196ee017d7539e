/** The YAML files below a folder, as they are on disk. */
import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileFault, WrongInput } from '../failure.ts';
import type { SourceFile } from './manifest.ts';

/** Does a file of this path hold manifests? Folders with a dot, such as `.github`, do not. */
export function holdsManifests(path: string): boolean {
  return /\.ya?ml$/.test(path) && !/(^|\/)\.[^/.]/.test(path);
}

/**
 * @param path of a folder, or of one file
 * @throws WrongInput when it cannot be read as a whole
 */
export function readFolder(path: string): readonly SourceFile[] {
  try {
    if (statSync(path).isFile()) return [{ path, text: readFileSync(path, 'utf8') }];
    return filesBelow(path, '').map((file) => {
      const shown = join(path, file);
      return { path: shown, text: readFileSync(shown, 'utf8') };
    });
  } catch (error) {
    const reason = fileFault(error);
    const where = (error as NodeJS.ErrnoException).path ?? path;
    throw new WrongInput(`cannot read ${where}: ${reason}`);
  }
}

/** Relative paths, sorted. */
function filesBelow(root: string, folder: string): readonly string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  return entries.sort(byName).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return entry.name.startsWith('.') ? [] : filesBelow(root, path);
    if (!holdsManifests(path)) return [];
    if (entry.isFile()) return [path];
    throw notAFile(join(root, path));
  });
}

/** A link may lead out of what is reviewed; left out, its resources would seem deleted. */
export function notAFile(path: string): WrongInput {
  return new WrongInput(`${path} is not a plain file: links are not followed`);
}

function byName(a: Dirent, b: Dirent): number {
  return a.name < b.name ? -1 : 1;
}
