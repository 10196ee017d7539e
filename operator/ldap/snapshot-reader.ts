/**
 * Reads the directory as a whole, but as whole entries only what has another version than what is known: most of what a
 * snapshot costs is to read attributes that did not change. Everything is listed each time, so what is gone is seen.
 */
import { type Client, type Entry, EqualityFilter, OrFilter } from 'ldapts';
import { dnKey, isBelow } from '../core/dn.ts';
import { attribute, container, headAttribute, sentinel, snapshotAttributes } from '../core/layout.ts';
import { areSame } from '../core/shared-values.ts';
import { Unavailable } from '../errors.ts';
import type { DirectoryEntry, Recall } from '../ports.ts';
import { EntryReader, versionAttribute } from './entry-reader.ts';

/** Entries per page: each is parsed in one turn of the event loop. */
const pageSize = 200;

/** Entries that one search asks for by their versions. */
const batch = 100;

/** Where entries of the operator's concern live. */
const subtrees = [container.mailboxes, container.organizations, container.held];

const wholeEntry = [...snapshotAttributes, versionAttribute];

/** What slapo-refint takes back by itself, a moment after what it refers to went, and without another version. */
export const unversioned = [attribute.organization, attribute.sendAs, headAttribute];

type Progress = () => void;

export class SnapshotReader {
  readonly #suffix: string;
  readonly #sentinelKey: string;
  readonly #subtreeKeys: readonly string[];
  #reader = new EntryReader();
  /** That of the last complete snapshot. */
  #client: Client | undefined;

  /** @param suffix of the site's tree */
  constructor(suffix: string) {
    this.#suffix = suffix;
    this.#sentinelKey = dnKey(`${sentinel},${suffix}`);
    this.#subtreeKeys = subtrees.map((subtree) => dnKey(`${subtree},${suffix}`));
  }

  /**
   * @param client on one session: in a new one nothing that is known is believed, because what was loaded while slapd
   *   stood still may carry versions of before
   * @throws Unavailable where the sentinel is missing; whatever a search ends with
   */
  async read(client: Client, progress: Progress, recall?: Recall): Promise<readonly DirectoryEntry[]> {
    const isKnown = client === this.#client && recall !== undefined;
    const changed = isKnown ? await this.#readChanged(client, progress, recall) : undefined;
    const entries = changed ?? (await this.#readWhole(client, progress, recall));
    this.#client = client;
    return entries;
  }

  /** @param recall gives back what is equal to it, so that no two of an entry are held: never what to believe */
  async #readWhole(
    client: Client,
    progress: Progress,
    recall: Recall | undefined,
  ): Promise<readonly DirectoryEntry[]> {
    this.#reader = new EntryReader();
    return this.#list(client, progress, wholeEntry, recall);
  }

  /** @returns undefined where so many changed that all are read sooner, or one changed once more before it could be read */
  async #readChanged(
    client: Client,
    progress: Progress,
    recall: Recall,
  ): Promise<readonly DirectoryEntry[] | undefined> {
    const listed = await this.#list(client, progress, [versionAttribute, ...unversioned]);
    const known = listed.map((entry) => {
      const before = recall(entry.dn);
      return before !== undefined && isUnchanged(before, entry) ? before : undefined;
    });
    const wanted = listed.filter((_, index) => known[index] === undefined);
    if (wanted.length > listed.length / 3) return undefined;
    const fresh = new Map<string, DirectoryEntry>();
    for (let start = 0; start < wanted.length; start += batch) {
      for (const entry of await this.#find(client, wanted.slice(start, start + batch), recall))
        fresh.set(entry.dn, entry);
      progress();
    }
    const entries = listed.flatMap(({ dn }, index) => known[index] ?? fresh.get(dn) ?? []);
    return entries.length === listed.length ? entries : undefined;
  }

  async #find(
    client: Client,
    wanted: readonly DirectoryEntry[],
    recall: Recall,
  ): Promise<readonly DirectoryEntry[]> {
    const filters = wanted.flatMap(({ version: value }) =>
      value === undefined ? [] : [new EqualityFilter({ attribute: versionAttribute, value })],
    );
    const { searchEntries } = await client.search(this.#suffix, {
      scope: 'sub',
      filter: new OrFilter({ filters }),
      attributes: [...wholeEntry],
    });
    return searchEntries.map((found) => this.#reader.read(found, recall(found.dn)));
  }

  /** One search over the whole suffix, so that the sentinel vouches for the very result that is handed out. */
  async #list(
    client: Client,
    progress: Progress,
    attributes: readonly string[],
    recall?: Recall,
  ): Promise<readonly DirectoryEntry[]> {
    let vouched = false;
    const entries: DirectoryEntry[] = [];
    const collect = (found: Entry) => {
      const key = dnKey(found.dn);
      if (key === this.#sentinelKey) vouched = true;
      else if (this.#subtreeKeys.some((subtree) => isBelow(key, subtree)))
        entries.push(this.#reader.read(found, recall?.(found.dn)));
    };
    const pages = client.searchPaginated(this.#suffix, {
      scope: 'sub',
      attributes: [...attributes],
      paged: { pageSize },
    });
    for await (const page of pages) {
      progress();
      page.searchEntries.forEach(collect);
    }
    if (!vouched) {
      const problem = `${sentinel} is missing from what was read: it is not the whole directory`;
      throw new Unavailable('LDAP', problem);
    }
    return entries;
  }
}

function isUnchanged(before: DirectoryEntry, listed: DirectoryEntry): boolean {
  if (before.dn !== listed.dn || before.version !== listed.version || listed.version === undefined)
    return false;
  return unversioned.every((name) => areSame(before.attributes[name], listed.attributes[name]));
}
