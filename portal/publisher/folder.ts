/** The published files on a volume: a folder for each state, and the link `current` to the present one. */
import { mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isState, type Target } from './publish.ts';

/** The name by which others find the present state. */
const current = 'current';
/** Of a state that is being written. */
const unfinished = '.part';

export function folderTarget(root: string): Target {
  const part = (state: string) => join(root, `${state}${unfinished}`);
  return {
    async clean() {
      for (const name of await readdir(root))
        if (name.endsWith(unfinished)) await rm(join(root, name), { recursive: true });
    },
    async write(state, { path, text }) {
      const file = join(part(state), path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text, { flush: true });
    },
    async show(state) {
      await rename(part(state), join(root, state));
      // A link cannot be altered, but replaced by another at once.
      const link = join(root, `${current}${unfinished}`);
      await symlink(state, link);
      await rename(link, join(root, current));
    },
    async states() {
      return (await readdir(root)).filter(isState);
    },
    async remove(state) {
      await rm(join(root, state), { recursive: true });
    },
  };
}
