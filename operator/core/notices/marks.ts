/**
 * What people are to be told of a change is written to the entry in the same modify as the change itself: whatever dies
 * afterwards, they are told, and nobody is told of what was there before. Pure.
 */
import type { Mailbox } from '../../api/mailbox.ts';
import type { Resource } from '../../api/resource.ts';
import { parseDelegate } from '../delegates.ts';
import { attribute } from '../layout.ts';
import { isSuspendedByAnnotation } from '../organizations.ts';
import type { Create, Update } from '../plan.ts';
import { formatMemory, type NoticeMemory, parseMemory, withMemories } from './memory.ts';

const none: readonly string[] = [];

/** The change, with what its people are to be told. @param now wall clock */
export function withMarks<C extends Create | Update>(change: C, now: Date): C {
  const marks = marksOf(change, now.getTime());
  if (marks.length === 0) return change;
  const { notice } = attribute;
  if ('attributes' in change)
    return { ...change, attributes: { ...change.attributes, [notice]: marks.map(formatMemory) } };
  const known = valuesOf(change, notice).flatMap((value) => parseMemory(value) ?? []);
  const values = withMemories(known, marks).map(formatMemory);
  const others = change.replacements.filter((replacement) => replacement.attribute !== notice);
  return { ...change, replacements: [...others, { attribute: notice, values }] };
}

/** Does the change leave something that people are to be told? */
export function leavesMarks(change: { readonly action: string } & object): boolean {
  const values = written(change, attribute.notice) ?? none;
  return values.some((value) => value.endsWith(' due'));
}

function marksOf(change: Create | Update, at: number): readonly NoticeMemory[] {
  const mark = (topic: NoticeMemory['topic'], about: string) => ({ topic, about, at, isDue: true });
  const delegates = changedDelegates(change).map((name) => mark('delegation', name));
  if (change.action === 'create') return delegates;
  const former = change.before['mail']?.[0];
  // The addresses of an entry that nobody owned were never granted here.
  const isRenamed =
    change.action !== 'adopt' && former !== undefined && former !== (written(change, 'mail') ?? [former])[0];
  return [
    ...(isSuspended(change) ? [mark('suspension', '-')] : []),
    ...(isRenamed ? [mark('rename', former)] : []),
    ...delegates,
  ];
}

/** An organization that is suspended is told of by its own mailbox alone, and not by each below it. */
function isSuspended({ action, before, resource }: Update): boolean {
  if (action !== 'suspend' || before[attribute.status]?.[0] === 'Suspended') return false;
  return before[attribute.type]?.[0] === 'Organization' || asksItself(resource);
}

function asksItself({ spec, metadata }: Resource): boolean {
  return (spec as Partial<Mailbox['spec']>)?.state === 'Suspended' || isSuspendedByAnnotation(metadata);
}

/** Names of the Mailboxes that got, lost or changed a right (R26). */
function changedDelegates(change: Create | Update): readonly string[] {
  const after = written(change, attribute.delegate);
  if (after === undefined) return none;
  const before = 'before' in change ? (change.before[attribute.delegate] ?? none) : none;
  const rightsBy = (values: readonly string[]) =>
    new Map(values.map(parseDelegate).map(({ account, name, rights }) => [name, `${account} ${rights}`]));
  const [had, has] = [rightsBy(before), rightsBy(after)];
  return [...new Set([...had.keys(), ...has.keys()])].filter((name) => had.get(name) !== has.get(name));
}

/** Values that the change gives an attribute; undefined where it leaves it alone. */
function written(change: object, name: string): readonly string[] | undefined {
  if ('attributes' in change) return (change as Create).attributes[name];
  if (!('replacements' in change)) return undefined;
  return (change as Update).replacements.find((replacement) => replacement.attribute === name)?.values;
}

function valuesOf(change: Update, name: string): readonly string[] {
  return written(change, name) ?? change.before[name] ?? none;
}
