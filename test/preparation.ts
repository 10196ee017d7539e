/** What the later stages need besides the checkout, made while the first ones run, which need none of it. */
import { ensureKubernetesBinary } from './kind/kubernetes-binary.ts';
import { ensureCommands } from './kind/packages.ts';
import { ensureTools } from './kind/prerequisites.ts';
import { bundleOperator, ensureImages } from './kind/up.ts';
import { contractPrograms, journeyPrograms } from './programs.ts';

/** Programs and images for a stage; rejects with what is missing. */
export type Preparation = { readonly contract: Promise<void>; readonly journeys: Promise<void> };

/**
 * Begins at once, one thing after the other: suites side by side would install the same packages and build the same
 * images. Who does not wait for a stage's is not told what is missing.
 */
export function prepare(stages: Readonly<Record<keyof Preparation, boolean>>): Preparation {
  const contract = stages.contract ? forContract() : Promise.resolve();
  const before = contract.catch(() => undefined);
  const journeys = stages.journeys ? before.then(forJourneys) : Promise.resolve();
  journeys.catch(() => undefined);
  return { contract, journeys };
}

async function forContract(): Promise<void> {
  // First, while nobody makes manifests: those name images by what is in this folder.
  await bundleOperator();
  await ensureCommands(contractPrograms);
  await ensureKubernetesBinary();
  await ensureImages(await ensureTools());
}

async function forJourneys(): Promise<void> {
  await ensureCommands(journeyPrograms);
  await ensureImages(await ensureTools());
}
