/** What a cluster has, as manifests that a list may be carried out on: in memory, written nowhere. */
import { Manifest, type ResourceId } from '../../cli/annex/manifest.ts';
import type { Manifests } from '../../cli/annex/requests.ts';
import type { Placed } from '../../cli/plan/resources.ts';
import type { MailboxStatus } from '../../operator/api/mailbox.ts';
import { apiVersion, type Kind, type Resource } from '../../operator/api/resource.ts';
import { resourceName } from '../../operator/core/naming/identity.ts';

export class ClusterManifests implements Manifests {
  readonly #resources: ReadonlyMap<string, Resource>;
  readonly #manifests = new Map<string, Manifest>();

  constructor(resources: readonly Resource[]) {
    this.#resources = new Map(
      resources.map((resource) => [keyOf(resource.kind, resource.metadata), resource]),
    );
    for (const { kind, metadata, spec, status } of resources) {
      const { name, namespace, annotations, deletionTimestamp } = metadata;
      if (deletionTimestamp !== undefined) continue;
      // What a refusal names: people know addresses, not resources.
      const shown = (status as MailboxStatus | undefined)?.address ?? name;
      const content = { apiVersion, kind, metadata: { name, namespace, annotations }, spec };
      this.#manifests.set(keyOf(kind, metadata), new Manifest({ kind, namespace, name }, shown, content));
    }
  }

  manifests(kind: Kind): readonly Manifest[] {
    return [...this.#manifests.values()].filter(({ id }) => id.kind === kind);
  }

  create(id: ResourceId, spec: object): Manifest {
    const manifest = Manifest.create(id, id.name, spec);
    this.#manifests.set(keyOf(id.kind, id), manifest);
    return manifest;
  }

  remove({ id }: Manifest): void {
    this.#manifests.delete(keyOf(id.kind, id));
  }

  /** Those that are new or changed. */
  get changed(): readonly Manifest[] {
    return [...this.#manifests.values()].filter(({ changed }) => changed);
  }

  /** All of them as a plan takes them, by `Kind namespace/name`; one that is not there is to be deleted. */
  placed(): ReadonlyMap<string, Placed> {
    return new Map(
      [...this.#manifests].map(([key, { id, changed, spec }]) => {
        const resource = this.#resources.get(key);
        const annotations = resource?.metadata.annotations ?? {};
        const wanted = changed || resource === undefined ? spec : resource.spec;
        return [key, { ...id, annotations, spec: wanted, status: undefined, place: id.name }];
      }),
    );
  }
}

function keyOf(kind: Kind, id: Pick<ResourceId, 'namespace' | 'name'>): string {
  return `${kind} ${resourceName(id)}`;
}
