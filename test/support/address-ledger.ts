/**
 * What must be true of addresses after every pass, told from the directory alone and without the operator's own
 * reckoning: none twice, none moved by itself, none given away while it is held.
 */
import type { Resource } from '../../operator/api/resource.ts';
import type { DirectoryEntry } from '../../operator/ports.ts';
import type { Province } from './province.ts';

type Account = {
  readonly mail: string | undefined;
  readonly delivers: ReadonlySet<string>;
  readonly resource: string;
  readonly ownerUid: string;
};
type Release = { readonly account: string; readonly ownerUid: string; readonly time: number };

const day = 86_400_000;

export class AddressLedger {
  readonly #province: Province;
  readonly #releases = new Map<string, Release[]>();
  #accounts: ReadonlyMap<string, Account> = new Map();
  #existing: ReadonlyMap<string, Resource> = new Map();
  /** After the pass: one pass may let a resource go and then grant what it held. */
  #left: ReadonlyMap<string, Resource> = new Map();

  constructor(province: Province) {
    this.#province = province;
  }

  /** Right before a pass: which resources it sees. */
  async before(): Promise<void> {
    this.#existing = await this.#resources();
  }

  /** Right after a pass, also one that died: compares with what was there before. @throws Error naming the fault */
  async after(): Promise<void> {
    const accounts = new Map<string, Account>();
    const holders = new Map<string, string>();
    this.#left = await this.#resources();
    for (const entry of await this.#province.directory.snapshot()) {
      if (!entry.dn.includes(',ou=mailboxes,')) continue;
      for (const address of entry.attributes['hopThuAddress'] ?? []) {
        const other = holders.get(address);
        if (other !== undefined) throw new Error(`${address} is at ${other} and at ${entry.dn}`);
        holders.set(address, entry.dn);
      }
      accounts.set(entry.dn, account(entry));
    }
    for (const [dn, now] of accounts) this.#compare(dn, this.#accounts.get(dn), now);
    for (const [dn, was] of this.#accounts) this.#noteReleases(dn, was, accounts.get(dn));
    this.#accounts = accounts;
  }

  #compare(dn: string, was: Account | undefined, now: Account): void {
    const resource = this.#existing.get(now.ownerUid);
    if (was?.mail !== undefined && now.mail !== undefined && was.mail !== now.mail) {
      const { localPart } = (resource?.spec ?? {}) as { localPart?: string };
      if (now.mail !== `${localPart}@${this.#province.site.domain}`)
        throw new Error(`${now.resource} moved by itself from ${was.mail} to ${now.mail}`);
    }
    const lifted = resource?.metadata.annotations['hopthu.io/lift-hold'] ?? '';
    for (const address of now.delivers) {
      if (was?.delivers.has(address) === true || lifted.split(' ').includes(address)) continue;
      for (const release of this.#releases.get(address) ?? []) this.#checkFree(address, dn, release);
    }
  }

  #checkFree(address: string, dn: string, { account, ownerUid, time }: Release): void {
    if (account === dn) return;
    const { now, site } = this.#province;
    const days = (now.getTime() - time) / day;
    if (days < site.naming.holdDays) throw new Error(`${address} was granted ${days} days after its release`);
    if (this.#left.has(ownerUid)) throw new Error(`${address} was granted while its resource exists`);
  }

  #noteReleases(dn: string, was: Account, now: Account | undefined): void {
    for (const address of was.delivers) {
      if (now?.delivers.has(address) === true) continue;
      const release = { account: dn, ownerUid: was.ownerUid, time: this.#province.now.getTime() };
      this.#releases.set(address, [...(this.#releases.get(address) ?? []), release]);
    }
  }

  async #resources(): Promise<ReadonlyMap<string, Resource>> {
    const { mailboxes } = await this.#province.cluster.snapshot();
    return new Map(mailboxes.map((resource) => [resource.metadata.uid, resource]));
  }
}

/** A closed account delivers nothing: whatever it still lists, it has let go. */
function account({ attributes }: DirectoryEntry): Account {
  const isClosed = attributes['hopThuStatus']?.[0] === 'Closed';
  return {
    mail: attributes['mail']?.[0],
    delivers: new Set(isClosed ? [] : attributes['hopThuAddress']),
    resource: attributes['hopThuResource']?.[0] ?? '',
    ownerUid: attributes['hopThuOwnerUID']?.[0] ?? '',
  };
}
