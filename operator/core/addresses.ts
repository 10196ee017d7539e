/**
 * Who gets which address (R10–R16): a function of what is granted, what is held and who waits, never of the order of
 * events. Nobody's granted address moves by itself.
 */
import type { Mailbox } from '../api/mailbox.ts';
import { addressOf, localPartOf, resourceName } from './naming/identity.ts';
import { checkLocalPart, personCandidates, reservedLocalParts } from './naming/local-part.ts';
import { first, holderName, type Observed } from './observed.ts';
import type { ResolvedOrganization } from './organizations.ts';
import { byPrecedence } from './precedence.ts';
import type { Site } from './site.ts';
import { attempt, type Problem, stalled } from './verdict.ts';

/** A mailbox that may hold addresses, with the organization it belongs to when that is resolved. */
export type Claimant = {
  readonly mailbox: Mailbox;
  readonly organization?: ResolvedOrganization;
  /** UID that owns its entry now: its own, or the former one of an account it takes back. */
  readonly ownerUid: string;
};

export type Grant = {
  readonly address?: string;
  readonly aliases: readonly string[];
  readonly problems: readonly Problem[];
};

/** Decides the addresses of every claimant at once, by UID. */
export function grantAddresses(
  site: Site,
  claimants: readonly Claimant[],
  observed: Observed,
): ReadonlyMap<string, Grant> {
  const table = new AddressTable(site, claimants, observed);
  const order = [...claimants].sort(byPrecedence(site));
  const earliest = [...claimants].sort((a, b) => byAge(a.mailbox, b.mailbox));
  for (const claimant of earliest) table.keepCurrent(claimant);
  for (const claimant of earliest) table.moveToExplicit(claimant);
  for (const claimant of earliest) table.addAliases(claimant);
  for (const claimant of earliest) table.grantOrganization(claimant);
  for (const claimant of order) table.grantPerson(claimant);
  return table.grants();
}

function byAge(a: Mailbox, b: Mailbox): number {
  return (
    a.metadata.creationTimestamp.localeCompare(b.metadata.creationTimestamp) ||
    a.metadata.uid.localeCompare(b.metadata.uid)
  );
}

class AddressTable {
  readonly #site: Site;
  readonly #observed: Observed;
  readonly #reserved: ReadonlySet<string>;
  /** address → UID of the claimant that holds it after this pass, and how messages name it. */
  readonly #assigned = new Map<string, { uid: string; name: string }>();
  readonly #grants = new Map<string, { address?: string; aliases: string[]; problems: Problem[] }>();

  constructor(site: Site, claimants: readonly Claimant[], observed: Observed) {
    this.#site = site;
    this.#observed = observed;
    this.#reserved = reservedLocalParts(site);
    for (const { mailbox } of claimants)
      this.#grants.set(mailbox.metadata.uid, { aliases: [], problems: [] });
  }

  grants(): ReadonlyMap<string, Grant> {
    return this.#grants;
  }

