import type { AnyKind, Metadata, Resource } from '../api/resource.ts';
import { Place } from '../core/shared-values.ts';

/** What `kubectl apply` keeps of the manifest: as large as the spec, and of no use to decisions. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** The site's ConfigMap without its contents: only its annotations steer. */
export type Steering = { readonly metadata: Metadata };

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null) throw new TypeError(`${what} is not an object`);
  return value as Fields;
}

function textOf(metadata: Fields, field: string): string {
  const value = metadata[field];
  // Lists of built-in kinds arrive with their times parsed, watches with the text.
  if (value instanceof Date) return `${value.toISOString().slice(0, 19)}Z`;
  if (typeof value !== 'string') throw new TypeError(`metadata.${field} is not a text`);
  return value;
}

function annotationsOf(value: unknown): Record<string, string> {
  const kept = Object.entries((value ?? {}) as Record<string, string>);
  return Object.fromEntries(kept.filter(([name]) => name !== LAST_APPLIED));
}

/** What resources have in common is kept once. */
const places = { metadata: new Place(), spec: new Place(), status: new Place() };

function trimMetadata(value: unknown): Metadata {
  const metadata = fieldsOf(value, 'metadata');
  return places.metadata.share({
    name: textOf(metadata, 'name'),
    namespace: textOf(metadata, 'namespace'),
    uid: textOf(metadata, 'uid'),
    resourceVersion: textOf(metadata, 'resourceVersion'),
    generation: Number(metadata.generation ?? 0),
    creationTimestamp: textOf(metadata, 'creationTimestamp'),
    ...(metadata.deletionTimestamp === undefined
      ? {}
      : { deletionTimestamp: textOf(metadata, 'deletionTimestamp') }),
    finalizers: (metadata.finalizers ?? []) as string[],
    annotations: annotationsOf(metadata.annotations),
  });
}

/**
 * Keeps of an object from the API server what decisions look at; 20,000 whole ones would take twice the memory.
 * @throws TypeError when it is no Kubernetes object
 */
export function trimResource<K extends AnyKind>(kind: K, object: unknown): Resource<K> {
  const fields = fieldsOf(object, kind);
  return {
    kind,
    metadata: trimMetadata(fields.metadata),
    spec: places.spec.share(fields.spec),
    status: places.status.share(fields.status),
  };
}

/** @throws TypeError when it is no Kubernetes object */
export function trimSteering(object: unknown): Steering {
  return { metadata: trimMetadata(fieldsOf(object, 'ConfigMap').metadata) };
}
