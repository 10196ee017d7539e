/** Resources and Secrets of a backup as they are to be created again. Pure. */
import { finalizer } from '../../operator/api/resource.ts';

type Owner = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
};

export type SavedObject = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly creationTimestamp: string;
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly Owner[];
  };
  readonly [field: string]: unknown;
};

/** Of the file that the backup wrote: a List. */
export function parseList(json: string): readonly SavedObject[] {
  return (JSON.parse(json) as { readonly items: readonly SavedObject[] }).items;
}

/** The order in which they were created, which decides among those who wait for an address (R14). */
export function inOrder(objects: readonly SavedObject[]): readonly SavedObject[] {
  const key = ({ metadata }: SavedObject) => `${metadata.creationTimestamp} ${metadata.name}`;
  return objects.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** Without what the API server and the operator write; one that was being deleted waits for the operator to close its account. */
export function resourceAnew({ apiVersion, kind, metadata, ['spec']: spec }: SavedObject) {
  const { name, namespace, labels = {}, annotations = {}, deletionTimestamp } = metadata;
  const leaving = deletionTimestamp === undefined ? {} : { finalizers: [finalizer] };
  return { apiVersion, kind, metadata: { name, namespace, labels, annotations, ...leaving }, spec };
}

/**
 * A Secret for the owners' new UIDs, without which it would be collected as garbage.
 * @returns undefined where an owner was not restored
 */
export function secretAnew(saved: SavedObject, uids: ReadonlyMap<string, string>) {
  const { apiVersion, kind, metadata } = saved;
  const { name, namespace, labels = {}, annotations = {}, ownerReferences = [] } = metadata;
  const owners = ownerReferences.flatMap((owner) => {
    const uid = uids.get(owner.uid);
    return uid === undefined ? [] : [{ ...owner, uid }];
  });
  if (owners.length < ownerReferences.length) return undefined;
  const { type, data, immutable } = saved as { type?: unknown; data?: unknown; immutable?: unknown };
  return {
    apiVersion,
    kind,
    metadata: { name, namespace, labels, annotations, ownerReferences: owners },
    type,
    data,
    ...(immutable === true ? { immutable } : {}),
  };
}

/** For `restore-site directory`: the former UID and the new one of each. */
export function uidLines(uids: ReadonlyMap<string, string>): string {
  return [...uids].map(([former, uid]) => `${former} ${uid}\n`).join('');
}
