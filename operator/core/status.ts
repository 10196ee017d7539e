/** Plan + outcomes + clock → the status of one resource and whether its finalizer may go. Pure. */
import type { MailboxStatus } from '../api/mailbox.ts';
import type { OrganizationStatus } from '../api/organization.ts';
import { annotation, type Condition, type Resource } from '../api/resource.ts';
import { isOthers } from './adoption.ts';
import { parseDelegate } from './delegates.ts';
import type { Desired } from './desired.ts';
import { formatChange } from './format.ts';
import { isClosed, isLetGo } from './former.ts';
import { attribute } from './layout.ts';
import { formatMemory, parseMemory } from './notices/memory.ts';
import { all } from './observed.ts';
import type { Change } from './plan.ts';
import { displayBytes } from './quota.ts';
import { parseGeneralizedTime, rfc3339 } from './time.ts';
import { isOver, overQuota, quotaStatus } from './usage.ts';
import type { Problem } from './verdict.ts';

/** What happened to the change that was planned for a resource. */
export type Outcome =
  | { readonly kind: 'none' }
  | { readonly kind: 'done'; readonly change: Change }
  | { readonly kind: 'held'; readonly change: Change; readonly reason: string }
  | { readonly kind: 'rejected'; readonly change: Change }
  | { readonly kind: 'paused'; readonly change?: Change }
  | { readonly kind: 'failed'; readonly change: Change; readonly problem: Problem };

export type Verdict = {
  readonly status: MailboxStatus | OrganizationStatus;
  /** The directory was read to refuse the account's logins, or to have no entry: the resource may go. */
  readonly releaseFinalizer: boolean;
};

/**
 * @param now RFC 3339, the time of a condition that changes
 * @param used bytes in the mailbox, where they are known
 */
export function settle(desired: Desired, outcome: Outcome, now: string, used?: number): Verdict {
  const { resource } = desired;
  const facts: MailboxStatus & OrganizationStatus =
    resource.kind === 'Mailbox' ? mailboxFacts(desired, outcome, used) : organizationFacts(desired, outcome);
  const lasting = [
    ...quotaCondition(facts),
    ...holdCondition(desired, outcome),
    ...officerCondition(desired),
    ...headCondition(desired),
  ];
  const conditions = conditionsFor(resource, readiness(desired, outcome), now, lasting);
  return {
    status: { observedGeneration: resource.metadata.generation, ...facts, conditions: [...conditions] },
    releaseFinalizer: isGone(desired),
  };
}

/**
 * The status of a resource for which nothing could be decided, because a read failed: what was known, and why it waits.
 * An outage words itself anew all the time; the first wording stays.
 */
export function undecided(resource: Resource, problem: Problem, now: string): object {
  const told = conditionsOf(resource).find(({ type }) => type === 'Ready');
  const isTold = told?.reason === problem.reason && told.observedGeneration === resource.metadata.generation;
  if (isTold) return resource.status as object;
  const known = (resource.status ?? {}) as MailboxStatus;
  const lasting = conditionsOf(resource).filter(({ type }) => isLasting(type));
  return { ...known, conditions: conditionsFor(resource, { ready: 'False', ...problem }, now, lasting) };
}

/** Is there anything that a resource waits for? A settled one is not told of every outage. */
export function isSettled(resource: Resource): boolean {
  const { observedGeneration } = (resource.status ?? {}) as MailboxStatus;
  const ready = conditionsOf(resource).find((condition) => condition.type === 'Ready');
  return (
    resource.metadata.deletionTimestamp === undefined &&
    observedGeneration === resource.metadata.generation &&
    ready?.status === 'True'
  );
}

type Readiness = {
  readonly ready: Condition['status'];
  readonly kind?: Problem['kind'];
  readonly reason: string;
  readonly message: string;
};

