/** Entries of ours without a resource: told to people, and closed where a person orders it. Pure. */
import type { Resource } from '../api/resource.ts';
import type { DirectoryEntry } from '../ports.ts';
import type { HeldArchives } from './archive-retention.ts';
import type { Decision, Desired, World } from './desired.ts';
import { formatChange } from './format.ts';
import { isLetGo } from './former.ts';
import type { Guarded } from './guard.ts';
import { holdBack } from './held.ts';
import { attribute, objectClass } from './layout.ts';
import { all, first } from './observed.ts';
import { rfc3339 } from './time.ts';

/** An orphan as people and scripts see it. */
export type Orphan = {
  readonly kind: Resource['kind'];
  /** `namespace/name` of the resource that is gone. */
  readonly resource: string;
  /** UID of that resource: what an order to close names, so that it never means a later owner. */
  readonly uid: string;
  readonly name: string;
  readonly address?: string;
  readonly organization?: string;
  readonly state?: string;
  readonly entry: string;
  /** Its deletion was rejected: the same resource gets the account back by coming back. */
  readonly rejected: boolean;
};

/** What statuses cannot carry, because there is no resource for it: the contents of a ConfigMap. */
export type SiteReport = { readonly orphans: string; readonly held: string; readonly archives: string };

/** A ConfigMap holds 1 MiB. */
const most = 1_000;

export function siteReport(
  orphans: readonly DirectoryEntry[],
  { held, hash, reason }: Guarded,
  archives: HeldArchives = { count: 0 },
): SiteReport {
  const told = orphans
    .map(orphanOf)
    .sort((a, b) => (a.resource < b.resource ? -1 : a.resource > b.resource ? 1 : 0));
  const lines = held.map(formatChange).sort();
  return {
    orphans: JSON.stringify({ count: told.length, orphans: told.slice(0, most) }),
    held: JSON.stringify(
      hash === undefined ? {} : { hash, reason, count: lines.length, lines: lines.slice(0, most) },
    ),
    archives: JSON.stringify(archives),
  };
}

function orphanOf(entry: DirectoryEntry): Orphan {
  const [address, organization, state] = ['mail', 'o', attribute.status].map((name) => first(entry, name));
  return {
    kind: kindOf(entry),
    resource: first(entry, attribute.resource) ?? '',
    uid: first(entry, attribute.ownerUid) ?? '',
    name: first(entry, 'cn') ?? '',
    ...(address === undefined ? {} : { address }),
    ...(organization === undefined ? {} : { organization }),
    ...(state === undefined ? {} : { state }),
    entry: entry.dn,
    rejected: isLetGo(entry),
  };
}

/**
 * What has been ordered closed, as if its resource were being deleted: accounts are closed, organizations removed. What
 * is no orphan any more is left alone.
 * @param ordered UIDs of the resources that are gone
 */
export function orderedClosings(
  world: Pick<World, 'site' | 'now'>,
  { orphans, observed }: Pick<Decision, 'orphans' | 'observed'>,
  ordered: readonly string[],
): readonly Desired[] {
  const uids = new Set(ordered);
  return orphans
    .filter((entry) => uids.has(first(entry, attribute.ownerUid) ?? ''))
    .map((entry) => {
      const { [attribute.rejected]: _, ...attributes } = entry.attributes;
      return {
        resource: goneResource(world, entry),
        problems: [],
        leaving: true,
        dn: entry.dn,
        // That a deletion was rejected once is no answer to this order.
        entry: { dn: entry.dn, attributes },
        first: holdBack(world, observed, entry, all(entry, attribute.address)),
      };
    });
}

/** The resource as far as the entry remembers it: what its Events are told of. */
function goneResource({ now }: Pick<World, 'now'>, entry: DirectoryEntry): Resource {
  const [namespace = '', name = ''] = (first(entry, attribute.resource) ?? '').split('/');
  const time = rfc3339(now);
  return {
    kind: kindOf(entry),
    metadata: {
      name,
      namespace,
      uid: first(entry, attribute.ownerUid) ?? '',
      resourceVersion: '0',
      generation: 0,
      creationTimestamp: time,
      deletionTimestamp: time,
      finalizers: [],
      annotations: {},
    },
    spec: {},
    status: {},
  };
}

function kindOf(entry: DirectoryEntry): Resource['kind'] {
  return all(entry, 'objectClass').includes(objectClass.mailbox) ? 'Mailbox' : 'Organization';
}
