/** Little at once: what would take mailboxes away from too many people waits for a person. Pure. */
import { createHash } from 'node:crypto';
import type { Resource } from '../api/resource.ts';
import { formatChange } from './format.ts';
import { attribute } from './layout.ts';
import { before, type Change, removesAccess, type Update } from './plan.ts';
import type { Site } from './site.ts';

export type Guarded = {
  readonly allowed: readonly Change[];
  /** Held back until the annotation `hopthu.io/approve-plan` carries `hash`. */
  readonly held: readonly Change[];
  readonly hash?: string;
  readonly reason?: string;
};

export type GuardedWorld = { readonly site: Site; readonly mailboxes: readonly Resource[] };

/** The part of its accounts that a directory may lose before it is distrusted. */
const shrinkage = 0.1;

/** At least this many may be taken away in one pass, however small the organization. */
const atLeast = 10;

/**
 * Holds every change that takes access away when there are more of them than max(10, 2 %) of an organization's
 * mailboxes or max(10, 5 %) of the site's, or when more than a tenth of the accounts that statuses speak of are missing
 * in the directory. Renames that follow a new abbreviation are held however few they are. Grants and repairs go on.
 * (Without resources there is nothing to hold: absence is no order.)
 */
export function guard(changes: readonly Change[], world: GuardedWorld, approved?: string): Guarded {
  const losing = changes.filter(removesAccess);
  const distrust = reasonToDistrust(changes, world);
  const tooMany = distrust ?? reasonToHold(losing, world.mailboxes);
  const removals = distrust === undefined ? [] : changes.filter(({ action }) => action === 'remove');
  const renames = changes.filter((change) => 'needsApproval' in change);
  const held = tooMany === undefined ? renames : [...losing, ...removals, ...renames];
  if (held.length === 0) return { allowed: changes, held: [] };
  const hash = hashOf(held);
  if (approved === hash) return { allowed: changes, held: [] };
  const reason = tooMany ?? `${renames.length} addresses would follow a new abbreviation`;
  const waits = new Set(held);
  return { allowed: changes.filter((change) => !waits.has(change)), held, hash, reason };
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

function reasonToHold(dangerous: readonly Update[], mailboxes: readonly Resource[]): string | undefined {
  const ofSite = Math.max(atLeast, Math.floor(mailboxes.length * 0.05));
  if (dangerous.length > ofSite) {
    return `${dangerous.length} mailboxes would lose access at once; ${ofSite} of ${mailboxes.length} may without approval`;
  }
  const perOrganization = Map.groupBy(dangerous, (change) => before(change, attribute.organization)[0] ?? '');
  for (const [, ofOrganization] of perOrganization) {
    if (ofOrganization.length <= atLeast) continue;
    const reference = organizationOf(ofOrganization[0]?.resource);
    const size = mailboxes.filter((mailbox) => organizationOf(mailbox) === reference).length;
    const limit = Math.max(atLeast, Math.floor(size * 0.02));
    if (ofOrganization.length > limit) {
      return `${ofOrganization.length} mailboxes of ${reference} would lose access at once; ${limit} of ${size} may without approval`;
    }
  }
  return undefined;
}

function organizationOf(mailbox: Resource | undefined): string {
  const spec = mailbox?.spec as { organizationRef?: { name?: string } } | undefined;
  return `${mailbox?.metadata.namespace}/${spec?.organizationRef?.name}`;
}

/** Names exactly this set of changes; another set has another hash. */
function hashOf(changes: readonly Change[]): string {
  const lines = changes.map((change) => `${change.dn} ${formatChange(change)}`).sort();
  return createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 12);
}
