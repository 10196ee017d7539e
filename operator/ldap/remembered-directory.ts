/**
 * A directory that is read as a whole once in a while, and in between is as we left it: reading everything for each
 * change would make a change cost as much as a province. Every write is conditional on what is really there, so a
 * memory that is wrong is refused, not believed.
 */
import { dnKey } from '../core/dn.ts';
import { attribute, snapshotAttributes } from '../core/layout.ts';
import type { AttributeReplacement, Directory, DirectoryEntry } from '../ports.ts';

type Given = Readonly<Record<string, readonly string[]>>;

const kept = new Set(snapshotAttributes);

export class RememberedDirectory implements Directory {
  readonly #directory: Directory;
  /** By key of their DN; undefined when the directory has to be read. */
  #entries: Map<string, DirectoryEntry> | undefined;

  constructor(directory: Directory) {
    this.#directory = directory;
  }

  /** Has the next snapshot read the directory itself, so that drift is seen. */
  forget(): void {
    this.#entries = undefined;
  }

  async snapshot(anew = false): Promise<readonly DirectoryEntry[]> {
    if (anew) this.forget();
    if (this.#entries === undefined) {
      const entries = await this.#directory.snapshot();
      this.#entries = new Map(entries.map((entry) => [dnKey(entry.dn), entry]));
    }
    return [...this.#entries.values()];
  }

  add(dn: string, attributes: Given): Promise<void> {
    return this.#write(async () => {
      await this.#directory.add(dn, attributes);
      this.#entries?.set(dnKey(dn), { dn, attributes: visible(attributes) });
    });
  }

  modify(dn: string, ownerUid: string, replacements: readonly AttributeReplacement[]): Promise<void> {
    return this.#write(async () => {
      await this.#directory.modify(dn, ownerUid, replacements);
      const changes = Object.fromEntries(replacements.map(({ attribute: name, values }) => [name, values]));
      const before = this.#entries?.get(dnKey(dn));
      if (before !== undefined) {
        this.#entries?.set(dnKey(dn), {
          dn: before.dn,
          attributes: visible({ ...before.attributes, ...changes }),
        });
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

  /** A write that failed may have taken effect, or has met something else than we remember. */
  async #write(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.forget();
      throw error;
    }
  }
}

/** What a snapshot would show of these attributes. */
function visible(attributes: Given): Given {
  return Object.fromEntries(
    Object.entries(attributes).filter(([name, values]) => kept.has(name) && values.length > 0),
  );
}
