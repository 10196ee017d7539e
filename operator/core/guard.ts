/** Little at once: what would take mailboxes away from too many people waits for a person. Pure. */
import type { Resource } from '../api/resource.ts';
import type { DirectoryEntry } from '../ports.ts';
import { fingerprint } from './fingerprint.ts';
import { formatChange } from './format.ts';
import { attribute, nobody } from './layout.ts';
import { recentLosses, urgentLosses } from './losses.ts';
import { first } from './observed.ts';
import { before, type Change, removesAccess, type Update } from './plan.ts';
import { isRejected, rejectionOf } from './rejection.ts';

export type Guarded = {
  readonly allowed: readonly Change[];
  /** Held back until the annotation `hopthu.io/approve-plan` carries `hash`. */
  readonly held: readonly Change[];
  readonly hash?: string;
  readonly reason?: string;
  /** What a person rejected: nothing of it is done. */
  readonly rejected: readonly Change[];
};

/** Hashes in the annotations of the site's ConfigMap. */
export type Verdicts = { readonly approvedPlan?: string; readonly rejectedPlan?: string };

export type GuardedWorld = {
  readonly mailboxes: readonly Resource[];
  readonly entries: readonly DirectoryEntry[];
  readonly now: Date;
};

/** The part of its accounts that a directory may lose before it is distrusted. */
const shrinkage = 0.1;

/** At least this many may be taken away in one pass, however small the organization. */
const atLeast = 10;

/**
 * Holds every change that takes access away when there are more of them, with those of the last ten minutes that nobody
 * approved, than max(10, 2 %) of an organization's mailboxes or max(10, 5 %) of the site's, or when more than a tenth of
 * the accounts that statuses speak of are missing in the directory. Renames that follow a new abbreviation or domain, and accounts that
 * would get another owner are held however few they are. What a person rejected does not happen. Grants, repairs and a few emergency suspensions go on. (Without resources there is nothing to
 * hold: absence is no order.)
 */
export function guard(all: readonly Change[], world: GuardedWorld, verdicts: Verdicts = {}): Guarded {
  const rejected = all.filter(isRejected);
  const past = new Set(rejected);
  const changes = all.filter((change) => !past.has(change));
  // What was rejected and is still asked for counts: half a rejected plan must not pass because it is small.
  const losing = all.filter(removesAccess);
  const recent = recentLosses(losing, world.entries, world.now);
  const urgent = urgentLosses(losing, recent, world.mailboxes);
  const waiting = changes.filter(removesAccess).filter((change) => !urgent.has(change));
  const distrust = reasonToDistrust(changes, world);
  const tooMany = distrust ?? reasonToHold(losing, recent, world.mailboxes);
  const removals = distrust === undefined ? [] : changes.filter(({ action }) => action === 'remove');
  const asking = changes.filter((change) => 'needsApproval' in change);
  const held = tooMany === undefined ? asking : [...waiting, ...removals, ...asking];
  if (held.length === 0) return { allowed: changes, held: [], rejected };
  const hash = hashOf(held);
  const waits = new Set(held);
  const others = changes.filter((change) => !waits.has(change));
  // A process that died half-way through a rejection finishes it.
  if ([hash, hashOf([...held, ...rejected])].includes(verdicts.rejectedPlan ?? '')) {
    const notes = held.flatMap((change) => (canBeNoted(change) ? rejectionOf(change) : []));
    return { allowed: [...others, ...notes], held: [], rejected: [...rejected, ...held] };
  }
  if (verdicts.approvedPlan === hash) {
    const allowed = changes.map((change) => (waits.has(change) ? markApproved(change, hash) : change));
    return { allowed, held: [], rejected };
  }
  const reason = tooMany ?? reasonToAsk(asking);
  return { allowed: others, held, hash, reason, rejected };
}

/** Does the guard look at the change? All others are allowed whatever it says. */
export function isWeighed(change: Change): boolean {
  return (
    removesAccess(change) ||
    isRejected(change) ||
    change.action === 'remove' ||
    'needsApproval' in change ||
    (isCreate(change) && hadEntry(change.resource))
  );
}

