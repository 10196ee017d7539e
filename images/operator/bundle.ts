/** Makes images/operator/build: the operator and the throttle as one file each, and the Node binary that runs them. */
import { chmodSync, copyFileSync, mkdirSync } from 'node:fs';
import { build } from 'esbuild';

const folder = new URL('build/', import.meta.url);
mkdirSync(folder, { recursive: true });
await build({
  entryPoints: {
    operator: new URL('../../operator/main.ts', import.meta.url).pathname,
    throttle: new URL('../../operator/throttle/main.ts', import.meta.url).pathname,
  },
  outdir: folder.pathname,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // Some dependencies are CommonJS and ask for `require` at run time.
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
copyFileSync(process.execPath, new URL('node', folder));
chmodSync(new URL('node', folder), 0o755);
