/** The mailboxes of a folder as the rows of a list speak of them. */
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
  readonly #known = new Map<Manifest, KnownMailbox>();

  /** @param granted address by `namespace/name`, as a cluster's statuses say; empty when none was asked */
  constructor(
    site: Site,
    organizations: OrganizationIndex,
    manifests: readonly Manifest[],
    granted: ReadonlyMap<string, string>,
  ) {
    this.#site = site;
    this.#granted = granted;
    this.#organizations = new Map(
      organizations.all.map((organization) => [
        `${organization.id.namespace}/${organization.id.name}`,
        organization,
      ]),
    );
    for (const manifest of manifests) this.refresh(manifest);
  }

  get all(): readonly KnownMailbox[] {
    return [...this.#known.values()];
  }

  /** Takes a manifest as it is now. */
  refresh(manifest: Manifest): void {
    this.#known.set(manifest, this.#view(manifest, false));
  }

  cancel(manifest: Manifest): void {
    this.#known.set(manifest, this.#view(manifest, true));
  }

  /** Is the name of a resource taken, also by a mailbox that this list cancelled? */
  isTaken(namespace: string, name: string): boolean {
    return this.all.some(({ manifest }) => manifest.key === `${namespace}/${name}`);
  }

  /** Who asks for the local part, or was granted it. */
  holdersOf(localPart: string): readonly KnownMailbox[] {
    const address = `${localPart}@${this.#site.domain}`;
    return this.all.filter(({ explicit, granted }) => explicit.includes(localPart) || granted === address);
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
