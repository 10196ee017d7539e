/**
 * Desired × observed → what to do, sorted so that every run prints the same.
 *
 * | resource    | entry   | desired        | change                    |
 * |-------------|---------|----------------|---------------------------|
 * | present     | none    | described      | create                    |
 * | present     | ours    | differs        | update (rename, suspend …)|
 * | present     | ours    | the same       | none                      |
 * | present     | any     | undecided      | none                      |
 * | leaving     | ours    | not closed yet | close / remove            |
 * | leaving     | another's |              | none: it never was its own |
 * | leaving     | none    |                | none: it is seen gone     |
 * | none        | ours    |                | none: an orphan, reported |
 */
import { annotation, type Resource } from '../api/resource.ts';
import type { AttributeReplacement, DirectoryEntry } from '../ports.ts';
import type { Described } from './account.ts';
import { isOthers, takingOver } from './adoption.ts';
import type { Decision, Desired } from './desired.ts';
import { type Attributes, differences, mailboxClasses, organizationClasses, withoutAccess } from './entry.ts';
import type { Write } from './held.ts';
import { attribute } from './layout.ts';
import { withMarks } from './notices/marks.ts';
import { all, first } from './observed.ts';
import { generalizedTime } from './time.ts';

export type Action =
  | 'create'
  | 'update'
  | 'rename'
  | 'suspend'
  | 'expire'
  | 'reclaim'
  | 'resume'
  | 'close'
  | 'remove'
  | 'reject'
  | 'adopt'
  | 'rebind';

type Common = {
  readonly action: Action;
  readonly resource: Resource;
  readonly dn: string;
  /** Writes to other entries that have to be there before this change. */
  readonly first: readonly Write[];
};
export type Create = Common & { readonly action: 'create'; readonly attributes: Attributes };
export type Update = Common & {
  readonly action: Exclude<Action, 'create' | 'remove'>;
  /** UID that must own the entry still, or nothing is written. */
  readonly ownerUid: string;
  readonly before: Attributes;
  readonly replacements: readonly AttributeReplacement[];
  /** However few they are, such changes wait for a person. */
  readonly needsApproval?: true;
};
export type Remove = Common & {
  readonly action: 'remove';
  readonly ownerUid: string;
  readonly before: Attributes;
};
export type Change = Create | Update | Remove;

/**
 * Everything that shall be written to the directory, what takes access away first, removals last.
 * @param now wall clock, which entries keep whose status changes
 */
export function planChanges({ desired }: Pick<Decision, 'desired'>, now: Date): readonly Change[] {
  const changes = desired
    .filter(({ resource }) => resource.metadata.annotations[annotation.paused] !== 'true')
    .flatMap((one) => changeFor(one) ?? [])
    .map((change) => withNotes(change, now));
  return inOrder(changes);
}

/** As every plan is printed, whatever its parts were decided in. */
export function inOrder(changes: readonly Change[]): readonly Change[] {
  const placed = changes.map((change) => ({ change, place: placeInPlan(change) }));
  return placed.sort((a, b) => compare(a.place, b.place)).map(({ change }) => change);
}

/** Texts whose order is that of a plan: what takes access away, then organizations before mailboxes, then addresses. */
export function placeInPlan(change: Change): string {
  const { action, resource } = change;
  const kind = resource.kind === 'Organization' ? 0 : 1;
  return `${String(order[action]).padStart(2, '0')} ${kind} ${sortKey(change)}`;
}

const order: Readonly<Record<Action, number>> = {
  // Access is taken away before anything is given.
  close: 0,
  suspend: 1,
  expire: 2,
  reclaim: 3,
  create: 4,
  rename: 5,
  resume: 6,
  update: 7,
  adopt: 8,
  rebind: 9,
  reject: 10,
  remove: 11,
};

function changeFor({
  resource,
  entry,
  dn,
  attributes,
  leaving,
  closing,
  first: writes = [],
  renamed,
}: Desired): Change | undefined {
  if (resource.metadata.deletionTimestamp !== undefined) {
    return leaving && entry !== undefined ? leave(resource, entry, writes, closing) : undefined;
  }
  if (attributes === undefined || dn === undefined) return undefined;
  if (entry === undefined) {
    const objectClass = resource.kind === 'Mailbox' ? mailboxClasses : organizationClasses;
    const given = withoutEmpty({ objectClass, ...attributes });
    return { action: 'create', resource, dn, first: writes, attributes: given };
  }
  const replacements = differences(entry, attributes);
  if (replacements.length === 0 && renamed !== undefined) return renameFor(resource, entry, renamed);
  if (replacements.length === 0 && first(entry, attribute.rejected) === undefined) return undefined;
  const ownerUid = first(entry, attribute.ownerUid) ?? '';
  const action = actionOf(replacements);
  const update = { action, resource, dn, first: writes, ownerUid, before: entry.attributes, replacements };
  return resource.kind === 'Mailbox' ? takingOver(update, entry) : update;
}

