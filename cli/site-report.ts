/** What the operator tells of a site that no resource's status can carry. */
import { CoreV1Api, type KubeConfig } from '@kubernetes/client-node';
import type { HeldArchives } from '../operator/core/archive-retention.ts';
import type { GuardMemory } from '../operator/core/guard-memory.ts';
import type { Orphan } from '../operator/core/orphans.ts';
import { reportConfigMap } from '../operator/core/secrets.ts';
import { callKube } from './kube.ts';

export type Orphans = { readonly count: number; readonly orphans: readonly Orphan[] };
/** `hash` is absent while nothing is held. */
export type Held = {
  readonly hash?: string;
  readonly reason?: string;
  readonly lines?: readonly string[];
};

export type Told = {
  readonly orphans: Orphans;
  readonly held: Held;
  /** Absent where an older operator runs. */
  readonly archives?: HeldArchives;
  /** Absent where an older operator runs. */
  readonly guard?: GuardMemory;
};

/**
 * @returns undefined while the operator has told nothing yet
 * @throws Failed when the cluster refuses
 */
export async function readSiteReport(config: KubeConfig, namespace: string): Promise<Told | undefined> {
  const found = await callKube(`reading ConfigMap ${namespace}/${reportConfigMap}`, () =>
    config.makeApiClient(CoreV1Api).readNamespacedConfigMap({ namespace, name: reportConfigMap }),
  );
  const { orphans, held, archives, guard } = found?.data ?? {};
  if (orphans === undefined || held === undefined) return undefined;
  return {
    orphans: JSON.parse(orphans) as Orphans,
    held: JSON.parse(held) as Held,
    ...(archives === undefined ? {} : { archives: JSON.parse(archives) as HeldArchives }),
    ...(guard === undefined ? {} : { guard: JSON.parse(guard) as GuardMemory }),
  };
}
