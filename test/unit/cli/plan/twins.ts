/** The same manifests given to the operator over memory twins and to `hopthu plan`. */
import { byName, type Placed, resourcesOf } from '../../../../cli/plan/resources.ts';
import { type Review, review } from '../../../../cli/plan/review.ts';
import type { Kind, Resource } from '../../../../operator/api/resource.ts';
import type { GuardMemory } from '../../../../operator/core/guard-memory.ts';
import { Province } from '../../../support/province.ts';
import { socTrang } from '../../../support/sites.ts';

export const namespace = socTrang.namespaces.accounts[0] ?? '';

/** Resources by name: what a folder of manifests says. */
export type Folder = Readonly<
  Record<string, { readonly kind: Kind; readonly spec: object; readonly paused?: true }>
>;

export function organization(name: string, more: object = {}) {
  return { kind: 'Organization', spec: { name, ...more } } as const;
}

export function person(fullName: string, organizationName: string, more: object = {}, id?: string) {
  const spec = {
    organizationRef: { name: organizationName },
    type: 'Personal',
    person: { fullName, ...(id === undefined ? {} : { id }) },
    ...more,
  };
  return { kind: 'Mailbox', spec } as const;
}

/** A province on which the folder was applied and that has settled. */
export async function settled(folder: Folder): Promise<Province> {
  const province = new Province(socTrang);
  apply(province, folder);
  await province.settle();
  province.now = new Date(province.now.getTime() + 3_600_000);
  return province;
}

/** Applies the folder as GitOps tools do: what is missing is deleted. */
export async function sync(province: Province, folder: Folder): Promise<void> {
  const { organizations, mailboxes } = await province.cluster.snapshot();
  for (const { kind, metadata } of [...organizations, ...mailboxes]) {
    if (folder[metadata.name]?.kind !== kind) province.delete(metadata.name, kind);
  }
  apply(province, folder);
}

function apply(province: Province, folder: Folder): void {
  for (const [name, { kind, spec, paused }] of Object.entries(folder)) {
    const annotations: Record<string, string> = paused ? { 'hopthu.io/paused': 'true' } : {};
    province.cluster.apply({ kind, name, namespace, spec, annotations });
  }
}

export function placed(folder: Folder): readonly Placed[] {
  return Object.entries(folder).map(([name, { kind, spec, paused }]) => ({
    kind,
    name,
    namespace,
    spec,
    status: undefined,
    annotations: paused ? { 'hopthu.io/paused': 'true' } : {},
    place: `${name}.yaml:1`,
  }));
}

/** `hopthu plan -f to --base from` */
export function planOffline(from: Folder, to: Folder): Review {
  const base = resourcesOf(placed(from), '2026-11-21T00:00:00Z');
  return reviewed(base, to, false);
}

/** `hopthu plan -f to` against the cluster of `province` */
export async function planLive(province: Province, to: Folder): Promise<Review> {
  const { organizations, mailboxes } = await province.cluster.snapshot();
  const memory = JSON.parse(province.cluster.report['guard'] ?? '{"recent":[],"rejected":[]}');
  return reviewed([...organizations, ...mailboxes], to, true, memory);
}

function reviewed(
  base: readonly Resource[],
  to: Folder,
  live: boolean,
  memory: GuardMemory = { recent: [], rejected: [] },
): Review {
  const manifests = byName(placed(to));
  return review({
    site: socTrang,
    base,
    live,
    memory,
    manifests,
    now: new Date('2026-11-21T01:00:00Z'),
    prune: true,
  });
}

export function linesOf({ changes }: Review): readonly string[] {
  return changes.map(({ summary }) => summary);
}
