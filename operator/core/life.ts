/** Where a mailbox stands: its state, its last access, and what the entry remembers of both. Pure. */
import type { Mailbox } from '../api/mailbox.ts';
import type { DirectoryEntry } from '../ports.ts';
import { type AccessFacts, accessToKeep, lastAccess } from './access.ts';
import type { Claimant } from './addresses.ts';
import type { Attributes } from './entry.ts';
import { isClosed, isReclaimed } from './former.ts';
import type { Today } from './held.ts';
import { attribute, type EntryStatus } from './layout.ts';
import { formatMemory, memoriesOf, type NoticeMemory, stillCounts } from './notices/memory.ts';
import { first } from './observed.ts';
import { isSuspendedByAnnotation } from './organizations.ts';
import { givenNotices, planReclaim, type ReclaimPlan } from './reclaim.ts';
import { type StateFacts, stateOf } from './state.ts';
import { parseGeneralizedTime } from './time.ts';

const none: readonly never[] = [];

export type Life = {
  readonly status: EntryStatus;
  readonly attributes: Attributes;
  /** The `spec.grant` by which a reclaimed mailbox is granted again in this pass. */
  readonly grantedAgain?: string;
  /** While it is Active. */
  readonly reclaim?: ReclaimPlan;
};

/** @param delegates last accesses of those who manage an organization's mailbox, milliseconds since the epoch */
export function lifeOf(
  { site, now }: Today,
  claimant: Claimant,
  entry: DirectoryEntry | undefined,
  delegates: readonly number[] = [],
): Life {
  const { metadata, spec } = claimant.mailbox;
  const asked = spec.grant !== undefined && spec.grant !== (entry && first(entry, attribute.grant));
  const isGrant = entry === undefined || isClosed(entry) || asked;
  const kept = entry && first(entry, attribute.lastAccess);
  const granted = isGrant
    ? now.getTime()
    : kept === undefined
      ? Date.parse(metadata.creationTimestamp)
      : undefined;
  const uses = { ...usesOf(entry), delegates, ...(granted === undefined ? {} : { granted }) };
  const latest = lastAccess(uses) ?? now.getTime();
  const memories = entry === undefined ? none : memoriesOf(entry);
  const reclaim = isCentre(site, claimant)
    ? undefined
    : planReclaim(site.reclaim, latest, givenNotices(memories), now);
  const status = statusOf(now, claimant, isGrant ? undefined : entry, reclaim?.due === true);
  return {
    status,
    attributes: {
      [attribute.lastAccess]: [accessToKeep(kept, latest)],
      [attribute.notice]:
        memories.length === 0 ? none : remembered(memories, { now, status, latest, spec, uses }),
      ...(isGrant && spec.grant !== undefined ? { [attribute.grant]: [spec.grant] } : {}),
    },
    ...(asked && entry !== undefined && isReclaimed(entry) ? { grantedAgain: spec.grant ?? '' } : {}),
    ...(status !== 'Active' || reclaim === undefined ? {} : { reclaim }),
  };
}

/** The state that access follows: the same function whether or not anything else can be decided. */
export function stateFor(now: Date, claimant: Claimant, entry: DirectoryEntry | undefined): EntryStatus {
  return statusOf(now, claimant, entry, false);
}

/** Who cannot come is not reclaimed for it: a suspension or an end date waits, and the notices start anew afterwards. */
function statusOf(
  now: Date,
  { mailbox, organization }: Claimant,
  entry: DirectoryEntry | undefined,
  isDue: boolean,
): EntryStatus {
  const { spec, metadata } = mailbox;
  const facts: StateFacts = {
    granted: true,
    leaving: false,
    reclaimed: entry !== undefined && isReclaimed(entry),
    suspended:
      spec.state === 'Suspended' || isSuspendedByAnnotation(metadata) || organization?.suspended === true,
    ...(spec.validUntil === undefined ? {} : { validUntil: spec.validUntil }),
  };
  const status = stateOf(facts, now);
  return (status === 'Active' && isDue ? stateOf({ ...facts, reclaimed: true }, now) : status) as EntryStatus;
}

/** What the entry says of its uses. */
export function usesOf(entry: DirectoryEntry | undefined): AccessFacts {
  if (entry === undefined) return {};
  return {
    kept: first(entry, attribute.lastAccess),
    bind: first(entry, 'pwdLastSuccess'),
    passwordChanged: first(entry, 'pwdChangedTime'),
    mustChange: first(entry, 'pwdReset') === 'TRUE',
  };
}

type Stand = {
  readonly now: Date;
  readonly status: EntryStatus;
  readonly latest: number;
  readonly spec: Pick<Mailbox['spec'], 'validUntil'>;
  readonly uses: AccessFacts;
};

/** What people were told, as far as it still counts. */
function remembered(
  memories: readonly NoticeMemory[],
  { now, status, latest, spec, uses }: Stand,
): readonly string[] {
  const facts = {
    now: now.getTime(),
    status,
    lastAccess: latest,
    passwordChanged: parseGeneralizedTime(uses.passwordChanged),
    validUntil: spec.validUntil,
  };
  return memories.filter((memory) => stillCounts(memory, facts)).map(formatMemory);
}

/** Requests and complaints about mail go there (R20, R42): without it nobody could ask for anything. */
function isCentre({ centre }: Today['site'], { mailbox: { metadata } }: Claimant): boolean {
  return metadata.namespace === centre.namespace && metadata.name === centre.mailbox;
}
