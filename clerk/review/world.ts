/**
 * What requests speak of, indexed: kept up as resources change, so that neither a pass nor a request goes through all
 * mailboxes of a province. What changes all day and no request asks about, such as use, changes nothing here.
 */
import { isDeepStrictEqual } from 'node:util';
import { MailboxIndex } from '../../cli/annex/mailbox-index.ts';
import type { Manifest } from '../../cli/annex/manifest.ts';
import { OrganizationIndex } from '../../cli/annex/organization-index.ts';
import type { Indexes } from '../../cli/annex/requests.ts';
import type { MailboxStatus } from '../../operator/api/mailbox.ts';
import { parseOrganization } from '../../operator/api/organization.ts';
import type { Resource } from '../../operator/api/resource.ts';
import { Groups } from '../../operator/core/groups.ts';
import { attribute } from '../../operator/core/layout.ts';
import { resourceName } from '../../operator/core/naming/identity.ts';
import { readOrganizations } from '../../operator/core/organizations.ts';
import type { Site } from '../../operator/core/site.ts';
import { entryKeys, mailboxKeys, type Stems, stemsOf } from '../../operator/core/stems.ts';
import { Invalid } from '../../operator/errors.ts';
import { turn } from '../../operator/reconcile/turn.ts';
import type { ClerkSnapshot } from '../ports.ts';
import { manifestOf } from './cluster-manifests.ts';

/** Mailboxes taken in between two turns of the event loop. */
const atOnce = 250;

/** Mailboxes of one namespace, as progress and letters ask for them. */
export type Mailboxes = {
  readonly get: (name: string) => Resource | undefined;
  /** The mailbox of the organization of this name itself (R3). */
  readonly ownOf: (organization: string) => Resource | undefined;
  /** People of one full name. */
  readonly called: (fullName: string) => readonly Resource[];
};

export class ReviewWorld {
  readonly site: Site;
  readonly #groups = new Groups();
  /** By `namespace/name`. */
  readonly #mailboxes = new Map<string, Resource>();
  readonly #granted = new Map<string, string>();
  readonly #reclaimed = new Set<string>();
  /** Revision at which each mailbox, by UID, became what it is. */
  readonly #since = new Map<string, number>();
  #revision = 0;
  /** As it was read last. */
  #list: readonly Resource[] = [];
  #organizations: readonly Resource[] = [];
  #readable: readonly Resource[] = [];
  #organizationsSince = 0;
  #stems: Stems;
  #indexes: Indexes;
  readonly #near = new Map<string, OrganizationIndex>();

  constructor(site: Site) {
    this.site = site;
    this.#stems = stemsOf(site, readOrganizations(site, []));
    const organizations = new OrganizationIndex(site, []);
    this.#indexes = { organizations, mailboxes: new MailboxIndex(site, organizations, this.#granted) };
  }

  /** A world of these resources. */
  static async of(site: Site, resources: Omit<ClerkSnapshot, 'requests'>): Promise<ReviewWorld> {
    const world = new ReviewWorld(site);
    await world.replace(resources);
    return world;
  }

  /** Grows with every change that a review, progress or a letter may depend on. */
  get revision(): number {
    return this.#revision;
  }

  /** Revision at which the organizations became what they are. */
  get organizationsSince(): number {
    return this.#organizationsSince;
  }

  /** Those that can be read. */
  get organizations(): readonly Resource[] {
    return this.#readable;
  }

  /** `namespace/name` of mailboxes that were reclaimed. */
  get reclaimed(): ReadonlySet<string> {
    return this.#reclaimed;
  }

  get mailboxes(): ReadonlyMap<string, Resource> {
    return this.#mailboxes;
  }

