import { existsSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { contentHash } from '../../images/tag.ts';
import { cacheFolder } from './cache.ts';
import { attempt, CommandFailed } from './command.ts';
import { buildNodeImage, NODE_RECIPE } from './node-build.ts';
import { registryAnswers } from './registry.ts';
import { imageExists, type Runtime, runContainer, saveImages } from './runtime.ts';
import { step } from './steps.ts';

/** kind v0.33.0's own image of Kubernetes 1.35.8, as its release notes name it. */
const PUBLISHED =
  'docker.io/kindest/node@sha256:07b2536e30b803ed61d1677a79df6115f798ce64c80f9e22f6ed45afd09323c0';

/** A node image, and whether its recipe is ours (it then brings its own network plugin and no systemd). */
export interface NodeImage {
  readonly reference: string;
  readonly isOwn: boolean;
}

async function hasOwnLabel(runtime: Runtime, reference: string): Promise<boolean> {
  const format = '{{index .Config.Labels "hopthu.io/node"}}';
  const inspect = ['image', 'inspect', '--format', format, reference];
  return (await attempt(runtime.command, inspect, { env: runtime.environment })) === 'own';
}

async function pull(runtime: Runtime): Promise<boolean> {
  if (!(await registryAnswers('registry-1.docker.io'))) return false;
  try {
    await step('Pulling the node image of Kubernetes 1.35', () =>
      runContainer(runtime, ['pull', '--quiet', PUBLISHED]),
    );
    return true;
  } catch (error) {
    if (error instanceof CommandFailed) return false;
    throw error;
  }
}

/** Saves the image as the one archive in its folder: those of older recipes are of no more use. */
async function keep(runtime: Runtime, reference: string, archive: string): Promise<void> {
  await saveImages(runtime, [reference], `${archive}.unfinished`);
  for (const old of await readdir(dirname(archive))) {
    if (old.endsWith('.tar')) await rm(join(dirname(archive), old));
  }
  await rename(`${archive}.unfinished`, archive);
}

/**
 * Gives a node image that the local storage holds. `KIND_NODE_IMAGE` names another; else it is kind's own where
 * that can be pulled, else one built from Debian packages and Go modules: about ten minutes once, then kept in
 * the cache as an archive under a tag made from its recipe.
 * @throws CommandFailed, MissingPrerequisites when it can be neither pulled nor built
 */
export async function ensureNodeImage(runtime: Runtime): Promise<NodeImage> {
  const named = process.env.KIND_NODE_IMAGE;
  if (named !== undefined && named !== '')
    return { reference: named, isOwn: await hasOwnLabel(runtime, named) };
  const built = { reference: `localhost/hopthu-node:${contentHash(NODE_RECIPE)}`, isOwn: true };
  if (await imageExists(runtime, built.reference)) return built;
  if (await imageExists(runtime, PUBLISHED)) return { reference: PUBLISHED, isOwn: false };

  const archive = join(cacheFolder('node'), `${built.reference.split(':')[1]}.tar`);
  if (existsSync(archive)) {
    await step('Loading the node image from the cache', () =>
      runContainer(runtime, ['load', '--input', archive]),
    );
    return built;
  }
  if (await pull(runtime)) return { reference: PUBLISHED, isOwn: false };
  await buildNodeImage(runtime, built.reference);
  await step('Keeping the node image in the cache', () => keep(runtime, built.reference, archive));
  return built;
}
