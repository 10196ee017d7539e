/** The handbooks as the portal's image holds them: chapters, and the pictures that they show. */
import { copyFileSync, globSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param root of the project
 * @param folder that is made anew
 */
export function copyHandbook(root: string, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'pictures'), { recursive: true });
  for (const name of globSync('*.md', { cwd: join(root, 'handbook') })) {
    const path = join(root, 'handbook', name);
    copyFileSync(path, join(folder, name));
    for (const [, picture = ''] of readFileSync(path, 'utf8').matchAll(
      /\]\(\.\.\/docs\/images\/([\w-]+\.png)\)/g,
    ))
      copyFileSync(join(root, 'docs/images', picture), join(folder, 'pictures', picture));
  }
}
