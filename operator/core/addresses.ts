/**
 * Who gets which address (R10–R16): a function of what is granted, what is held and who waits, never of the order of
 * events. Nobody's granted address moves by itself.
 */

import type { Mailbox } from '../api/mailbox.ts';
import { annotation } from '../api/resource.ts';
import type { DirectoryEntry } from '../ports.ts';
import { type AddressFacts, holdOn, isGone } from './address-facts.ts';
import { grantedAddress } from './adoption.ts';
import type { Taking } from './held.ts';
import { addressOf, localPartOf, resourceName } from './naming/identity.ts';
import { checkLocalPart, personCandidates, reservedLocalParts } from './naming/local-part.ts';
import { accountOf, type Hold, holderName } from './observed.ts';
import type { ResolvedOrganization } from './organizations.ts';
import { byPrecedence } from './precedence.ts';
import { renamedLocalParts } from './renames.ts';
import type { Site } from './site.ts';
import { attempt, type Problem, stalled } from './verdict.ts';

/** A mailbox that may hold addresses, with the organization it belongs to when that is resolved. */
export type Claimant = {
  readonly mailbox: Mailbox;
  readonly organization?: ResolvedOrganization;
  /** UID that owns its entry now: its own, or the former one of an account it takes back. */
  readonly ownerUid: string;
  /** The account it is to have, where that is not its own UID and has no entry: mail put back from the archive is under it. */
  readonly account?: string;
  /** Where that account's mail is. */
  readonly host?: string;
};

export type Grant = {
  readonly address?: string;
  readonly aliases: readonly string[];
  readonly problems: readonly Problem[];
  /** Closed accounts that have to let go of an address first. */
  readonly takenFrom: readonly Taking[];
  /** Address to move to because the organization's abbreviation changed; never without approval. */
  readonly renamed?: string;
};

type MutableGrant = {
  address?: string;
  aliases: string[];
  problems: Problem[];
  takenFrom: Taking[];
  renamed?: string;
};

/** What keeps an address from a claimant: somebody who has it, or a hold. */
type Obstacle = { readonly holder: string } | { readonly hold: Hold };

/** Decides the addresses of every claimant at once, by UID. */
export function grantAddresses(
  site: Site,
  claimants: readonly Claimant[],
  facts: AddressFacts,
): ReadonlyMap<string, Grant> {
  const table = new AddressTable(site, claimants, facts);
  const order = [...claimants].sort(byPrecedence(site));
  const earliest = [...claimants].sort((a, b) => byAge(a.mailbox, b.mailbox));
  for (const claimant of earliest) table.keepCurrent(claimant);
  // What has no second choice goes to the earlier resource, whichever field asks for it.
  for (const claimant of earliest) {
    table.moveToExplicit(claimant);
    table.grantOrganization(claimant);
    table.addAliases(claimant);
  }
  for (const claimant of earliest) table.planRename(claimant);
  for (const claimant of order) table.grantPerson(claimant);
  return table.grants();
}

function byAge(a: Mailbox, b: Mailbox): number {
  return (
    compare(a.metadata.creationTimestamp, b.metadata.creationTimestamp) ||
    compare(resourceName(a.metadata), resourceName(b.metadata)) ||
    compare(a.metadata.uid, b.metadata.uid)
  );
}

class AddressTable {
  readonly #site: Site;
  readonly #facts: AddressFacts;
  readonly #reserved: ReadonlySet<string>;
  /** address → UID of the claimant that holds it after this pass, and how messages name it. */
  readonly #assigned = new Map<string, { uid: string; name: string }>();
  readonly #grants = new Map<string, MutableGrant>();
  /** One per closed account: whoever takes from it first writes what all of them leave. */
  readonly #takings = new Map<DirectoryEntry, { entry: DirectoryEntry; addresses: string[] }>();

  constructor(site: Site, claimants: readonly Claimant[], facts: AddressFacts) {
    this.#site = site;
    this.#facts = facts;
    this.#reserved = reservedLocalParts(site);
    for (const { mailbox } of claimants)
      this.#grants.set(mailbox.metadata.uid, { aliases: [], problems: [], takenFrom: [] });
  }

  grants(): ReadonlyMap<string, Grant> {
    return this.#grants;
  }

  /** The entry's address, or after the loss of the entry the one in status. A hold does not end what was granted. */
  keepCurrent(claimant: Claimant): void {
    const entry = this.#entryOf(claimant);
    const { address } = claimant.mailbox.status;
    const current = (entry && grantedAddress(this.#site, entry, address)) ?? address;
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
    for (const localPart of service) {
      const address = addressOf(this.#site, localPart);
      const obstacle = this.#obstacle(claimant, address);
      if (obstacle === undefined) this.#addAlias(claimant, address);
      else grant.problems.push(problemOf(address, 'naming.centre.addresses', obstacle));
    }
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
        return !this.#reserved.has(localPart) && this.#obstacle(claimant, address) === undefined;
      }),
    );
    if ('problem' in found) this.#grant(claimant).problems.push(found.problem);
    else if (found.value !== undefined) this.#assign(claimant, addressOf(this.#site, found.value));
  }

