/**
 * Mailboxes and entries in groups that do not influence each other, kept up as they come and go: what a change of one
 * mailbox may alter is its group, and not the province. Pure data.
 */
import type { Resource } from '../api/resource.ts';
import type { DirectoryEntry } from '../ports.ts';

type Value = { readonly mailbox: Resource } | { readonly entry: DirectoryEntry };
type Bucket = { readonly key: string; members: readonly Member[] };
type Member = { value: Value; readonly order: number; buckets: readonly Bucket[] };

/** Everything that hangs together, in the order in which it came: a world as small as it can be. */
export type Group = { readonly mailboxes: readonly Resource[]; readonly entries: readonly DirectoryEntry[] };

export class Groups {
  /** By UID of a mailbox, or key of an entry's DN: neither looks like the other. */
  readonly #members = new Map<string, Member>();
  readonly #buckets = new Map<string, Bucket>();
  #count = 0;

  get size(): number {
    return this.#members.size;
  }

  /** The value as it is known, for telling what changed. */
  get(id: string): Value | undefined {
    return this.#members.get(id)?.value;
  }

  /** What it touches; nothing when it is not known. */
  keysOf(id: string): readonly string[] {
    return this.#members.get(id)?.buckets.map(({ key }) => key) ?? [];
  }

  ids(): Iterable<string> {
    return this.#members.keys();
  }

  /** Takes a member in, or replaces what is known of it; it keeps its place. */
  set(id: string, value: Value, keys: ReadonlySet<string>): void {
    const known = this.#members.get(id);
    if (known !== undefined && hasKeys(known, keys)) {
      known.value = value;
      return;
    }
    if (known !== undefined) this.#leaveBuckets(known);
    const member = known ?? { value, order: this.#count++, buckets: [] };
    member.value = value;
    member.buckets = [...keys].map((key) => this.#bucket(key));
    // Most have one or two: a list that is made to grow would have room for seventeen.
    for (const bucket of member.buckets) bucket.members = [...bucket.members, member];
    this.#members.set(id, member);
  }

  delete(id: string): void {
    const member = this.#members.get(id);
    if (member === undefined) return;
    this.#leaveBuckets(member);
    this.#members.delete(id);
  }

  clear(): void {
    this.#members.clear();
    this.#buckets.clear();
  }

  /** Everything connected with any of these keys. */
  around(keys: Iterable<string>): Group {
    const buckets = [...keys].flatMap((key) => this.#buckets.get(key) ?? []);
    return toGroup(reach(buckets, new Set()));
  }

  /** All groups, a few together so that each part has at least `size` mailboxes, but for the last. */
  *parts(size: number): Generator<Group> {
    const seen = new Set<Bucket>();
    let part: Member[] = [];
    let mailboxes = 0;
    for (const { buckets } of this.#members.values()) {
      for (const member of reach(buckets, seen)) {
        part.push(member);
        if ('mailbox' in member.value) mailboxes += 1;
      }
      if (mailboxes < size) continue;
      yield toGroup(part);
      part = [];
      mailboxes = 0;
    }
    if (part.length > 0) yield toGroup(part);
  }

  #bucket(key: string): Bucket {
    const known = this.#buckets.get(key);
    if (known !== undefined) return known;
    const bucket: Bucket = { key, members: [] };
    this.#buckets.set(key, bucket);
    return bucket;
  }

  #leaveBuckets(member: Member): void {
    for (const bucket of member.buckets) {
      bucket.members = bucket.members.filter((other) => other !== member);
      if (bucket.members.length === 0) this.#buckets.delete(bucket.key);
    }
  }
}

function hasKeys({ buckets }: Member, keys: ReadonlySet<string>): boolean {
  return buckets.length === keys.size && buckets.every(({ key }) => keys.has(key));
}

/** Members reached from these buckets through any others; `seen` ones are not entered, and those entered are added. */
function reach(start: readonly Bucket[], seen: Set<Bucket>): ReadonlySet<Member> {
  const found = new Set<Member>();
  const open = start.filter((bucket) => !seen.has(bucket));
  for (const bucket of open) seen.add(bucket);
  for (let bucket = open.pop(); bucket !== undefined; bucket = open.pop()) {
    for (const member of bucket.members) {
      if (found.has(member)) continue;
      found.add(member);
      for (const next of member.buckets) {
        if (seen.has(next)) continue;
        seen.add(next);
        open.push(next);
      }
    }
  }
  return found;
}

function toGroup(members: Iterable<Member>): Group {
  const mailboxes: Resource[] = [];
  const entries: DirectoryEntry[] = [];
  for (const { value } of [...members].sort((a, b) => a.order - b.order)) {
    if ('mailbox' in value) mailboxes.push(value.mailbox);
    else entries.push(value.entry);
  }
  return { mailboxes, entries };
}
