/** The passes that the operator would make, over entries in memory, until one has nothing more to do. */
import type { Resource } from '../../operator/api/resource.ts';
import { type Decision, decide } from '../../operator/core/desired.ts';
import type { Attributes } from '../../operator/core/entry.ts';
import { formatChange } from '../../operator/core/format.ts';
import { type Guarded, guard } from '../../operator/core/guard.ts';
import type { Today, Write } from '../../operator/core/held.ts';
import { type Change, planChanges } from '../../operator/core/plan.ts';
import { isGone } from '../../operator/core/status.ts';
import type { AttributeReplacement, DirectoryEntry } from '../../operator/ports.ts';
import { ofKinds, withFirstPassword } from './entries.ts';

export type Foreseen = {
  /** In the order in which they would be carried out. */
  readonly changes: readonly Change[];
  /** What the guard holds at the end. */
  readonly guarded: Guarded;
  /** How every resource that is left stands at the end. */
  readonly decision: Decision;
};

/** One that closes mailboxes, and one for each level of organizations that go; far more than any province has. */
const mostPasses = 100;

/** What the guard counts beside what is decided for. */
export type Counted = {
  /** Entries without a resource. */
  readonly gone?: readonly DirectoryEntry[];
  /** Mailboxes that nothing is decided for. */
  readonly others?: readonly Resource[];
};

/** Decides, guards and carries out in memory, pass by pass. */
export function foresee(
  today: Today,
  resources: readonly Resource[],
  entries: readonly DirectoryEntry[],
  { gone = [], others = [] }: Counted = {},
): Foreseen {
  const changes: Change[] = [];
  let present = resources;
  let directory = entries;
  for (let pass = 1; pass <= mostPasses; pass += 1) {
    const kinds = ofKinds(present);
    const decision = decide({ ...today, ...kinds, entries: directory });
    const mailboxes = [...kinds.mailboxes, ...others];
    const world = { ...today, mailboxes, entries: [...directory, ...gone] };
    const guarded = guard(planChanges(decision, today.now), world);
    const left = decision.desired.filter((desired) => !isGone(desired)).map(({ resource }) => resource);
    const settled = guarded.allowed.length === 0 && left.length === present.length;
    if (settled) return { changes, guarded, decision };
    changes.push(...guarded.allowed);
    directory = carryOut(directory, guarded.allowed);
    present = left;
  }
  throw new Error(`the plan does not settle: ${changes.slice(-3).map(formatChange).join('; ')}`);
}

function carryOut(entries: readonly DirectoryEntry[], changes: readonly Change[]): readonly DirectoryEntry[] {
  const byDn = new Map(entries.map((entry) => [entry.dn, entry]));
  for (const change of changes) {
    for (const write of change.first) carryOutWrite(byDn, write);
    if (change.action === 'remove') byDn.delete(change.dn);
    else carryOutWrite(byDn, change);
  }
  return [...byDn.values()];
}

type Written = Pick<Write, 'dn'> & {
  readonly attributes?: Attributes;
  readonly replacements?: readonly AttributeReplacement[];
};

function carryOutWrite(
  byDn: Map<string, DirectoryEntry>,
  { dn, attributes, replacements = [] }: Written,
): void {
  const replaced = Object.fromEntries(replacements.map(({ attribute, values }) => [attribute, values]));
  const before = attributes ?? byDn.get(dn)?.attributes;
  byDn.set(dn, { dn, attributes: withFirstPassword({ ...before, ...replaced }) });
}
