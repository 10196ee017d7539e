/** A change of an organization's delegates as a manifest, which a person reviews in Git: the portal writes nothing (R26). */
import { stringify } from 'yaml';
import { type DelegateRight, delegateRights, mailboxSpec } from '../../operator/api/mailbox.ts';
import { apiVersion } from '../../operator/api/resource.ts';
import { attribute } from '../../operator/core/layout.ts';
import { first } from '../../operator/core/observed.ts';
import type { DirectoryEntry } from '../../operator/ports.ts';
import type { Candidate, Shared } from './directory.ts';

/** Name of a Mailbox and its rights. */
export type Wanted = { readonly name: string; readonly rights: readonly DelegateRight[] };

/** Why somebody cannot become a delegate. */
export type Refusal = 'unknown' | 'itself' | 'outside' | 'already' | 'noRights' | 'tooMany' | 'nothing';

/** Most delegates of a mailbox, by the definition. */
const most = 32;

/** `namespace/name` of the resource that owns an entry. */
export function resourceOf(entry: DirectoryEntry): { readonly namespace: string; readonly name: string } {
  const [namespace = '', name = ''] = (first(entry, attribute.resource) ?? '').split('/');
  return { namespace, name };
}

/** The same rules as the operator's, which decides in the end: inside the organization, and of its namespace. */
export function refusalOf(shared: Shared, candidate: Candidate | undefined): Refusal | undefined {
  if (candidate === undefined) return 'unknown';
  const { namespace, name } = resourceOf(candidate.entry);
  if (candidate.entry.dn === shared.entry.dn) return 'itself';
  const isInside = candidate.organizations.some(({ dn }) => dn === shared.organization.dn);
  if (!isInside || namespace !== resourceOf(shared.entry).namespace) return 'outside';
  return shared.delegates.some((delegate) => delegate.name === name) ? 'already' : undefined;
}

export type Difference = {
  readonly added: readonly Wanted[];
  readonly removed: readonly Wanted[];
  readonly changed: readonly (Wanted & { readonly before: readonly DelegateRight[] })[];
};

/** @param wanted every delegate that there shall be; without rights is none */
export function differenceOf(before: readonly Wanted[], wanted: readonly Wanted[]): Difference {
  const rightsIn = (list: readonly Wanted[], name: string) =>
    list.find((one) => one.name === name && one.rights.length > 0)?.rights;
  const there = wanted.filter(({ rights }) => rights.length > 0);
  return {
    added: there.filter(({ name }) => rightsIn(before, name) === undefined),
    removed: before.filter(({ name }) => rightsIn(there, name) === undefined),
    changed: there.flatMap((one) => {
      const former = rightsIn(before, one.name);
      return former === undefined || textOf(former) === textOf(one.rights)
        ? []
        : [{ ...one, before: former }];
    }),
  };
}

/** Write includes Read. */
export function textOf(rights: readonly DelegateRight[]): string {
  return delegateRights.filter((right) => rights.includes(right)).join(', ');
}

/**
 * The Mailbox with the delegates as they shall be; fields that it does not name stay as they are in Git.
 * @param heading lines of a comment, without the `#`
 */
export function manifestOf(shared: Shared, wanted: readonly Wanted[], heading: string): string {
  const delegates = wanted
    .filter(({ rights }) => rights.length > 0)
    .map(({ name, rights }) => ({
      mailboxRef: { name },
      rights: delegateRights.filter((right) => rights.includes(right)),
    }));
  const spec = {
    organizationRef: { name: resourceOf(shared.organization).name },
    type: 'Organization',
    delegates,
  };
  mailboxSpec.parse(spec);
  const { namespace, name } = resourceOf(shared.entry);
  const comment = heading
    .trim()
    .split('\n')
    .map((line) => `# ${line}`.trimEnd());
  return `${comment.join('\n')}\n${stringify({ apiVersion, kind: 'Mailbox', metadata: { name, namespace }, spec })}`;
}

/** @returns `nothing` where all stays as it is */
export function faultOf(before: readonly Wanted[], wanted: readonly Wanted[]): Refusal | undefined {
  if (wanted.filter(({ rights }) => rights.length > 0).length > most) return 'tooMany';
  const { added, removed, changed } = differenceOf(before, wanted);
  return added.length + removed.length + changed.length === 0 ? 'nothing' : undefined;
}
