/** What is known of cluster and directory, in groups that can be decided one by one; kept up between two reads. */
import type { Resource } from '../api/resource.ts';
import { dnKey } from '../core/dn.ts';
import { type Group, Groups } from '../core/groups.ts';
import { objectClass } from '../core/layout.ts';
import { resourceName } from '../core/naming/identity.ts';
import { all, observe } from '../core/observed.ts';
import { type Organizations, readOrganizations } from '../core/organizations.ts';
import { withShards } from '../core/shards.ts';
import type { Site } from '../core/site.ts';
import { entryKeys, mailboxKeys, type Stems, stemsOf } from '../core/stems.ts';
import type { ClusterSnapshot, DirectoryEntry } from '../ports.ts';
import { turn } from './turn.ts';

/** Members taken in between two turns of the event loop. */
const atOnce = 500;

export class View {
  readonly #site: Site;
  readonly #groups = new Groups();
  /** UID by name of the resource. */
  readonly #uids = new Map<string, string>();
  #resources: readonly Resource[] = [];
  /** As the resources have them, and with what the directory says of their shards. */
  #resolved: Organizations;
  #organizations: Organizations;
  #stems: Stems;

  constructor(site: Site) {
    this.#site = site;
    this.#resolved = readOrganizations(site, []);
    this.#organizations = this.#resolved;
    this.#stems = stemsOf(site, this.#resolved);
  }

  get organizations(): Organizations {
    return this.#organizations;
  }

  /** Takes over what was read, in steps; what is the same object as before costs next to nothing. */
  async replace(snapshot: ClusterSnapshot, entries: readonly DirectoryEntry[]): Promise<void> {
    if (!isSameList(this.#resources, snapshot.organizations)) {
      this.#resources = snapshot.organizations;
      this.#resolved = readOrganizations(this.#site, snapshot.organizations);
      this.#stems = stemsOf(this.#site, this.#resolved);
      this.#groups.clear();
    }
    this.#organizations =
      this.#site.storage.shards === 1
        ? this.#resolved
        : withShards(this.#site, this.#resolved, { ...snapshot, observed: observe(this.#site, entries) });
    const left = new Set(this.#groups.ids());
    this.#uids.clear();
    let count = 0;
    for (const mailbox of snapshot.mailboxes) {
      left.delete(mailbox.metadata.uid);
      this.putMailbox(mailbox);
      if (++count % atOnce === 0) await turn();
    }
    for (const entry of entries) {
      left.delete(dnKey(entry.dn));
      this.putEntry(entry.dn, entry);
      if (++count % atOnce === 0) await turn();
    }
    for (const id of left) this.#groups.delete(id);
  }

  putMailbox(mailbox: Resource): void {
    const { uid } = mailbox.metadata;
    this.#uids.set(resourceName(mailbox.metadata), uid);
    const known = this.#groups.get(uid);
    if (known !== undefined && 'mailbox' in known && known.mailbox === mailbox) return;
    this.#groups.set(uid, { mailbox }, mailboxKeys(this.#stems, mailbox));
  }

  /** @param entry undefined when there is none any more */
  putEntry(dn: string, entry: DirectoryEntry | undefined): void {
    const id = dnKey(dn);
    if (entry === undefined) {
      this.#groups.delete(id);
      return;
    }
    const known = this.#groups.get(id);
    if (known !== undefined && 'entry' in known && known.entry === entry) return;
    if (isOrganization(entry)) return;
    this.#groups.set(id, { entry }, entryKeys(this.#stems, entry));
  }

  /**
   * Takes the present state of a mailbox in, or that it is gone.
   * @returns keys of what it was and of what it is
   */
  replaceMailbox(name: string, mailbox: Resource | undefined): readonly string[] {
    const uid = this.#uids.get(name);
    const before = uid === undefined ? [] : this.#groups.keysOf(uid);
    if (uid !== undefined && uid !== mailbox?.metadata.uid) {
      this.#groups.delete(uid);
      this.#uids.delete(name);
    }
    if (mailbox === undefined) return before;
    this.putMailbox(mailbox);
    return [...before, ...this.#groups.keysOf(mailbox.metadata.uid)];
  }

  /** The mailbox of this name as it was last taken in. */
  mailbox(name: string): Resource | undefined {
    const known = this.#groups.get(this.#uids.get(name) ?? '');
    return known !== undefined && 'mailbox' in known ? known.mailbox : undefined;
  }

  /** How many mailboxes there are. */
  get size(): number {
    return this.#uids.size;
  }

  around(keys: Iterable<string>): Group {
    return this.#groups.around(keys);
  }

  parts(size: number): Iterable<Group> {
    return this.#groups.parts(size);
  }

  /** Everything, as the guard counts it. */
  all(): Group {
    const mailboxes: Resource[] = [];
    const entries: DirectoryEntry[] = [];
    for (const id of this.#groups.ids()) {
      const value = this.#groups.get(id);
      if (value === undefined) continue;
      if ('mailbox' in value) mailboxes.push(value.mailbox);
      else entries.push(value.entry);
    }
    return { mailboxes, entries };
  }
}

function isOrganization(entry: DirectoryEntry): boolean {
  return all(entry, 'objectClass').includes(objectClass.organization);
}

function isSameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
