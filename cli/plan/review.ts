/** What a plan says, as people and scripts read it. */
import type { Kind, Resource } from '../../operator/api/resource.ts';
import { isForeign } from '../../operator/core/adoption.ts';
import type { Desired } from '../../operator/core/desired.ts';
import { dnKey } from '../../operator/core/dn.ts';
import { formatChange } from '../../operator/core/format.ts';
import { type GuardMemory, recalled } from '../../operator/core/guard-memory.ts';
import { first } from '../../operator/core/observed.ts';
import { before, type Change } from '../../operator/core/plan.ts';
import type { Site } from '../../operator/core/site.ts';
import { rfc3339 } from '../../operator/core/time.ts';
import type { Problem } from '../../operator/core/verdict.ts';
import type { DirectoryEntry } from '../../operator/ports.ts';
import { assumeEntries } from './entries.ts';
import { foresee } from './foresee.ts';
import { nameOf, type Placed, type Refused, replaceResources } from './resources.ts';

export type Action = 'create' | 'update' | 'rename' | 'suspend' | 'resume' | 'delete';

/** One line of a plan; the fields are the contract of `-o json`. */
export type Item = {
  readonly action: Action;
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
  /** The mailbox's address after the change; empty for organizations, and where none is granted. */
  readonly address: string;
  /** The operator's own line of the change, or file, field and reason. */
  readonly summary: string;
};

export type Review = {
  readonly changes: readonly Item[];
  /** What the guard holds, and what is refused or cannot be granted. */
  readonly blocked: readonly Item[];
  /** Why the guard holds anything. */
  readonly reason?: string;
};

/** Everything that a review is made of. */
export type Reviewed = {
  readonly site: Site;
  /** What there is, by its cluster, or as it follows from manifests. */
  readonly base: readonly Resource[];
  /** The base comes from a cluster: its statuses and annotations count. */
  readonly live: boolean;
  /** What the operator tells of losses of access and rejections. */
  readonly memory?: GuardMemory;
  /** Entries of the directory beside those of the base. */
  readonly foreign?: readonly DirectoryEntry[];
  /** Mailboxes beside the base that nothing of it matters to: the guard counts them. */
  readonly others?: readonly Resource[];
  readonly manifests: ReadonlyMap<string, Placed>;
  readonly now: Date;
  /** Resources without a manifest are deleted. */
  readonly prune: boolean;
};

/** What the manifests would do to the base. What was wrong before is not their fault, and is not told. */
export function review(reviewed: Reviewed): Review {
  const { site, base, live, memory = { recent: [], rejected: [] }, manifests, now, prune } = reviewed;
  const { foreign = [], others = [] } = reviewed;
  const assumed = assumeEntries({ site, now }, base, !live);
  const { entries, gone } = recalled(assumed.entries, memory);
  const { resources, refused } = replaceResources(base, manifests, {
    now: rfc3339(now),
    keepAnnotations: live,
    prune,
  });
  const present = [...entries, ...foreignBeside(entries, foreign)];
  const { changes, guarded, decision } = foresee({ site, now }, resources, present, { gone, others });
  const known = new Set(
    assumed.decision.desired.flatMap((desired) => problemsOf(desired).map(keyOf(desired))),
  );
  const problems = decision.desired.flatMap((desired) =>
    problemsOf(desired)
      .filter((problem) => !known.has(keyOf(desired)(problem)))
      .map((problem) => problemItem(desired, problem, manifests)),
  );
  return {
    changes: changes.map(changeItem),
    blocked: [...guarded.held.map(changeItem), ...refused.map(refusedItem), ...problems],
    ...(guarded.reason === undefined ? {} : { reason: guarded.reason }),
  };
}

/** What an export has that is ours by now was taken over since. */
function foreignBeside(
  entries: readonly DirectoryEntry[],
  foreign: readonly DirectoryEntry[],
): readonly DirectoryEntry[] {
  const ours = new Set(entries.map(({ dn }) => dnKey(dn)));
  return foreign.filter((entry) => isForeign(entry) && !ours.has(dnKey(entry.dn)));
}

function changeItem(change: Change): Item {
  return {
    action: actionOf(change),
    ...identity(change.resource),
    address: addressAfter(change),
    summary: formatChange(change),
  };
}

/** An end date that is past and a mailbox that nobody uses suspend: scripts need not tell why access goes, the summary does. */
function actionOf({ action }: Change): Action {
  if (action === 'close' || action === 'remove') return 'delete';
  if (action === 'reject' || action === 'adopt' || action === 'rebind') return 'update';
  return action === 'expire' || action === 'reclaim' ? 'suspend' : action;
}

function addressAfter(change: Change): string {
  if (change.action === 'create') return change.attributes['mail']?.[0] ?? '';
  const replaced =
    change.action === 'remove'
      ? undefined
      : change.replacements.find(({ attribute }) => attribute === 'mail');
  return (replaced?.values ?? before(change, 'mail'))[0] ?? '';
}

function refusedItem({ manifest, before: old, reason }: Refused): Item {
  const { kind, namespace, name, place } = manifest;
  const action = old === undefined ? 'create' : 'update';
  return { action, kind, namespace, name, address: '', summary: `${place}: ${reason}` };
}

function problemItem(
  { resource, entry }: Desired,
  { message }: Problem,
  manifests: ReadonlyMap<string, Placed>,
): Item {
  const place = manifests.get(nameOf(resource))?.place;
  const present: Action = entry === undefined ? 'create' : 'update';
  return {
    action: resource.metadata.deletionTimestamp === undefined ? present : 'delete',
    ...identity(resource),
    address: (entry && first(entry, 'mail')) ?? '',
    summary: place === undefined ? message : `${place}: ${message}`,
  };
}

/** What a resource's conditions would name; of several problems the first. */
function problemsOf({ resource, problems, keptBy = 0 }: Desired): readonly Problem[] {
  if (resource.metadata.deletionTimestamp === undefined) return problems.slice(0, 1);
  if (keptBy === 0) return [];
  const message = `${keptBy} mailboxes and units still belong to it: move or delete them first`;
  return [{ kind: 'stalled', reason: 'StillInUse', message }];
}

function keyOf({ resource }: Desired): (problem: Problem) => string {
  return ({ reason, message }) => `${nameOf(resource)} ${reason} ${message}`;
}

function identity({ kind, metadata }: Resource): Pick<Item, 'kind' | 'namespace' | 'name'> {
  return { kind, namespace: metadata.namespace, name: metadata.name };
}
