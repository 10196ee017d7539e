/** Makes images/operator/build: the operator as one file, and the Node binary that runs it. */
import { chmodSync, copyFileSync, mkdirSync } from 'node:fs';
import { build } from 'esbuild';

const folder = new URL('build/', import.meta.url);
mkdirSync(folder, { recursive: true });
await build({
  entryPoints: [new URL('../../operator/main.ts', import.meta.url).pathname],
  outfile: new URL('operator.mjs', folder).pathname,
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
