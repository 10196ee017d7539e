import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { imageReference, LOCAL_REGISTRY, type Part } from '../../images/tag.ts';
import { ensureBaseImage } from './debian-base.ts';
import { imageExists, type Runtime, runContainer } from './runtime.ts';
import { step } from './steps.ts';

/** The root folder of the project. */
export const ROOT = join(import.meta.dirname, '..', '..');

export interface BuildOptions {
  /** Prefix of the names, `localhost` where the images stay on this machine. */
  readonly registryPrefix?: string;
}

/** A build context that is not complete. */
export class MissingContext extends Error {
  override readonly name = 'MissingContext';
}

/**
 * Builds the images of some parts from `images/<part>/Dockerfile` on the common base, where the local storage
 * does not hold them already. The operator's bundle must be in `images/operator/build/` before.
 * @returns the full names of the images, in the order of the parts
 * @throws MissingContext, CommandFailed
 */
export async function buildImages(
  runtime: Runtime,
  parts: readonly Part[],
  { registryPrefix = LOCAL_REGISTRY }: BuildOptions = {},
): Promise<string[]> {
  const references: string[] = [];
  for (const part of parts) {
    const context = join(ROOT, 'images', part);
    if (!existsSync(join(context, 'Dockerfile')))
      throw new MissingContext(`images/${part}/Dockerfile does not exist.`);
    const reference = imageReference(part, ROOT, registryPrefix);
    references.push(reference);
    if (await imageExists(runtime, reference)) continue;
    const base = await ensureBaseImage(runtime);
    await step(`Building the image ${part}`, () =>
      runContainer(runtime, ['build', '--build-arg', `BASE=${base}`, '--tag', reference, context]),
    );
  }
  return references;
}