/** Only for an entry that is otherwise as it shall be, so that nothing else waits for the approval. */
function renameFor(
  resource: Resource,
  entry: DirectoryEntry,
  { attributes, first: writes }: Described,
): Change {
  return {
    action: 'rename',
    resource,
    dn: entry.dn,
    first: writes,
    ownerUid: first(entry, attribute.ownerUid) ?? '',
    before: entry.attributes,
    replacements: differences(entry, attributes),
    needsApproval: true,
  };
}

function leave(
  resource: Resource,
  entry: NonNullable<Desired['entry']>,
  writes: readonly Write[],
  closing: Attributes = withoutAccess('Closed'),
): Change | undefined {
  const common = {
    resource,
    dn: entry.dn,
    first: writes,
    ownerUid: first(entry, attribute.ownerUid) ?? '',
    before: entry.attributes,
  };
  if (resource.kind === 'Organization') return { action: 'remove', ...common };
  if (isOthers(entry, resource)) return undefined;
  const replacements = differences(entry, closing);
  return replacements.length === 0 ? undefined : { action: 'close', ...common, replacements };
}

function actionOf(replacements: readonly AttributeReplacement[]): Update['action'] {
  const status = replacements.find((replacement) => replacement.attribute === attribute.status)?.values[0];
  if (status === 'Suspended') return 'suspend';
  if (status === 'Expired') return 'expire';
  if (status === 'Reclaimed') return 'reclaim';
  if (status === 'Active') return 'resume';
  return replacements.some((replacement) => replacement.attribute === 'mail') ? 'rename' : 'update';
}

/**
 * What the guard goes by, in the same modify as what it speaks of: since when the status is as it is. What was approved
 * or rejected before is forgotten with it.
 */
function withNotes(plain: Change, now: Date): Change {
  if (plain.action === 'remove' || plain.resource.kind !== 'Mailbox') return plain;
  const change = withMarks(plain, now);
  if (change.action === 'create') return change;
  const { replacements } = change;
  const isNew = replacements.some((replacement) => replacement.attribute === attribute.status);
  const forget = (name: string) => (before(change, name).length > 0 ? [{ attribute: name, values: [] }] : []);
  const status = isNew ? [{ attribute: attribute.statusSince, values: [generalizedTime(now)] }] : [];
  return {
    ...change,
    replacements: [
      ...replacements,
      ...status,
      ...(isNew ? forget(attribute.approvedPlan) : []),
      ...forget(attribute.rejected),
    ],
  };
}

function withoutEmpty(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, values]) => values.length > 0));
}

function sortKey(change: Change): string {
  const attributes = change.action === 'create' ? change.attributes : change.before;
  return `${attributes['mail']?.[0] ?? attributes['cn']?.[0] ?? ''} ${change.dn}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Values of an attribute before an update. */
export function before(change: Update | Remove, name: string): readonly string[] {
  return all({ dn: change.dn, attributes: change.before }, name);
}

/** Attributes that note only that somebody was here, or was told. */
const records: readonly string[] = [attribute.lastAccess, attribute.notice];

export function isRecordOf(name: string): boolean {
  return records.includes(name);
}

/** Nothing that an Event should tell of. */
export function isRecord(change: Change): boolean {
  return 'replacements' in change && change.replacements.every(({ attribute: name }) => isRecordOf(name));
}

/** Does the change take a person's access away? Such changes are counted by the guard and carried out first. */
export function removesAccess(change: Change): change is Update {
  return (
    ['close', 'suspend', 'expire', 'reclaim'].includes(change.action) && change.resource.kind === 'Mailbox'
  );
}

/** Takes back that open sessions are to be ended: only after they were. */
export function waitsForSessions(change: Change): boolean {
  const takesAway: boolean = removesAccess(change);
  const values = replaced(change, attribute.endSessions);
  return !takesAway && values?.length === 0;
}

/** Leaves sessions open that may go by rights which it withdraws: the next pass ends them. */
export function leavesSessions(change: Change): boolean {
  return replaced(change, attribute.mailSetting) !== undefined;
}

/** Whose use by its delegates counts from the next look on (R23, R26). */
export function namesDelegates(change: Change): boolean {
  const named =
    'attributes' in change ? change.attributes[attribute.delegate] : replaced(change, attribute.delegate);
  return named !== undefined && named.length > 0;
}

function replaced(change: Change, name: string): readonly string[] | undefined {
  if (!('replacements' in change)) return undefined;
  return change.replacements.find((replacement) => replacement.attribute === name)?.values;
}
