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

/** At least this many may be taken away in one pass, however small the organization. */
const atLeast = 10;

/**
 * Holds every change that takes access away when there are more of them than max(10, 2 %) of an organization's
 * mailboxes or max(10, 5 %) of the site's, or when the list of resources is empty while the directory has accounts.
 * Renames that follow a new abbreviation are held however few they are. Grants and repairs go on.
 */
export function guard(
  changes: readonly Change[],
  world: { readonly site: Site; readonly mailboxes: readonly Resource[] },
  approved?: string,
): Guarded {
  const losing = changes.filter(removesAccess);
  const tooMany = reasonToHold(losing, world.mailboxes);
  const renames = changes.filter((change) => 'needsApproval' in change);
  const held = tooMany === undefined ? renames : [...losing, ...renames];
  if (held.length === 0) return { allowed: changes, held: [] };
  const hash = hashOf(held);
  if (approved === hash) return { allowed: changes, held: [] };
  const reason = tooMany ?? `${renames.length} addresses would follow a new abbreviation`;
  const waits = new Set(held);
  return { allowed: changes.filter((change) => !waits.has(change)), held, hash, reason };
}

function reasonToHold(dangerous: readonly Update[], mailboxes: readonly Resource[]): string | undefined {
  const ofSite = Math.max(atLeast, Math.floor(mailboxes.length * 0.05));
  if (dangerous.length > ofSite) {
    return `${dangerous.length} mailboxes would lose access at once; ${ofSite} of ${mailboxes.length} may without approval`;
  }
  const perOrganization = Map.groupBy(dangerous, (change) => before(change, attribute.organization)[0] ?? '');
  for (const [, ofOrganization] of perOrganization) {
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