  /** Takes over what was read, in steps. */
  async replace({ organizations, mailboxes }: Omit<ClerkSnapshot, 'requests'>): Promise<void> {
    if (!areAlike(this.#organizations, organizations)) this.#begin(organizations);
    const before = this.#list;
    this.#list = mailboxes;
    const isSame = (mailbox: Resource, index: number) => mailbox === before[index];
    if (before.length === mailboxes.length && mailboxes.every(isSame)) return;
    const left = new Set(this.#mailboxes.keys());
    for (const [index, mailbox] of mailboxes.entries()) {
      const name = resourceName(mailbox.metadata);
      left.delete(name);
      this.#put(name, mailbox);
      if (index % atOnce === atOnce - 1) await turn();
    }
    for (const name of left) this.#remove(name);
  }

  /** A copy that a list may be carried out on, which leaves this world as it is. */
  indexes(): Indexes {
    const { organizations, mailboxes } = this.#indexes;
    return {
      organizations,
      mailboxes: new MailboxIndex(this.site, organizations, this.#granted, mailboxes),
    };
  }

  /** Organizations of one namespace. */
  organizationsIn(namespace: string): OrganizationIndex {
    const known = this.#near.get(namespace);
    if (known !== undefined) return known;
    const near = this.#readable.filter(({ metadata }) => metadata.namespace === namespace);
    const index = organizationIndex(this.site, near);
    this.#near.set(namespace, index);
    return index;
  }

  mailboxesIn(namespace: string): Mailboxes {
    const { mailboxes } = this.#indexes;
    const resourcesOf = (found: readonly { readonly manifest: Manifest }[]) =>
      found.flatMap(({ manifest: { id, key } }) =>
        id.namespace === namespace ? (this.#mailboxes.get(key) ?? []) : [],
      );
    const id = (name: string) => ({ kind: 'Organization' as const, namespace, name });
    return {
      get: (name) => this.#mailboxes.get(`${namespace}/${name}`),
      ownOf: (name) => resourcesOf(mailboxes.ownOf({ id: id(name) }))[0],
      called: (fullName) => resourcesOf(mailboxes.called(fullName)),
    };
  }

  /** Everybody who may want what these want, as they are or as they would be. */
  around(resources: readonly Resource[]): readonly Resource[] {
    const keys = resources.flatMap((resource) => [...this.#keysOf(resource)]);
    return this.#groups.around(keys).mailboxes;
  }

  /** Are these all as they were at a revision? */
  areSince(mailboxes: readonly Resource[], revision: number): boolean {
    return mailboxes.every(({ metadata }) => (this.#since.get(metadata.uid) ?? revision) <= revision);
  }

  /** Everything that follows from organizations is made anew. */
  #begin(organizations: readonly Resource[]): void {
    this.#organizations = organizations;
    this.#readable = organizations.filter(isReadable);
    this.#revision += 1;
    this.#organizationsSince = this.#revision;
    this.#stems = stemsOf(this.site, readOrganizations(this.site, organizations));
    const index = organizationIndex(this.site, this.#readable);
    this.#indexes = {
      organizations: index,
      mailboxes: new MailboxIndex(this.site, index, this.#granted),
    };
    for (const kept of [this.#near, this.#groups, this.#mailboxes, this.#granted, this.#reclaimed])
      kept.clear();
    this.#since.clear();
    this.#list = [];
  }

  #put(name: string, mailbox: Resource): void {
    const known = this.#mailboxes.get(name);
    if (known === mailbox) return;
    const { uid } = mailbox.metadata;
    this.#mailboxes.set(name, mailbox);
    if (known !== undefined && known.metadata.uid !== uid) this.#forget(known);
    this.#groups.set(uid, { mailbox }, this.#keysOf(mailbox));
    if (known !== undefined && isAlike(known, mailbox)) return;
    this.#revision += 1;
    this.#since.set(uid, this.#revision);
    const { address, state } = (mailbox.status ?? {}) as MailboxStatus;
    if (address === undefined) this.#granted.delete(name);
    else this.#granted.set(name, address);
    if (state === 'Reclaimed') this.#reclaimed.add(name);
    else this.#reclaimed.delete(name);
    if (mailbox.metadata.deletionTimestamp === undefined)
      this.#indexes.mailboxes.refresh(manifestOf(mailbox));
    else this.#indexes.mailboxes.remove(name);
  }

  #remove(name: string): void {
    const known = this.#mailboxes.get(name);
    if (known === undefined) return;
    this.#revision += 1;
    this.#forget(known);
    this.#mailboxes.delete(name);
    this.#granted.delete(name);
    this.#reclaimed.delete(name);
    this.#indexes.mailboxes.remove(name);
  }

  #forget({ metadata: { uid } }: Resource): void {
    this.#groups.delete(uid);
    this.#since.delete(uid);
  }

  /** With those of the entry that its status speaks of. */
  #keysOf(mailbox: Resource): ReadonlySet<string> {
    const keys = mailboxKeys(this.#stems, mailbox);
    const { entry: dn, address, aliases = [] } = (mailbox.status ?? {}) as MailboxStatus;
    if (dn === undefined) return keys;
    const addresses = address === undefined ? aliases : [address, ...aliases];
    const entry = { dn, attributes: { [attribute.address]: addresses } };
    return new Set([...keys, ...entryKeys(this.#stems, entry)]);
  }
}

/** One that the API server took before a rule was made is the operator's to tell, and no reason to stop. */
export function isReadable(organization: Resource): boolean {
  try {
    parseOrganization(organization);
    return true;
  } catch (error) {
    if (error instanceof Invalid) return false;
    throw error;
  }
}

/** @param organizations that are readable */
export function organizationIndex(site: Site, organizations: readonly Resource[]): OrganizationIndex {
  const sources = organizations.map(({ metadata, spec }) => ({
    id: { kind: 'Organization' as const, namespace: metadata.namespace, name: metadata.name },
    spec,
    from: resourceName(metadata),
  }));
  return new OrganizationIndex(site, sources);
}

function areAlike(some: readonly Resource[], others: readonly Resource[]): boolean {
  return (
    some.length === others.length &&
    some.every((one, index) => {
      const other = others[index];
      return other !== undefined && isAlike(one, other);
    })
  );
}

/** Are they the same to whoever reviews? Also before a version that was restored from a backup. */
function isAlike(one: Resource, other: Resource): boolean {
  return one === other || isDeepStrictEqual(concerns(one), concerns(other));
}

function concerns({ kind, metadata, spec, status }: Resource) {
  const { uid, namespace, name, generation, creationTimestamp, annotations, deletionTimestamp } = metadata;
  const { observedGeneration, address, aliases, state, quota, passwordSecret, entry, conditions } = (status ??
    {}) as MailboxStatus;
  const ready = conditions?.find(({ type }) => type === 'Ready');
  return [
    [kind, uid, namespace, name, generation, creationTimestamp, annotations, deletionTimestamp, spec],
    [observedGeneration, address, aliases, state, quota?.limit, passwordSecret, entry],
    [ready?.status, ready?.message],
  ];
}
