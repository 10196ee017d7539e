/** Accounts that the operator did not make, or whose resource is another one now: who may take them over. Pure. */
import { localPartPattern } from '../api/fields.ts';
import { annotation, type Metadata, type Resource } from '../api/resource.ts';
import type { DirectoryEntry } from '../ports.ts';
import { isClosed, isLetGo } from './former.ts';
import { attribute, nobody, objectClass } from './layout.ts';
import { localPartOf, resourceName } from './naming/identity.ts';
import { all, first, foreignOwner, type Observed, parseDated } from './observed.ts';
import type { Update } from './plan.ts';
import type { Site } from './site.ts';
import { type Problem, stalled } from './verdict.ts';

/** What a Mailbox may take over: the name under which `Observed` has the entry, or why it may not. */
export type Adoption =
  | { readonly owner: string; readonly problem?: undefined }
  | { readonly owner?: undefined; readonly problem: Problem };

/** `uid` of the entry that `hopthu.io/adopt` names, as a DN or alone. */
export function adoptedUid({ annotations }: Pick<Metadata, 'annotations'>): string | undefined {
  const text = annotations[annotation.adopt]?.trim();
  if (text === undefined || text === '') return undefined;
  return /^uid=([^,+]+),/i.exec(text)?.[1] ?? text;
}

/** Who names which foreign entry first: by creation, then name. */
export function adopters(mailboxes: readonly Resource[]): ReadonlyMap<string, Resource> {
  const asking = mailboxes.flatMap((resource) => {
    const uid = adoptedUid(resource.metadata)?.toLowerCase();
    return uid === undefined ? [] : [{ uid, resource }];
  });
  const order = ({ metadata }: Resource) => `${metadata.creationTimestamp} ${resourceName(metadata)}`;
  asking.sort((a, b) => (order(a.resource) < order(b.resource) ? 1 : -1));
  return new Map(asking.map(({ uid, resource }) => [uid, resource]));
}

/** @returns undefined when the Mailbox names none */
export function adoptionOf(
  observed: Observed,
  { metadata }: Pick<Resource, 'metadata'>,
  adopting: ReadonlyMap<string, Resource>,
): Adoption | undefined {
  const uid = adoptedUid(metadata);
  if (uid === undefined) return undefined;
  const refuse = (why: string): Adoption => ({
    problem: stalled('CannotAdopt', `metadata.annotations: ${annotation.adopt}=${uid}: ${why}`),
  });
  const owner = foreignOwner(uid);
  const entry = observed.byOwner.get(owner);
  if (entry === undefined) return refuse('ou=mailboxes has no entry of this uid that nobody owns');
  const earliest = adopting.get(uid.toLowerCase());
  if (earliest !== undefined && earliest.metadata.uid !== metadata.uid)
    return refuse(`${resourceName(earliest.metadata)} names it, too, and was there earlier`);
  if (!/^[A-Za-z0-9][A-Za-z0-9.-]{0,127}$/.test(uid))
    return refuse('the uid names the mail folder: letters, digits, . and - alone, a letter or digit first');
  if (!all(entry, 'objectClass').some((name) => name.toLowerCase() === 'inetorgperson'))
    return refuse('the entry is no inetOrgPerson');
  return { owner };
}

/** The address of an entry, where it is one that the site may grant. */
export function ownAddress(site: Site, entry: DirectoryEntry): string | undefined {
  const address = first(entry, 'mail')?.toLowerCase();
  const localPart = address === undefined ? undefined : localPartOf(site, address);
  return localPart !== undefined && localPartPattern.test(localPart) ? address : undefined;
}

/**
 * What was granted, and not what somebody has made of `mail` by hand since: whoever is moved leaves the former address among
 * the former ones, or lets go of it, so one that delivers still and is neither was never left.
 * @param told the address in the status, which the operator has written
 */
export function grantedAddress(
  site: Site,
  entry: DirectoryEntry,
  told: string | undefined,
): string | undefined {
  const current = ownAddress(site, entry);
  if (told === undefined || told === current || !all(entry, attribute.address).includes(told)) return current;
  const isFormer = all(entry, attribute.formerAddress).some((value) => parseDated(value).address === told);
  return isFormer ? current : told;
}

/** Does somebody else own the entry, so that the resource's deletion is no order to it? */
export function isOthers(entry: DirectoryEntry, { metadata }: Pick<Resource, 'metadata'>): boolean {
  return first(entry, attribute.ownerUid) !== metadata.uid;
}

/**
 * Adds what makes an update a taking over, where it is one: it waits for a person, however small it is.
 * @returns the update itself for an entry that is the resource's own, or that it may take back at once
 */
export function takingOver(update: Update, entry: DirectoryEntry): Update {
  if (isForeign(entry)) {
    const classes = all(entry, 'objectClass').filter((name) => name !== objectClass.mailbox);
    const added = { attribute: 'objectClass', values: [...classes, objectClass.mailbox] };
    const replacements = [added, ...update.replacements];
    return { ...update, action: 'adopt', ownerUid: nobody, replacements, needsApproval: true };
  }
  if (isRebinding(entry, update.resource)) return { ...update, action: 'rebind', needsApproval: true };
  return update;
}

/** An account that is open and whose resource vanished: a new one gets it only when a person approves. */
function isRebinding(entry: DirectoryEntry, resource: Pick<Resource, 'metadata'>): boolean {
  return isOthers(entry, resource) && !isForeign(entry) && !isClosed(entry) && !isLetGo(entry);
}

export function isForeign(entry: DirectoryEntry): boolean {
  return first(entry, attribute.ownerUid) === undefined;
}
