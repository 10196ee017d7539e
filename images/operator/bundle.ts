/** Makes images/operator/build: the operator and the throttle as one file each, and the Node binary that runs them. */
import { chmodSync, copyFileSync, mkdirSync } from 'node:fs';
import { bundle } from './single-file.ts';

const folder = new URL('build/', import.meta.url);
const program = (name: string) => new URL(`../../operator/${name}`, import.meta.url).pathname;
mkdirSync(folder, { recursive: true });
await bundle({ operator: program('main.ts'), throttle: program('throttle/main.ts') }, folder.pathname);
copyFileSync(process.execPath, new URL('node', folder));
chmodSync(new URL('node', folder), 0o755);
