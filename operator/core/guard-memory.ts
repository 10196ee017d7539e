/**
 * What the guard goes by and only the directory knows, as the site's report has it: who lost access a moment ago, and what
 * a person rejected. With it `hopthu plan` counts as the operator will. Pure.
 */
import type { Resource } from '../api/resource.ts';
import type { DirectoryEntry } from '../ports.ts';
import { isLetGo } from './former.ts';
import { attribute, snapshotAttributes } from './layout.ts';
import { lostAround, timesOf } from './losses.ts';
import { first } from './observed.ts';

/** Entries with the attributes that count, by their names in the directory. */
export type GuardMemory = {
  readonly recent: readonly DirectoryEntry[];
  readonly rejected: readonly DirectoryEntry[];
};

/** A ConfigMap holds 1 MiB. */
const most = 1_000;
/** Of whole accounts. */
const mostWhole = 300;

export function guardMemory(world: {
  readonly mailboxes: readonly Resource[];
  readonly entries: readonly DirectoryEntry[];
  readonly now: Date;
}): GuardMemory {
  const isRecent = lostAround(timesOf(world.mailboxes, world.now));
  const ofLosses = [attribute.status, attribute.statusSince, attribute.organization, attribute.ownerUid];
  const rejected = world.entries.filter((entry) => first(entry, attribute.rejected) !== undefined);
  const alive = new Set(world.mailboxes.map(({ metadata }) => metadata.uid));
  const isLeft = (entry: DirectoryEntry) =>
    isLetGo(entry) && !alive.has(first(entry, attribute.ownerUid) ?? '');
  const kept = rejected.filter((entry) => !isLeft(entry)).slice(0, most);
  return {
    recent: world.entries.filter(isRecent).slice(0, most).map(only(ofLosses)),
    rejected: [
      ...kept.map(only([attribute.rejected])),
      ...rejected.filter(isLeft).slice(0, mostWhole).map(only(ofAccounts)),
    ],
  };
}

/** Of an account whose deletion was rejected and whose resource is gone: all by which one of its name takes it back. */
const ofAccounts = snapshotAttributes.filter((name) => name !== 'pwdLastSuccess');

function only(names: readonly string[]): (entry: DirectoryEntry) => DirectoryEntry {
  return ({ dn, attributes }) => {
    const kept = names.map((name) => [name, attributes[name] ?? []] as const);
    return { dn, attributes: Object.fromEntries(kept.filter(([, values]) => values.length > 0)) };
  };
}

/**
 * @param entries as they follow from resources and their statuses
 * @returns the same with what is remembered of them and the accounts that a rejection has left, and beside them those that count without a resource
 */
export function recalled(
  entries: readonly DirectoryEntry[],
  { recent, rejected }: GuardMemory,
): { readonly entries: readonly DirectoryEntry[]; readonly gone: readonly DirectoryEntry[] } {
  const since = new Map(
    recent.map(({ dn, attributes }) => [dn, only([attribute.statusSince])({ dn, attributes })]),
  );
  const marks = new Map(rejected.map((entry) => [entry.dn, entry]));
  const there = new Set(entries.map(({ dn }) => dn));
  const left = rejected.filter((entry) => !there.has(entry.dn) && isLetGo(entry));
  return {
    entries: [
      ...entries.map(({ dn, attributes }) => ({
        dn,
        attributes: { ...attributes, ...since.get(dn)?.attributes, ...markOf(marks.get(dn)) },
      })),
      ...left,
    ],
    gone: recent.filter(({ dn }) => !there.has(dn)),
  };
}

/** Of an account that has a resource again, what else was told is older than its status. */
function markOf(entry: DirectoryEntry | undefined): DirectoryEntry['attributes'] {
  return entry === undefined ? {} : only([attribute.rejected])(entry).attributes;
}
