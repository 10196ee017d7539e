/**
 * The directory port in memory, with slapd's rules: parents exist, names and addresses are unique without regard to
 * case, writes are all or nothing and only for the owner. Unit tests run on it; the contract suite holds it and a
 * real slapd to the same behaviour.
 */
import { dnKey, parentOf, parseDn } from '../core/dn.ts';
import { attribute, container, nobody, snapshotAttributes } from '../core/layout.ts';
import { Blocked, Conflict, Unavailable } from '../errors.ts';
import type { AttributeReplacement, Directory, DirectoryEntry } from '../ports.ts';
import { check, checkDn, spelled, type Values } from './memory-rules.ts';

type Given = Readonly<Record<string, readonly string[]>>;
type Stored = { readonly dn: string; readonly values: Values };

/** Calls of the port, as `intercept` sees them. */
export type Call = 'snapshot' | 'add' | 'modify' | 'remove';

export class MemoryDirectory implements Directory {
  /** Writes that took effect: what a pass with nothing to do must not raise. */
  readonly writes = { add: 0, modify: 0, remove: 0 };
  /** Runs before and after each call takes effect; what it throws is what the caller gets (a crash at that moment). */
  intercept: (moment: 'before' | 'after', call: Call) => void = () => {};

  readonly #containers: ReadonlySet<string>;
  readonly #entries = new Map<string, Stored>();
  /** Key of the entry that holds each address, lower case. */
  readonly #holders = new Map<string, string>();
  #isDown = false;
  #nextFailure: Error | undefined;

  constructor(suffix: string) {
    const { mailboxes, organizations, held } = container;
    this.#containers = new Set([mailboxes, organizations, held].map((name) => dnKey(`${name},${suffix}`)));
  }

  /** Every call fails with Unavailable until `up`. */
  down(): void {
    this.#isDown = true;
  }

  up(): void {
    this.#isDown = false;
  }

  /** The next call fails with `error` and has no effect. */
  failNext(error: Error): void {
    this.#nextFailure = error;
  }

  /** All that is stored under a name, `userPassword` included. */
  entry(dn: string): DirectoryEntry | undefined {
    const found = this.#entries.get(dnKey(dn));
    return found === undefined ? undefined : { dn: found.dn, attributes: Object.fromEntries(found.values) };
  }

  /** Writes by hand, past the owner and the rules: drift and foreign entries. */
  put(dn: string, attributes: Given): void {
    this.#store(dnKey(dn), { dn, values: toValues(attributes) });
  }

  /** Removes by hand. */
  drop(dn: string): void {
    this.#forget(dnKey(dn));
  }

  snapshot(): Promise<readonly DirectoryEntry[]> {
    return this.#call('snapshot', () => [...this.#entries.values()].map(visible));
  }

  add(dn: string, attributes: Given): Promise<void> {
    return this.#call('add', () => {
      checkDn(dn);
      const key = dnKey(dn);
      if (this.#entries.has(key)) throw new Conflict(`add ${dn}: an entry of this name exists already`);
      this.#checkPlace(key, dn);
      const values = withNamingValues(dn, toValues(attributes));
      this.#checkUnique(key, values);
      check(dn, values);
      this.#store(key, { dn, values });
      this.writes.add += 1;
    });
  }

  modify(dn: string, ownerUid: string, replacements: readonly AttributeReplacement[]): Promise<void> {
    return this.#call('modify', () => {
      if (replacements.length === 0) return;
      const key = dnKey(dn);
      const found = this.#entries.get(key);
      if (found === undefined) throw new Conflict(`modify ${dn}: there is no such entry`);
      checkOwner(found, ownerUid);
      const values = new Map(found.values);
      for (const { attribute: name, values: list } of replacements) {
        if (list.length === 0) values.delete(spelled(name));
        else values.set(spelled(name), [...list]);
      }
      // slapo-ppolicy unlocks whoever gets a new password.
      const isNewPassword = replacements.some(({ attribute: name }) => name === 'userPassword');
      if (isNewPassword && found.values.has('pwdAccountLockedTime')) values.delete('pwdAccountLockedTime');
      this.#checkUnique(key, values);
      check(dn, values);
      this.#store(key, { dn: found.dn, values });
      this.writes.modify += 1;
    });
  }

  remove(dn: string, ownerUid: string): Promise<void> {
    return this.#call('remove', () => {
      const found = this.#entries.get(dnKey(dn));
      if (found === undefined) return;
      checkOwner(found, ownerUid);
      this.#forget(dnKey(dn));
      this.writes.remove += 1;
    });
  }

  async close(): Promise<void> {
    this.down();
  }

  async #call<T>(call: Call, work: () => T): Promise<T> {
    this.intercept('before', call);
    if (this.#isDown) throw new Unavailable('LDAP', 'the directory does not answer');
    const failure = this.#nextFailure;
    this.#nextFailure = undefined;
    if (failure !== undefined) throw failure;
    const result = work();
    this.intercept('after', call);
    return result;
  }

  /** slapd's ACL lets the operator write directly below the containers and nowhere else. */
  #checkPlace(key: string, dn: string): void {
    const parent = parentOf(key);
    if (this.#containers.has(parent)) return;
    if (this.#entries.has(parent))
      throw new Blocked('DirectoryRefused', `add ${dn}: no write access to parent`);
    throw new Unavailable('LDAP', `add ${dn}: there is no such parent`);
  }

  #checkUnique(key: string, values: Values): void {
    for (const address of values.get(attribute.address) ?? []) {
      const holder = this.#holders.get(address.toLowerCase());
      if (holder !== undefined && holder !== key) throw new Conflict(`${address} is held by ${holder}`);
    }
  }

  #store(key: string, stored: Stored): void {
    this.#forget(key);
    this.#entries.set(key, stored);
    for (const address of stored.values.get(attribute.address) ?? []) {
      this.#holders.set(address.toLowerCase(), key);
    }
  }

  #forget(key: string): void {
    for (const address of this.#entries.get(key)?.values.get(attribute.address) ?? []) {
      this.#holders.delete(address.toLowerCase());
    }
    this.#entries.delete(key);
  }
}

function checkOwner({ dn, values }: Stored, ownerUid: string): void {
  const owner = values.get(attribute.ownerUid)?.[0] ?? nobody;
  if (owner.toLowerCase() !== ownerUid.toLowerCase()) {
    throw new Conflict(`${dn}: the entry belongs to another resource`);
  }
}

function toValues(given: Given): Values {
  const present = Object.entries(given).filter(([, list]) => list.length > 0);
  return new Map(present.map(([name, list]) => [spelled(name), [...list]]));
}

/** slapd stores the value that an entry is named by even where the request leaves it out. */
function withNamingValues(dn: string, values: Values): Values {
  const named = (parseDn(dn)[0] ?? []).map(({ attribute: name, value }) => [spelled(name), [value]] as const);
  return new Map([...named, ...values]);
}

function visible({ dn, values }: Stored): DirectoryEntry {
  const shown = snapshotAttributes.flatMap((name) => {
    const list = values.get(name);
    return list === undefined ? [] : [[name, list] as const];
  });
  return { dn, attributes: Object.fromEntries(shown) };
}