  /** The entry's address, or after the loss of the entry the one in status. */
  keepCurrent(claimant: Claimant): void {
    const entry = this.#observed.byOwner.get(claimant.ownerUid);
    const current = (entry && first(entry, 'mail')) ?? claimant.mailbox.status.address;
    if (current !== undefined && this.#holder(claimant, current) === undefined)
      this.#assign(claimant, current);
  }

  moveToExplicit(claimant: Claimant): void {
    const { localPart } = claimant.mailbox.spec;
    const grant = this.#grant(claimant);
    if (localPart === undefined || grant.address === addressOf(this.#site, localPart)) return;
    const refusal = this.#refusal(claimant, localPart, 'spec.localPart');
    if (refusal === undefined) this.#assign(claimant, addressOf(this.#site, localPart));
    else grant.problems.push(refusal);
  }

  addAliases(claimant: Claimant): void {
    const grant = this.#grant(claimant);
    const service = this.#isCentre(claimant.mailbox) ? this.#site.centre.addresses : [];
    for (const localPart of service) this.#addAlias(claimant, addressOf(this.#site, localPart));
    for (const localPart of claimant.mailbox.spec.aliases ?? []) {
      const refusal = this.#refusal(claimant, localPart, 'spec.aliases');
      if (refusal === undefined) this.#addAlias(claimant, addressOf(this.#site, localPart));
      else grant.problems.push(refusal);
    }
  }

  grantOrganization(claimant: Claimant): void {
    const { mailbox, organization } = claimant;
    if (!this.#isPending(claimant) || mailbox.spec.type !== 'Organization' || organization === undefined)
      return;
    const refusal = this.#refusal(claimant, organization.localPart, 'spec.organizationRef');
    if (refusal === undefined) this.#assign(claimant, addressOf(this.#site, organization.localPart));
    else this.#grant(claimant).problems.push(refusal);
  }

  grantPerson(claimant: Claimant): void {
    const { mailbox, organization } = claimant;
    const { person } = mailbox.spec;
    if (!this.#isPending(claimant) || person === undefined || organization === undefined) return;
    const found = attempt('NoAddress', () =>
      personCandidates(this.#site, person.fullName, organization.naming).find((localPart) => {
        const address = addressOf(this.#site, localPart);
        return !this.#reserved.has(localPart) && this.#holder(claimant, address) === undefined;
      }),
    );
    if ('problem' in found) this.#grant(claimant).problems.push(found.problem);
    else if (found.value !== undefined) this.#assign(claimant, addressOf(this.#site, found.value));
  }

  /** Neither granted nor waiting for an explicit address that was refused. */
  #isPending(claimant: Claimant): boolean {
    return this.#grant(claimant).address === undefined && claimant.mailbox.spec.localPart === undefined;
  }

  #refusal(claimant: Claimant, localPart: string, field: string): Problem | undefined {
    const checked = attempt('NoAddress', () => checkLocalPart(localPart, field));
    if ('problem' in checked) return checked.problem;
    const address = addressOf(this.#site, localPart);
    if (this.#reserved.has(localPart))
      return stalled('AddressReserved', `${field}: ${address} is reserved by the site`);
    const holder = this.#holder(claimant, address);
    if (holder === undefined) return undefined;
    return stalled(
      'AddressConflict',
      `${field}: ${address} is held by ${holder}; ask for another address (R12, R16)`,
    );
  }

  /** Who else holds the address, in the directory or by an earlier decision of this pass. */
  #holder(claimant: Claimant, address: string): string | undefined {
    const assigned = this.#assigned.get(address);
    if (assigned !== undefined)
      return assigned.uid === claimant.mailbox.metadata.uid ? undefined : assigned.name;
    const entry = this.#observed.holders.get(address);
    return entry === undefined || entry === this.#observed.byOwner.get(claimant.ownerUid)
      ? undefined
      : holderName(entry);
  }

  #assign(claimant: Claimant, address: string): void {
    this.#assigned.set(address, {
      uid: claimant.mailbox.metadata.uid,
      name: resourceName(claimant.mailbox.metadata),
    });
    this.#grant(claimant).address = address;
  }

  #addAlias(claimant: Claimant, address: string): void {
    this.#assigned.set(address, {
      uid: claimant.mailbox.metadata.uid,
      name: resourceName(claimant.mailbox.metadata),
    });
    const grant = this.#grant(claimant);
    if (grant.address !== address && localPartOf(this.#site, address) !== undefined)
      grant.aliases.push(address);
  }

  #isCentre({ metadata }: Mailbox): boolean {
    const { centre } = this.#site;
    return metadata.namespace === centre.namespace && metadata.name === centre.mailbox;
  }

  #grant(claimant: Claimant): { address?: string; aliases: string[]; problems: Problem[] } {
    const grant = this.#grants.get(claimant.mailbox.metadata.uid);
    if (grant === undefined) throw new Error(`no grant for ${resourceName(claimant.mailbox.metadata)}`);
    return grant;
  }
}
