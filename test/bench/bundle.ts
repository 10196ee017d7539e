/** Programs of this folder as one file each, made as images/operator/bundle.ts makes the operator's. */
import { join } from 'node:path';
import { build } from 'esbuild';

export async function bundle(folder: string, programs: readonly string[]): Promise<void> {
  await build({
    entryPoints: programs.map((program) => join(import.meta.dirname, `${program}.ts`)),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
}