function readiness(desired: Desired, outcome: Outcome): Readiness {
  const { resource, problems, keptBy } = desired;
  if (outcome.kind === 'failed') return { ready: 'False', ...outcome.problem };
  if (outcome.kind === 'held') {
    return {
      ready: 'False',
      kind: 'stalled',
      reason: 'AwaitingApproval',
      message: `${outcome.reason}: ${formatChange(outcome.change)}`,
    };
  }
  if (outcome.kind === 'rejected') {
    return {
      ready: 'False',
      kind: 'stalled',
      reason: 'Rejected',
      message: `rejected, and nothing of it is done until something else is asked for: ${formatChange(outcome.change)}`,
    };
  }
  if (outcome.kind === 'paused') {
    const change = outcome.change === undefined ? '' : `: ${formatChange(outcome.change)}`;
    return {
      ready: 'False',
      kind: 'waiting',
      reason: 'Paused',
      message: `${annotation.paused} is set; nothing is written${change}`,
    };
  }
  if (keptBy !== undefined && keptBy > 0) {
    const message = `${keptBy} mailboxes and units still belong to it: move or delete them first`;
    return { ready: 'False', kind: 'stalled', reason: 'StillInUse', message };
  }
  if (resource.metadata.deletionTimestamp !== undefined) {
    return { ready: 'False', kind: 'waiting', reason: 'Closing', message: 'access is being taken away' };
  }
  const problem = problems[0];
  if (problem !== undefined) return { ready: 'False', ...problem };
  return settledReadiness(desired);
}

function settledReadiness({ resource, attributes }: Desired): Readiness {
  const state = attributes?.[attribute.status]?.[0] ?? 'Active';
  if (resource.kind === 'Organization') {
    return {
      ready: 'True',
      reason: state,
      message: `in the directory as ${attributes?.[attribute.abbreviation]?.[0]}`,
    };
  }
  const quota = displayBytes(Number(attributes?.[attribute.quotaBytes]?.[0]));
  const access =
    state === 'Active'
      ? ''
      : `; logins ${state === 'Reclaimed' ? 'and mail are refused' : 'are refused, mail is kept'}`;
  return { ready: 'True', reason: state, message: `${attributes?.['mail']?.[0]}, ${quota}${access}` };
}

const lastingTypes: readonly string[] = ['OverQuota', 'LegalHold', 'MailOfficerMissing', 'HeadMissing'];

function isLasting(type: string): boolean {
  return lastingTypes.includes(type);
}

/** What is told beside Ready, while it is so. */
type Lasting = Pick<Condition, 'type' | 'reason' | 'message'>;

function quotaCondition({ quota }: MailboxStatus): readonly Lasting[] {
  return quota !== undefined && isOver(quota) ? [{ type: 'OverQuota', ...overQuota(quota) }] : [];
}

/** The hold that is in force: what the directory says (R38). */
function holdCondition(desired: Desired, outcome: Outcome): readonly Lasting[] {
  const [message] = valueAfter(desired, outcome, attribute.hold);
  return message === undefined ? [] : [{ type: 'LegalHold', reason: 'OnHold', message }];
}

/** Incidents are told to the organization alone then (R29). */
function officerCondition({ missingOfficer, resource }: Desired): readonly Lasting[] {
  if (missingOfficer === undefined) return [];
  const message = `spec.mailOfficerRef: there is no Mailbox ${missingOfficer} in ${resource.metadata.namespace}`;
  return [{ type: 'MailOfficerMissing', reason: 'MailboxNotFound', message }];
}

/** Delegates are proposed by whoever stands for the head then (R26). */
function headCondition({ missingHead }: Desired): readonly Lasting[] {
  if (missingHead === undefined) return [];
  const { reason, message } = missingHead;
  return [{ type: 'HeadMissing', reason, message }];
}

/** kstatus: Ready always, the others only while they are true. */
function conditionsFor(
  resource: Resource,
  { ready, kind, ...why }: Readiness,
  now: string,
  lasting: readonly Lasting[],
): readonly Condition[] {
  const before = conditionsOf(resource);
  const condition = (
    type: Condition['type'],
    status: Condition['status'],
    { reason, message }: Omit<Lasting, 'type'> = why,
  ): Condition => {
    const previous = before.find((candidate) => candidate.type === type);
    return {
      type,
      status,
      reason,
      message,
      observedGeneration: resource.metadata.generation,
      lastTransitionTime: previous?.status === status ? previous.lastTransitionTime : now,
    };
  };
  return [
    condition('Ready', ready),
    ...(kind === 'waiting' ? [condition('Reconciling', 'True')] : []),
    ...(kind === 'stalled' ? [condition('Stalled', 'True')] : []),
    ...lasting.map((one) => condition(one.type, 'True', one)),
  ];
}

