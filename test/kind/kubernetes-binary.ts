import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { contentHash } from '../../images/tag.ts';
import { cacheFolder } from './cache.ts';
import { ensureGo, goBuild } from './go.ts';
import { recipe } from './recipe.ts';
import { step } from './steps.ts';

const SOURCE = join(import.meta.dirname, 'node', 'kube');

function linkerFlags(): string {
  const [major, minor] = recipe.kubernetes.slice(1).split('.');
  return [
    `-X k8s.io/component-base/version.gitVersion=${recipe.kubernetes}`,
    `-X k8s.io/component-base/version.gitMajor=${major}`,
    `-X k8s.io/component-base/version.gitMinor=${minor}`,
    `-X k8s.io/client-go/pkg/version.gitVersion=${recipe.kubernetes}`,
  ].join(' ');
}

/**
 * Every part of Kubernetes, etcd and kubectl in one program that picks the part by its first argument: goes into
 * the node image, and gives the contract tests an API server. Built once (5–7 minutes), then kept in the cache.
 * @throws CommandFailed, MissingPrerequisites when it cannot be built
 */
export async function ensureKubernetesBinary(): Promise<string> {
  // Under its own name, by which it tells that the part is its first argument.
  const binary = join(cacheFolder('kubernetes', contentHash(SOURCE, recipe.kubernetes)), 'kube');
  if (existsSync(binary)) return binary;
  const go = await ensureGo();
  const unfinished = `${binary}.${process.pid}`;
  await step(`Building Kubernetes ${recipe.kubernetes} (minutes the first time)`, () =>
    goBuild(go, SOURCE, unfinished, linkerFlags()),
  );
  renameSync(unfinished, binary);
  return binary;
}
