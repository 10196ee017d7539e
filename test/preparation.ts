/** What the later stages need besides the checkout. It is made while the first ones run: those need none of it, and it is mostly waiting. */
import { prepareCluster } from './e2e/support/cluster.ts';
import { ensureKubernetesBinary } from './kind/kubernetes-binary.ts';
import { ensureCommands } from './kind/packages.ts';
import { ensureTools } from './kind/prerequisites.ts';
import { bundleOperator, ensureImages } from './kind/up.ts';
import { contractPrograms, journeyPrograms } from './programs.ts';

/** Each rejects with what is missing; who awaits neither is not told. */
export type Prepared = {
  /** Programs and images. */
  readonly machine: Promise<void>;
  /** The journeys' cluster, with every site. */
  readonly cluster: Promise<void>;
};

/** Begins at once: one thing after the other, so that no two install packages or build the same image. */
export function prepare(wanted: { readonly contract: boolean; readonly journeys: boolean }): Prepared {
  const machine = wanted.contract || wanted.journeys ? prepareMachine(wanted) : Promise.resolve();
  const cluster = wanted.journeys ? machine.then(prepareCluster) : Promise.resolve();
  for (const promise of [machine, cluster]) promise.catch(() => undefined);
  return { machine, cluster };
}

async function prepareMachine({ contract, journeys }: Parameters<typeof prepare>[0]): Promise<void> {
  // First, while nobody makes manifests: those name images by what is in this folder.
  await bundleOperator();
  if (contract) await ensureCommands(contractPrograms);
  if (journeys) await ensureCommands(journeyPrograms);
  if (contract) await ensureKubernetesBinary();
  await ensureImages(await ensureTools());
}
