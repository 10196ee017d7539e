/**
 * What the operator would do with the mailboxes of a request, as `hopthu plan` would print it: decided for those who may want
 * the same addresses alone, because nobody else matters to them. Pure.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Entry } from '../../cli/annex/report.ts';
import { type Item, review } from '../../cli/plan/review.ts';
import type { Finding, RequestStatus } from '../../operator/api/request.ts';
import { type Resource, unseen } from '../../operator/api/resource.ts';
import { dateInVietnam } from '../../operator/core/time.ts';
import type { ClusterManifests } from './cluster-manifests.ts';
import type { ReviewWorld } from './world.ts';

export type Foreseen = {
  readonly plan: NonNullable<RequestStatus['plan']>;
  readonly findings: readonly Finding[];
  /** What it was foreseen from. */
  readonly basis: Basis;
};

type Basis = {
  readonly revision: number;
  /** How many mailboxes it was decided for. */
  readonly size: number;
  /** Terms are counted in days. */
  readonly day: string;
  /** What the request touches: row, name, and the spec as it would be. */
  readonly touched: readonly unknown[];
};

/** @param before of the same request: what nothing of it has changed since stays */
export function foresee(
  world: ReviewWorld,
  manifests: ClusterManifests,
  entries: readonly Entry[],
  now: Date,
  before?: Foreseen,
): Foreseen {
  const rowOf = new Map(
    entries.flatMap((entry) => ('resource' in entry ? [[entry.resource, entry.row] as const] : [])),
  );
  const group = groupOf(world, manifests);
  const basis: Basis = {
    revision: world.revision,
    size: group.length,
    day: dateInVietnam(now.getTime()),
    touched: [
      [...rowOf],
      manifests.changed.map(({ key, spec }) => [key, spec]),
      manifests.removed.map(({ metadata }) => metadata.uid),
    ],
  };
  if (before !== undefined && isStill(world, group, before.basis, basis)) return before;
  const base = [...world.organizations, ...group];
  const { changes, blocked } = review({
    site: world.site,
    base,
    others: othersThan(world, group),
    live: true,
    manifests: manifests.placed(base),
    now,
    prune: true,
  });
  const row = ({ name }: Item) => {
    const number = rowOf.get(name);
    return number === undefined ? {} : { row: number };
  };
  const isOurs = ({ kind, name }: Item) => kind === 'Mailbox' && rowOf.has(name);
  return {
    plan: changes.filter(isOurs).map((item) => ({ ...row(item), line: item.summary })),
    findings: blocked
      .filter(isOurs)
      .map((item): Finding => ({ ...row(item), message: item.summary, refuses: false })),
    basis,
  };
}

/** Whom it matters to what becomes of those that the request touches. */
function groupOf(world: ReviewWorld, manifests: ClusterManifests): readonly Resource[] {
  const after = manifests.changed.flatMap((manifest) => {
    const resource = world.mailboxes.get(manifest.key);
    const { spec } = manifest;
    if (resource !== undefined) return [resource, { ...resource, spec }];
    const { kind, namespace, name } = manifest.id;
    return [{ kind, metadata: { ...unseen, namespace, name }, spec, status: undefined }];
  });
  return world.around([...after, ...manifests.removed]);
}

function isStill(
  world: ReviewWorld,
  group: readonly Resource[],
  { revision, ...before }: Basis,
  { revision: _, ...basis }: Basis,
): boolean {
  return (
    world.organizationsSince <= revision &&
    world.areSince(group, revision) &&
    isDeepStrictEqual(before, basis)
  );
}

function othersThan(world: ReviewWorld, group: readonly Resource[]): readonly Resource[] {
  const inside = new Set(group);
  return [...world.mailboxes.values()].filter((mailbox) => !inside.has(mailbox));
}
