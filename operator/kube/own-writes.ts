import type { Resource } from '../api/resource.ts';

/**
 * Which resourceVersion a resource has after our own writes to it. Two writes in one pass (finalizer, then status)
 * start from the same read; the second must not conflict with the first, yet must with anybody else's write in
 * between. Keyed by the object that the snapshot handed out, so it is forgotten together with it.
 */
export class OwnWrites {
  readonly #versions = new WeakMap<Resource, string>();

  /** The version that the next write is conditional on. */
  expectedVersion(resource: Resource): string {
    return this.#versions.get(resource) ?? resource.metadata.resourceVersion;
  }

  /** A write that expected `expectedVersion(resource)` succeeded and made this version. */
  record(resource: Resource, version: string): void {
    this.#versions.set(resource, version);
  }
}
