import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Versions of everything in the node image. Read, not imported: jest loses the attribute that a JSON module needs. */
export const recipe: {
  readonly kubernetes: string;
  readonly etcd: string;
  readonly coredns: string;
  readonly pause: string;
  readonly localPathProvisioner: string;
  readonly kubeRouter: string;
  readonly packages: readonly string[];
} = JSON.parse(readFileSync(join(import.meta.dirname, 'node', 'recipe.json'), 'utf8'));
