/** What the API server refuses of a manifest, before the operator ever sees it: the CRDs' schemas and rules. */
import { parseMailbox } from '../../operator/api/mailbox.ts';
import { parseOrganization } from '../../operator/api/organization.ts';
import { type Resource, unseen } from '../../operator/api/resource.ts';
import { Invalid } from '../../operator/errors.ts';
import type { Manifest } from './manifest.ts';

type Spec = {
  readonly type?: unknown;
  readonly person?: { readonly id?: unknown };
  readonly parentRef?: { readonly name?: unknown };
};

/**
 * @param before the resource that the manifest replaces
 * @returns field and reason, or undefined when the manifest is taken
 */
export function refusalOf(manifest: Manifest, before?: Resource): string | undefined {
  if (before?.spec === manifest.spec) return undefined;
  if (!/^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/.test(manifest.name)) {
    return 'metadata.name: must be at most 63 of a–z, 0–9, hyphens and dots';
  }
  const spec = (manifest.spec ?? {}) as Spec;
  if (manifest.kind === 'Organization' && spec.parentRef?.name === manifest.name) {
    return 'spec.parentRef.name: an organization cannot be its own parent';
  }
  return invalidField(manifest) ?? immutableField(spec, (before?.spec ?? {}) as Spec);
}

function invalidField(manifest: Manifest): string | undefined {
  const { kind, name, spec } = manifest;
  const resource: Resource = { kind, metadata: { ...unseen, name, namespace: '' }, spec, status: undefined };
  try {
    if (kind === 'Mailbox') parseMailbox(resource);
    else parseOrganization(resource);
    return undefined;
  } catch (error) {
    if (error instanceof Invalid) return error.message;
    throw error;
  }
}

function immutableField(spec: Spec, before: Spec): string | undefined {
  if (before.type !== undefined && spec.type !== before.type) {
    return `spec.type: is immutable, and it is ${String(before.type)}`;
  }
  const id = before.person?.id;
  if (id !== undefined && spec.person !== undefined && spec.person.id !== id) {
    return `spec.person.id: is immutable once set, and it is ${String(id)}`;
  }
  return undefined;
}
