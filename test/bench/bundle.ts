/** Programs of this folder as one file each, made as the operator's is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { singleFile } from '../../images/operator/single-file.ts';

/** Node's flags in the operator's image. */
export function imageFlags(): readonly string[] {
  const file = readFileSync(join(import.meta.dirname, '../../images/operator/Dockerfile'), 'utf8');
  const entrypoint: readonly string[] = JSON.parse(/^ENTRYPOINT (\[.*\])$/m.exec(file)?.[1] ?? '[]');
  return entrypoint.filter((word) => word.startsWith('--'));
}

export async function bundle(folder: string, programs: readonly string[]): Promise<void> {
  await build({
    entryPoints: programs.map((program) => join(import.meta.dirname, `${program}.ts`)),
    outdir: folder,
    ...singleFile,
  });
}
