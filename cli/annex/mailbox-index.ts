/** The mailboxes of a folder as the rows of a list speak of them. */
import { resourceName } from '../../operator/core/naming/identity.ts';
import { personLocalPart } from '../../operator/core/naming/person.ts';
import type { Site } from '../../operator/core/site.ts';
import { Invalid } from '../../operator/errors.ts';
import { keyOf } from './columns.ts';
import type { Manifest } from './manifest.ts';
import type { KnownOrganization, OrganizationIndex } from './organization-index.ts';

/** What tells mailboxes apart. */
export type KnownMailbox = {
  readonly manifest: Manifest;
  readonly type: unknown;
  /** Absent when the Organization that it names is not there. */
  readonly organization?: KnownOrganization;
  /** As `keyOf`; empty for an organization's mailbox. */
  readonly nameKey: string;
  readonly fullName: string;
  readonly staffNumber?: string;
  /** Local parts that the manifest asks for. */
  readonly explicit: readonly string[];
  readonly hasLocalPart: boolean;
  /** The address that a cluster granted, where one was asked. */
  readonly granted?: string;
  /** The list cancelled it: its name is not free for anybody else (R24). */
  readonly cancelled: boolean;
};

type LooseSpec = {
  readonly type?: unknown;
  readonly organizationRef?: { readonly name?: unknown };
  readonly person?: { readonly fullName?: unknown; readonly id?: unknown };
  readonly localPart?: unknown;
  readonly aliases?: readonly unknown[];
};

export class MailboxIndex {
  readonly #site: Site;
  readonly #organizations: ReadonlyMap<string, KnownOrganization>;
  readonly #granted: ReadonlyMap<string, string>;
  readonly #below: MailboxIndex | undefined;
  /** By `namespace/name`. */
  readonly #known = new Map<string, KnownMailbox>();
  /** By everything that a row may name it by, so that a list of a whole province takes seconds. */
  readonly #byKey = new Map<string, Set<KnownMailbox>>();

  /**
   * @param granted address by `namespace/name`, as a cluster's statuses say; empty when none was asked
   * @param below what is known already: this index answers for it too, and leaves it as it is
   */
  constructor(
    site: Site,
    organizations: OrganizationIndex,
    granted: ReadonlyMap<string, string>,
    below?: MailboxIndex,
  ) {
    this.#site = site;
    this.#granted = granted;
    this.#below = below;
    this.#organizations =
      below === undefined
        ? new Map(organizations.all.map((one) => [resourceName(one.id), one]))
        : below.#organizations;
  }

  /** Takes a manifest as it is now. */
  refresh(manifest: Manifest): void {
    this.#put(this.#view(manifest, false));
  }

  cancel(manifest: Manifest): void {
    this.#put(this.#view(manifest, true));
  }

  /** It is not there any more. @param key `namespace/name` */
  remove(key: string): void {
    const before = this.#known.get(key);
    if (before === undefined) return;
    this.#known.delete(key);
    this.#unlist(before);
  }

  /** Is the name of a resource taken, also by a mailbox that this list cancelled? */
  isTaken(namespace: string, name: string): boolean {
    return this.named(name).some(({ manifest }) => manifest.id.namespace === namespace);
  }

  /** Who asks for the local part, or was granted it. */
  holdersOf(localPart: string): readonly KnownMailbox[] {
    return this.#find('address', `${localPart}@${this.#site.domain}`);
  }

  /** May the rules have given this mailbox the local part? R13, R15 */
  mayHold({ fullName, granted, hasLocalPart }: KnownMailbox, localPart: string): boolean {
    if (granted !== undefined || hasLocalPart || fullName === '') return false;
    try {
      const base = personLocalPart(this.#site, fullName);
      return localPart.startsWith(base) && /^\d*(\.[a-z0-9._-]+)?$/.test(localPart.slice(base.length));
    } catch (error) {
      if (error instanceof Invalid) return false;
      throw error;
    }
  }

  /** By the name of the resource. */
  named(name: string): readonly KnownMailbox[] {
    return this.#find('resource', name);
  }

  numbered(staffNumber: string): readonly KnownMailbox[] {
    return this.#find('number', keyOf(staffNumber));
  }

  /** People of one full name. */
  called(fullName: string): readonly KnownMailbox[] {
    return this.#find('name', keyOf(fullName));
  }

  /** The own mailboxes of an organization: one, unless manifests contradict each other. */
  ownOf({ id }: Pick<KnownOrganization, 'id'>): readonly KnownMailbox[] {
    return this.#find('own', resourceName(id));
  }

  #find(kind: string, key: string): readonly KnownMailbox[] {
    const below = this.#below === undefined ? [] : this.#below.#find(kind, key);
    const own = this.#byKey.get(`${kind} ${key}`) ?? [];
    return [...below.filter(({ manifest }) => !this.#known.has(manifest.key)), ...own];
  }

  #put(mailbox: KnownMailbox): void {
    const { key: own } = mailbox.manifest;
    this.remove(own);
    this.#known.set(own, mailbox);
    for (const key of this.#keysOf(mailbox)) {
      this.#byKey.set(key, (this.#byKey.get(key) ?? new Set()).add(mailbox));
    }
  }

  #unlist(mailbox: KnownMailbox): void {
    for (const key of this.#keysOf(mailbox)) {
      const listed = this.#byKey.get(key);
      listed?.delete(mailbox);
      if (listed?.size === 0) this.#byKey.delete(key);
    }
  }

  #keysOf({ manifest, type, organization, nameKey, staffNumber, explicit, granted }: KnownMailbox) {
    const addresses = explicit.map((localPart) => `${localPart}@${this.#site.domain}`);
    const own = type === 'Organization' && organization !== undefined;
    return [
      `resource ${manifest.id.name}`,
      `name ${nameKey}`,
      ...(staffNumber === undefined ? [] : [`number ${keyOf(staffNumber)}`]),
      ...(own ? [`own ${resourceName(organization.id)}`] : []),
      ...[...addresses, ...(granted === undefined ? [] : [granted])].map((address) => `address ${address}`),
    ];
  }

  #view(manifest: Manifest, cancelled: boolean): KnownMailbox {
    const spec = (manifest.spec ?? {}) as LooseSpec;
    const organization = this.#organizations.get(
      `${manifest.id.namespace}/${String(spec.organizationRef?.name)}`,
    );
    const fullName = String(spec.person?.fullName ?? '');
    const granted = this.#granted.get(manifest.key);
    return {
      manifest,
      type: spec.type,
      nameKey: keyOf(fullName),
      fullName,
      explicit: [spec.localPart, ...(spec.aliases ?? [])].filter((part) => typeof part === 'string'),
      hasLocalPart: spec.localPart !== undefined,
      cancelled,
      ...(organization === undefined ? {} : { organization }),
      ...(spec.person?.id === undefined ? {} : { staffNumber: String(spec.person.id) }),
      ...(granted === undefined ? {} : { granted }),
    };
  }
}
