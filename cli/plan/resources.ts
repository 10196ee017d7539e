/** Manifests as the resources that they become. */
import { finalizer, type Kind, type Metadata, type Resource } from '../../operator/api/resource.ts';
import { resourceName } from '../../operator/core/naming/identity.ts';
import { WrongInput } from '../failure.ts';
import type { Manifest } from './manifest.ts';
import { refusalOf } from './refusal.ts';

/** A manifest with the namespace that it goes to. */
export type Placed = Manifest & { readonly namespace: string };

/** A manifest that the API server would refuse: what was there before stays. */
export type Refused = { readonly manifest: Placed; readonly before?: Resource; readonly reason: string };

/** `Mailbox soc-trang-accounts/nguyen-thanh-binh` */
export function nameOf({
  kind,
  metadata,
}: {
  kind: Kind;
  metadata: Pick<Metadata, 'namespace' | 'name'>;
}): string {
  return `${kind} ${resourceName(metadata)}`;
}

/** @throws WrongInput when two manifests are of one resource */
export function byName(manifests: readonly Placed[]): ReadonlyMap<string, Placed> {
  const found = new Map<string, Placed>();
  for (const manifest of manifests) {
    const name = nameOf({ kind: manifest.kind, metadata: manifest });
    const other = found.get(name);
    if (other !== undefined) {
      throw new WrongInput(`${manifest.place}: ${name} is in ${other.place} already: keep one of them`);
    }
    found.set(name, manifest);
  }
  return found;
}

/**
 * Resources as a cluster would hold them that nothing else is known of: each was created at `createdAt`, unless its
 * manifest says when.
 */
export function resourcesOf(manifests: Iterable<Placed>, createdAt: string): readonly Resource[] {
  return [...manifests].map((manifest) => resourceOf(manifest, manifest.creationTimestamp ?? createdAt));
}

/** What becomes of `base` when the manifests replace those that it came from. */
export function replaceResources(
  base: readonly Resource[],
  manifests: ReadonlyMap<string, Placed>,
  options: {
    /** RFC 3339. */
    readonly now: string;
    /** Annotations that a manifest does not name stay, as `kubectl apply` leaves those of others. */
    readonly keepAnnotations: boolean;
    /** Resources without a manifest are deleted, as GitOps tools do. */
    readonly prune: boolean;
  },
): { readonly resources: readonly Resource[]; readonly refused: readonly Refused[] } {
  const { now, keepAnnotations, prune } = options;
  const refused: Refused[] = [];
  const names = new Set(base.map(nameOf));
  const kept = base.map((before) => {
    const manifest = manifests.get(nameOf(before));
    if (manifest === undefined) return prune ? deleted(before, now) : before;
    const reason = refusalOf(manifest, before);
    if (reason !== undefined) {
      refused.push({ manifest, before, reason });
      return before;
    }
    const annotations = {
      ...(keepAnnotations ? before.metadata.annotations : {}),
      ...manifest.annotations,
    };
    return { ...before, metadata: { ...before.metadata, annotations }, spec: manifest.spec };
  });
  const added = [...manifests].flatMap(([name, manifest]) => {
    if (names.has(name)) return [];
    const reason = refusalOf(manifest);
    if (reason === undefined) return [{ ...resourceOf(manifest, now), status: undefined }];
    refused.push({ manifest, reason });
    return [];
  });
  return { resources: [...kept, ...added], refused };
}

function resourceOf(manifest: Placed, creationTimestamp: string): Resource {
  const { kind, name, namespace, annotations, spec, status } = manifest;
  const metadata: Metadata = {
    name,
    namespace,
    // The same for the same resource in every manifest, and like a real one nothing that a DN has to escape.
    uid: `${kind.toLowerCase()}.${namespace}.${name}`,
    resourceVersion: '1',
    generation: 1,
    creationTimestamp,
    finalizers: [finalizer],
    annotations,
  };
  return { kind, metadata, spec, status };
}

/** The finalizer holds it until its account is seen closed. */
function deleted(resource: Resource, now: string): Resource {
  if (resource.metadata.deletionTimestamp !== undefined) return resource;
  return { ...resource, metadata: { ...resource.metadata, deletionTimestamp: now } };
}
