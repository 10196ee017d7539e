/** What a cluster has, as manifests that a list may be carried out on: in memory, written nowhere. */
import { type Edit, Manifest, type ResourceId } from '../../cli/annex/manifest.ts';
import type { Manifests } from '../../cli/annex/requests.ts';
import type { Placed } from '../../cli/plan/resources.ts';
import type { MailboxStatus } from '../../operator/api/mailbox.ts';
import { apiVersion, type Resource } from '../../operator/api/resource.ts';
import { resourceName } from '../../operator/core/naming/identity.ts';

/** A resource as the manifest that it was made of. */
export function manifestOf({ kind, metadata, spec, status }: Resource): Manifest {
  const { name, namespace, annotations } = metadata;
  // What a refusal names: people know addresses, not resources.
  const shown = (status as MailboxStatus | undefined)?.address ?? name;
  const content = { apiVersion, kind, metadata: { name, namespace, annotations }, spec };
  return new Manifest({ kind, namespace, name }, shown, content);
}

export class ClusterManifests implements Manifests {
  readonly #resources: ReadonlyMap<string, Resource>;
  /** New ones and changed ones, and those that go as undefined. */
  readonly #touched = new Map<string, Manifest | undefined>();

  /** @param mailboxes by `namespace/name` */
  constructor(mailboxes: ReadonlyMap<string, Resource>) {
    this.#resources = mailboxes;
  }

  create(id: ResourceId, spec: object): Manifest {
    const manifest = Manifest.create(id, id.name, spec);
    this.#touched.set(manifest.key, manifest);
    return manifest;
  }

  /** What others see too stays as it is: the first change makes a copy. */
  edit(manifest: Manifest, edits: readonly Edit[]): Manifest {
    const { key } = manifest;
    const resource = this.#resources.get(key);
    const own = this.#touched.get(key) ?? (resource === undefined ? manifest : manifestOf(resource));
    for (const edit of edits) own.edit(edit);
    this.#touched.set(key, own);
    return own;
  }

  remove({ key }: Manifest): void {
    this.#touched.set(key, undefined);
  }

  /** Those that are new or changed. */
  get changed(): readonly Manifest[] {
    return [...this.#touched.values()].filter((manifest) => manifest !== undefined);
  }

  /** Those that would go. */
  get removed(): readonly Resource[] {
    return [...this.#touched].flatMap(([key, manifest]) =>
      manifest === undefined ? (this.#resources.get(key) ?? []) : [],
    );
  }

  /** What is touched and these others as a plan takes them, by `Kind namespace/name`; one that is not there is to be deleted. */
  placed(others: readonly Resource[]): ReadonlyMap<string, Placed> {
    const placed = new Map<string, Placed>();
    const place = (id: ResourceId, spec: unknown, annotations: Resource['metadata']['annotations']) =>
      placed.set(`${id.kind} ${resourceName(id)}`, {
        ...{ ...id, annotations, spec, status: undefined, place: id.name },
      });
    for (const { kind, metadata, spec } of others) {
      const { namespace, name, annotations, deletionTimestamp } = metadata;
      const isTouched = kind === 'Mailbox' && this.#touched.has(resourceName(metadata));
      if (deletionTimestamp === undefined && !isTouched) place({ kind, namespace, name }, spec, annotations);
    }
    for (const { id, key, spec } of this.changed)
      place(id, spec, this.#resources.get(key)?.metadata.annotations ?? {});
    return placed;
  }
}