/** What waits for a person however little it is. */
const questions: Readonly<Partial<Record<Change['action'], string>>> = {
  rename: 'addresses would follow a new abbreviation or domain',
  adopt: 'accounts that nobody owns would be taken over',
  rebind: 'accounts whose resource vanished would be given to a new one',
};

function reasonToAsk(asking: readonly Change[]): string {
  return [...Map.groupBy(asking, ({ action }) => action)]
    .map(([action, of]) => `${of.length} ${questions[action]}`)
    .join(', ');
}

/** An entry that nobody owns has no room for a note: its taking over is rejected as long as the annotation says so. */
function canBeNoted(change: Change): change is Update {
  return 'replacements' in change && change.ownerUid !== nobody;
}

/** What was approved does not count with what comes after it: the next suspension does not wait because of it. */
function markApproved(change: Change, hash: string): Change {
  if (!removesAccess(change)) return change;
  const others = change.replacements.filter(
    (replacement) => replacement.attribute !== attribute.approvedPlan,
  );
  return { ...change, replacements: [...others, { attribute: attribute.approvedPlan, values: [hash] }] };
}

/** The directory lost accounts without our doing: nothing that it seems to say is acted upon before it is whole again. */
function reasonToDistrust(changes: readonly Change[], { mailboxes }: GuardedWorld): string | undefined {
  const known = mailboxes.filter(hadEntry);
  const created = new Set(changes.filter(isCreate).map(({ resource }) => resource.metadata.uid));
  const missing = known.filter(({ metadata }) => created.has(metadata.uid)).length;
  return missing > Math.max(1, known.length * shrinkage)
    ? `${missing} of ${known.length} accounts are missing in the directory`
    : undefined;
}

function hadEntry({ status }: Resource): boolean {
  return (status as { entry?: unknown } | undefined)?.entry !== undefined;
}

function isCreate({ action }: Change): boolean {
  return action === 'create';
}

function reasonToHold(
  losing: readonly Update[],
  recent: readonly DirectoryEntry[],
  mailboxes: readonly Resource[],
): string | undefined {
  const ofSite = Math.max(atLeast, Math.floor(mailboxes.length * 0.05));
  const reason = reasonBeyond(losing.length, recent.length, ofSite, mailboxes.length);
  if (reason !== undefined) return reason;
  const lost = Map.groupBy(recent, (entry) => first(entry, attribute.organization) ?? '');
  const perOrganization = Map.groupBy(losing, (change) => before(change, attribute.organization)[0] ?? '');
  for (const [dn, ofOrganization] of perOrganization) {
    const lostBefore = lost.get(dn)?.length ?? 0;
    if (ofOrganization.length + lostBefore <= atLeast) continue;
    const reference = organizationOf(ofOrganization[0]?.resource);
    const size = mailboxes.filter((mailbox) => organizationOf(mailbox) === reference).length;
    const limit = Math.max(atLeast, Math.floor(size * 0.02));
    // Entries without a resource know their organization by its name alone.
    const where = size === 0 ? ofOrganization.flatMap((change) => before(change, 'o'))[0] : reference;
    const reasonHere = reasonBeyond(ofOrganization.length, lostBefore, limit, size, ` of ${where}`);
    if (reasonHere !== undefined) return reasonHere;
  }
  return undefined;
}

/** Counts what went before only where it matters: the text should not change while a plan waits. */
function reasonBeyond(
  losing: number,
  lost: number,
  limit: number,
  size: number,
  where = '',
): string | undefined {
  if (losing + lost <= limit) return undefined;
  const [count, when] = losing > limit ? [losing, 'at once'] : [losing + lost, 'within 10 minutes'];
  return `${count} mailboxes${where} would lose access ${when}; ${limit} of ${size} may without approval`;
}

function organizationOf(mailbox: Resource | undefined): string {
  const spec = mailbox?.spec as { organizationRef?: { name?: string } } | undefined;
  return `${mailbox?.metadata.namespace}/${spec?.organizationRef?.name}`;
}

/** Names exactly this set of changes; another set, or the same asked for again later, has another name. */
function hashOf(changes: readonly Change[]): string {
  return fingerprint(
    changes.map((change) => `${change.dn} ${change.resource.metadata.generation} ${formatChange(change)}`),
  );
}
