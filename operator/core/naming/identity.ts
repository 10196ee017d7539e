/** The only place that spells a DN or the name of a resource. */
import type { Metadata } from '../../api/resource.ts';
import { container, suffixOf } from '../layout.ts';
import type { Site } from '../site.ts';

/** RDN values are UIDs of resources (RFC 9562 text form), which need no escaping in a DN. */
export function mailboxDn(site: Site, uid: string): string {
  return `uid=${uid},${container.mailboxes},${suffixOf(site.domain)}`;
}

export function organizationDn(site: Site, uid: string): string {
  return `ou=${uid},${container.organizations},${suffixOf(site.domain)}`;
}

/** Where the addresses that an account let go are held back; `account` is the `uid` of its mailbox entry. */
export function heldDn(site: Site, account: string): string {
  return `uid=${account},${container.held},${suffixOf(site.domain)}`;
}

/** `namespace/name`, as `hopThuResource` holds it. */
export function resourceName({ namespace, name }: Pick<Metadata, 'namespace' | 'name'>): string {
  return `${namespace}/${name}`;
}

/** `ntbinh` → `ntbinh@soctrang.gov.vn`. */
export function addressOf(site: Site, localPart: string): string {
  return `${localPart}@${site.domain}`;
}

/** `ntbinh@soctrang.gov.vn` → `ntbinh`; undefined for an address of another domain. */
export function localPartOf(site: Site, address: string): string | undefined {
  const suffix = `@${site.domain}`;
  return address.endsWith(suffix) ? address.slice(0, -suffix.length) : undefined;
}