/** A status of another version may hold anything. */
function conditionsOf({ status }: Resource): readonly Condition[] {
  const { conditions } = (status ?? {}) as { conditions?: unknown };
  return Array.isArray(conditions) ? conditions : [];
}

/** Values as they are in the directory after this pass. */
function valueAfter({ entry, attributes }: Desired, outcome: Outcome, name: string): readonly string[] {
  if (outcome.kind === 'done' && 'replacements' in outcome.change) {
    return (
      outcome.change.replacements.find((replacement) => replacement.attribute === name)?.values ??
      outcome.change.before[name] ??
      []
    );
  }
  const written = outcome.kind === 'done' || outcome.kind === 'none';
  return (written ? attributes?.[name] : undefined) ?? (entry === undefined ? [] : all(entry, name));
}

function mailboxFacts(desired: Desired, outcome: Outcome, used: number | undefined): MailboxStatus {
  const known = (desired.resource.status ?? {}) as MailboxStatus;
  const isOwn = desired.entry !== undefined && !isOthers(desired.entry, desired.resource);
  const exists = isOwn || outcome.kind === 'done';
  // A granted address is kept in status and in LDAP: it outlives the loss of its entry.
  if (!exists)
    return { ...(known.address === undefined ? {} : { address: known.address }), state: 'Pending' };
  const value = (name: string) => valueAfter(desired, outcome, name);
  const address = value('mail')[0];
  const aliases = value(attribute.address).filter((alias) => alias !== address);
  const bytes = value(attribute.quotaBytes)[0];
  const secret = value(attribute.passwordSecret)[0];
  const access = parseGeneralizedTime(value(attribute.lastAccess)[0]);
  const shard = value(attribute.mailHost)[0];
  const { passwordExpiry } = desired;
  const delegates = [...value(attribute.delegate)].sort().map(parseDelegate);
  return {
    ...(address === undefined ? {} : { address }),
    ...(aliases.length === 0 ? {} : { aliases: [...aliases].sort() }),
    state: (value(attribute.status)[0] ?? 'Pending') as NonNullable<MailboxStatus['state']>,
    ...(bytes === undefined ? {} : { quota: quotaStatus(Number(bytes), used, known.quota) }),
    ...(secret === undefined ? {} : { passwordSecret: secret }),
    ...(access === undefined ? {} : { lastAccess: rfc3339(new Date(access)) }),
    ...(secret !== undefined || passwordExpiry === undefined ? {} : { passwordExpiry }),
    ...(delegates.length === 0
      ? {}
      : { delegates: delegates.map(({ name, rights }) => ({ name, rights: [...rights] })) }),
    ...toldOf(value(attribute.notice)),
    ...(shard === undefined ? {} : { shard }),
    ...(desired.dn === undefined ? {} : { entry: desired.dn }),
  };
}

/** What its people were told, in the order in which they were. */
function toldOf(values: readonly string[]): Pick<MailboxStatus, 'notices'> {
  if (values.length === 0) return {};
  const told = values.flatMap((text) => parseMemory(text) ?? []).filter(({ isDue }) => !isDue);
  if (told.length === 0) return {};
  return {
    notices: told
      .toSorted((a, b) => a.at - b.at || (formatMemory(a) < formatMemory(b) ? -1 : 1))
      .map(({ topic, about, at }) => ({
        topic,
        ...(about === '-' ? {} : { about }),
        sent: rfc3339(new Date(at)),
      })),
  };
}

function organizationFacts(
  { abbreviation, localPart, dn, entry }: Desired,
  outcome: Outcome,
): OrganizationStatus {
  return {
    ...(abbreviation === undefined ? {} : { abbreviation }),
    ...(localPart === undefined ? {} : { localPart }),
    ...((entry === undefined && outcome.kind !== 'done') || dn === undefined ? {} : { entry: dn }),
  };
}

/** Has the resource been seen to leave: no entry of it, a closed one, or one that its rejected deletion leaves alone? */
export function isGone({ resource, entry, leaving }: Desired): boolean {
  if (resource.metadata.deletionTimestamp === undefined || !leaving) return false;
  return (
    entry === undefined ||
    (resource.kind === 'Mailbox' && (isClosed(entry) || isLetGo(entry) || isOthers(entry, resource)))
  );
}
