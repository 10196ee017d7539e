import { isDeepStrictEqual } from 'node:util';
import type { Metadata } from '../api/resource.ts';

/** Anything copied: told apart by name within its namespace, compared by UID and version. */
export type Copied = { readonly metadata: Metadata };

/** What stands for the end of an object among the versions seen; a deletion has no version that its writer is told. */
const GONE = 'gone';

/**
 * Versions of one object count up (Kubernetes 1.35: resourceVersions of a resource may be compared as numbers), so an
 * event that comes after the answer to a later write of our own is known to be old.
 */
function isNotNewer(next: Metadata, than: Metadata | undefined): boolean {
  if (next.uid !== than?.uid) return false;
  const [ours, theirs] = [Number(than.resourceVersion), Number(next.resourceVersion)];
  return next.resourceVersion === than.resourceVersion || theirs < ours;
}

/** A copy of one kind in one namespace, which tells of changes that are not our own writes. */
export class Copy<T extends Copied> {
  readonly #onChange: (name?: string) => void;
  #objects = new Map<string, T>();
  /** Versions that the watch showed of objects with a write of ours under way: most echoes come before the answer. */
  readonly #underWay = new Map<string, Set<string>>();

  /** @param onChange called after every change, with the object's name where it is one; it must not throw */
  constructor(onChange: (name?: string) => void) {
    this.#onChange = onChange;
  }

  get objects(): Iterable<T> {
    return this.#objects.values();
  }

  get(name: string): T | undefined {
    return this.#objects.get(name);
  }

  /**
   * The object that is copied already where the given one is equal to it, so that a new list of what did not change costs
   * no memory, and whoever compares sees so at once. Versions alone do not tell: after a restore they come again.
   */
  known(object: T): T {
    const copied = this.#objects.get(object.metadata.name);
    return copied !== undefined && (copied === object || isDeepStrictEqual(copied, object)) ? copied : object;
  }

  /** Takes a complete list, whatever the versions in it (after a restore they start again lower). */
  replaceAll(found: Map<string, T>): void {
    const isKnown = (object: T): boolean => this.known(object) === this.#objects.get(object.metadata.name);
    const isSame = this.#objects.size === found.size && found.values().every(isKnown);
    this.#objects = found;
    if (!isSame) this.#onChange();
  }

  /** An object as the watch shows it. */
  put(object: T): void {
    const { name, resourceVersion } = object.metadata;
    if (isNotNewer(object.metadata, this.#objects.get(name)?.metadata)) return;
    this.#objects.set(name, object);
    this.#seen(name, resourceVersion);
  }

  /** The watch shows that it is gone. */
  delete(name: string): void {
    if (this.#objects.delete(name)) this.#seen(name, GONE);
  }

  /**
   * Makes a write of ours. What the API server answers is taken over, so that the next snapshot contains it, and its
   * echo is no change; what others wrote meanwhile is.
   * @param write gives the object as written, or undefined when it was gone already
   */
  async duringWrite(name: string, write: () => Promise<T | undefined>): Promise<T | undefined> {
    const seen = new Set<string>();
    this.#underWay.set(name, seen);
    try {
      const written = await write();
      if (written !== undefined) seen.delete(this.#takeOver(written));
      return written;
    } finally {
      if (this.#underWay.get(name) === seen) this.#underWay.delete(name);
      if (seen.size > 0) this.#onChange(name);
    }
  }

  /** @returns the version under which the watch shows this write */
  #takeOver(written: T): string {
    const { name, uid, resourceVersion, deletionTimestamp, finalizers } = written.metadata;
    const copied = this.#objects.get(name);
    const isGone = deletionTimestamp !== undefined && finalizers.length === 0;
    if (copied?.metadata.uid === uid) {
      if (isGone) this.#objects.delete(name);
      else if (!isNotNewer(written.metadata, copied.metadata)) this.#objects.set(name, written);
    }
    return isGone ? GONE : resourceVersion;
  }

  #seen(name: string, version: string): void {
    const underWay = this.#underWay.get(name);
    if (underWay === undefined) this.#onChange(name);
    else underWay.add(version);
  }
}
