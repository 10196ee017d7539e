/** What bootstrap may do in a cluster. */
import type { SiteNamespace } from '../../charts/namespaces.ts';

/** Data in clear text, and the version that the next write is conditional on. */
export type Stored = { readonly data: Readonly<Record<string, string>>; readonly version: string };

export type ObjectKind = 'Secret' | 'ConfigMap';
export type ObjectName = { readonly kind: ObjectKind; readonly namespace: string; readonly name: string };

export interface Store {
  /** Makes the namespace and keeps its labels. Gives true when it was not there. */
  ensureNamespace(namespace: SiteNamespace): Promise<boolean>;
  /** @returns undefined when there is no such object */
  read(object: ObjectName): Promise<Stored | undefined>;
  /**
   * Creates the object, or sets the keys of `data` in `previous`.
   * @throws Failed when it was created or changed since it was read
   */
  write(
    object: ObjectName,
    data: Readonly<Record<string, string>>,
    previous: Stored | undefined,
    type?: 'kubernetes.io/tls',
  ): Promise<void>;
}

/** `Secret soc-trang-mail/openldap-tls`, as lines and errors name it. */
export function describeObject({ kind, namespace, name }: ObjectName): string {
  return `${kind} ${namespace}/${name}`;
}
