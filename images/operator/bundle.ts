/** Makes images/operator/build: the operator, the throttle and the filter's metrics as one file each, and the Node binary that runs them. */
import { chmodSync, copyFileSync, mkdirSync } from 'node:fs';
import { build } from 'esbuild';
import { singleFile } from './single-file.ts';

const folder = new URL('build/', import.meta.url);
mkdirSync(folder, { recursive: true });
await build({
  entryPoints: {
    operator: new URL('../../operator/main.ts', import.meta.url).pathname,
    throttle: new URL('../../operator/throttle/main.ts', import.meta.url).pathname,
    filter: new URL('../../operator/filter/main.ts', import.meta.url).pathname,
  },
  outdir: folder.pathname,
  ...singleFile,
});
copyFileSync(process.execPath, new URL('node', folder));
chmodSync(new URL('node', folder), 0o755);
