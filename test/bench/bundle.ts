/** Programs of this folder as one file each, made and run as the operator's is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from '../../images/operator/single-file.ts';

const dockerfile = readFileSync(join(import.meta.dirname, '../../images/operator/Dockerfile'), 'utf8');

/** Node's flags in the operator's image. */
export function imageFlags(): readonly string[] {
  const entrypoint: readonly string[] = JSON.parse(/^ENTRYPOINT (\[.*\])$/m.exec(dockerfile)?.[1] ?? '[]');
  return entrypoint.filter((word) => word.startsWith('--'));
}

/** Environment of the operator's image. */
export function imageEnvironment(): Readonly<Record<string, string>> {
  const settings = /^ENV (.*)$/m.exec(dockerfile)?.[1]?.split(' ') ?? [];
  return Object.fromEntries(settings.map((setting) => setting.split('=') as [string, string]));
}

export async function bundlePrograms(folder: string, programs: readonly string[]): Promise<void> {
  const files = programs.map((program) => [program, join(import.meta.dirname, `${program}.ts`)] as const);
  await bundle(Object.fromEntries(files), folder);
}
