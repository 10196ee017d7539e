/** How a program of ours becomes one file that Node alone runs: in the image, and where it is measured. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type BuildOptions, build } from 'esbuild';

const singleFile = {
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // Some dependencies are CommonJS and ask for `require` and `__dirname` at run time.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url); const __dirname = import.meta.dirname;",
  },
  logLevel: 'warning',
} as const satisfies BuildOptions;

/** Writes each program as `<name>.mjs` into a folder; gives the paths of all that went into them. */
export async function bundle(
  entryPoints: Readonly<Record<string, string>>,
  folder: string,
): Promise<readonly string[]> {
  const { outputFiles, metafile } = await build({
    ...singleFile,
    entryPoints: { ...entryPoints },
    outdir: folder,
    write: false,
    metafile: true,
  });
  for (const { path, text } of outputFiles) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, asciiOnly(text));
  }
  return Object.keys(metafile.inputs);
}

/** Node keeps the source in memory, and where one character is not Latin twice as much of it: 9 MiB. */
function asciiOnly(source: string): string {
  return source.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
