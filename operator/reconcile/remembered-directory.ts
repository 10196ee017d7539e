/**
 * A directory that is read as a whole once in a while, and in between is as we left it: reading everything for each
 * change would make a change cost as much as a province. Every write is conditional on what is really there, so a
 * memory that is wrong is refused, not believed.
 */
import { dnKey } from '../core/dn.ts';
import { attribute, snapshotAttributes } from '../core/layout.ts';
import { areSame, Place } from '../core/shared-values.ts';
import type { AttributeReplacement, Directory, DirectoryEntry } from '../ports.ts';

type Given = Readonly<Record<string, readonly string[]>>;

const kept = new Set(snapshotAttributes);

export class RememberedDirectory implements Directory {
  readonly #directory: Directory;
  /** By key of their DN. */
  readonly #entries = new Map<string, DirectoryEntry>();
  readonly #values = new Place();
  #mustRead = true;
  /** Grows when a write begins, and when it has taken effect. */
  #writes = 0;
  /** When each was written, by key, since the last read that nothing was written in. */
  readonly #writtenAt = new Map<string, number>();

  constructor(directory: Directory) {
    this.#directory = directory;
  }

  /** Has the next snapshot read the directory itself, so that drift is seen. */
  forget(): void {
    this.#mustRead = true;
  }

  async snapshot(anew = false): Promise<readonly DirectoryEntry[]> {
    if (anew) this.forget();
    if (this.#mustRead) {
      const before = this.#writes;
      const entries = await this.#directory.snapshot(true, (dn) => this.recall(dn));
      this.#replace(entries, before);
      // What was written meanwhile may be missing.
      this.#mustRead = before !== this.#writes;
      if (!this.#mustRead) this.#writtenAt.clear();
    }
    return [...this.#entries.values()];
  }

  /** All entries as they were read, or as we left them since. */
  get known(): readonly DirectoryEntry[] {
    return [...this.#entries.values()];
  }

  /** One entry as it was read, or as we left it since. */
  recall(dn: string): DirectoryEntry | undefined {
    return this.#entries.get(dnKey(dn));
  }

  /**
   * Entries that are as they were stay the same objects: whoever compares sees at once that nothing changed. What was written since
   * the read began stays as it was left: the read may show it as it was before, with a notice still to be sent.
   */
  #replace(entries: readonly DirectoryEntry[], since: number): void {
    const known = new Map(this.#entries);
    for (const key of known.keys()) if ((this.#writtenAt.get(key) ?? 0) <= since) this.#entries.delete(key);
    for (const entry of entries.filter(({ dn }) => !this.#entries.has(dnKey(dn)))) {
      const key = dnKey(entry.dn);
      const before = known.get(key);
      this.#entries.set(key, before !== undefined && isSame(before, entry) ? before : entry);
    }
  }

  add(dn: string, attributes: Given): Promise<void> {
    return this.#write(async () => {
      await this.#directory.add(dn, attributes);
      this.#left({ dn, attributes: this.#visible(attributes) });
    });
  }

  modify(dn: string, ownerUid: string, replacements: readonly AttributeReplacement[]): Promise<void> {
    return this.#write(async () => {
      await this.#directory.modify(dn, ownerUid, replacements);
      const changes = Object.fromEntries(replacements.map(({ attribute: name, values }) => [name, values]));
      const before = this.#entries.get(dnKey(dn));
      if (before !== undefined) {
        this.#left({ dn: before.dn, attributes: this.#visible({ ...before.attributes, ...changes }) });
      }
      // Gone means seen gone: a resource is let go after a read of the directory, not of this memory.
      if (changes[attribute.status]?.[0] === 'Closed' || changes[attribute.rejected] !== undefined)
        this.forget();
    });
  }

  remove(dn: string, ownerUid: string): Promise<void> {
    return this.#write(async () => {
      await this.#directory.remove(dn, ownerUid);
      this.forget();
    });
  }

  close(): Promise<void> {
    return this.#directory.close();
  }

  /** As a write that has taken effect left it. */
  #left(entry: DirectoryEntry): void {
    const key = dnKey(entry.dn);
    this.#writes += 1;
    this.#writtenAt.set(key, this.#writes);
    this.#entries.set(key, entry);
  }

  /** What a snapshot would show of these attributes; what entries have in common is kept once. */
  #visible(attributes: Given): Given {
    const visible = Object.entries(attributes).filter(
      ([name, values]) => kept.has(name) && values.length > 0,
    );
    return Object.fromEntries(
      visible.map(([name, values]) => [name, this.#values.field(name).share([...values])]),
    );
  }

  /** A write that failed may have taken effect, or has met something else than we remember. */
  async #write(work: () => Promise<void>): Promise<void> {
    this.#writes += 1;
    try {
      await work();
    } catch (error) {
      this.forget();
      throw error;
    }
  }
}

function isSame(a: DirectoryEntry, b: DirectoryEntry): boolean {
  if (a === b) return true;
  if (a.dn !== b.dn || a.version !== b.version) return false;
  if (a.attributes === b.attributes) return true;
  const [ours, theirs] = [Object.entries(a.attributes), b.attributes];
  return (
    ours.length === Object.keys(theirs).length &&
    ours.every(([name, values]) => areSame(values, theirs[name]))
  );
}