  /** Plans the move to a new abbreviation and keeps the address free for it. */
  planRename(claimant: Claimant): void {
    const { mailbox, organization } = claimant;
    const grant = this.#grant(claimant);
    const current = grant.address === undefined ? undefined : localPartOf(this.#site, grant.address);
    if (current === undefined || organization === undefined) return;
    const candidates = () => renamedLocalParts(this.#site, mailbox, organization, current);
    const found = attempt('NoAddress', () =>
      candidates().find((localPart) => this.#refusal(claimant, localPart, '') === undefined),
    );
    if ('problem' in found) grant.problems.push(found.problem);
    else if (found.value !== undefined) {
      grant.renamed = addressOf(this.#site, found.value);
      this.#take(claimant, grant.renamed);
    } else {
      const [only] = candidates();
      const refusal = only === undefined ? undefined : this.#refusal(claimant, only, 'spec.organizationRef');
      if (refusal !== undefined) grant.problems.push(refusal);
    }
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
    const obstacle = this.#obstacle(claimant, address);
    return obstacle === undefined ? undefined : problemOf(address, field, obstacle);
  }

  #obstacle(claimant: Claimant, address: string): Obstacle | undefined {
    const holder = this.#holder(claimant, address);
    if (holder !== undefined) return { holder };
    const entry = this.#entryOf(claimant);
    if (this.#assigned.has(address) || (entry !== undefined && this.#holding(address) === entry))
      return undefined;
    const { uid, annotations } = claimant.mailbox.metadata;
    const hold = holdOn(
      this.#facts,
      address,
      entry === undefined ? (claimant.account ?? uid) : accountOf(entry),
    );
    if (hold === undefined || annotations[annotation.liftHold]?.split(/[\s,]+/).includes(address))
      return undefined;
    return { hold };
  }

  /** Who else has the address: by an earlier decision of this pass, in the directory, or in the status of a lost entry. */
  #holder(claimant: Claimant, address: string): string | undefined {
    const { uid } = claimant.mailbox.metadata;
    const assigned = this.#assigned.get(address);
    if (assigned !== undefined) return assigned.uid === uid ? undefined : assigned.name;
    const entry = this.#holding(address);
    if (entry !== undefined && entry !== this.#entryOf(claimant) && !isGone(this.#facts, entry))
      return holderName(entry);
    const promised = this.#facts.promised.get(address);
    return promised === undefined || promised.uid === uid ? undefined : promised.name;
  }

  #assign(claimant: Claimant, address: string): void {
    this.#take(claimant, address);
    this.#grant(claimant).address = address;
  }

  #take(claimant: Claimant, address: string): void {
    const { metadata } = claimant.mailbox;
    this.#assigned.set(address, { uid: metadata.uid, name: resourceName(metadata) });
    const entry = this.#holding(address);
    if (entry === undefined || entry === this.#entryOf(claimant)) return;
    const taking = this.#takings.get(entry) ?? { entry, addresses: [] };
    this.#takings.set(entry, taking);
    taking.addresses.push(address);
    const { takenFrom } = this.#grant(claimant);
    if (!takenFrom.includes(taking)) takenFrom.push(taking);
  }

  #addAlias(claimant: Claimant, address: string): void {
    this.#take(claimant, address);
    const grant = this.#grant(claimant);
    if (grant.address !== address && localPartOf(this.#site, address) !== undefined)
      grant.aliases.push(address);
  }

  #isCentre({ metadata }: Mailbox): boolean {
    const { centre } = this.#site;
    return metadata.namespace === centre.namespace && metadata.name === centre.mailbox;
  }

  #entryOf({ ownerUid }: Claimant): DirectoryEntry | undefined {
    return this.#facts.observed.byOwner.get(ownerUid);
  }

  #holding(address: string): DirectoryEntry | undefined {
    return this.#facts.observed.holders.get(address);
  }

  #grant(claimant: Claimant): MutableGrant {
    const grant = this.#grants.get(claimant.mailbox.metadata.uid);
    if (grant === undefined) throw new Error(`no grant for ${resourceName(claimant.mailbox.metadata)}`);
    return grant;
  }
}

function problemOf(address: string, field: string, obstacle: Obstacle): Problem {
  if ('holder' in obstacle) {
    const message = `${field}: ${address} is held by ${obstacle.holder}; ask for another address (R12, R16)`;
    return stalled('AddressConflict', message);
  }
  const { resource, until } = obstacle.hold;
  const end = until === undefined ? '' : ` until ${until.slice(0, 10)}, and as long as that Mailbox exists`;
  return stalled(
    'AddressHeld',
    `${field}: ${address} was an address of ${resource} and is held back${end}; ask for another address, or annotate this Mailbox with ${annotation.liftHold}=${address}`,
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
