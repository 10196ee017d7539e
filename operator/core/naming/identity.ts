/** The only place that spells a DN or the name of a resource. */
import type { Metadata } from '../../api/resource.ts';
import { container, suffixOf } from '../layout.ts';
import type { Site } from '../site.ts';
import { directoryDomain, domainsOf } from '../site-domains.ts';

/** RDN values are UIDs of resources (RFC 9562 text form), which need no escaping in a DN. */
export function mailboxDn(site: Site, uid: string): string {
  return `uid=${uid},${container.mailboxes},${suffixOf(directoryDomain(site))}`;
}

export function organizationDn(site: Site, uid: string): string {
  return `ou=${uid},${container.organizations},${suffixOf(directoryDomain(site))}`;
}

/** Where the addresses that an account let go are held back; `account` is the `uid` of its mailbox entry. */
export function heldDn(site: Site, account: string): string {
  return `uid=${account},${container.held},${suffixOf(directoryDomain(site))}`;
}

/** `namespace/name`, as `hopThuResource` holds it. */
export function resourceName({ namespace, name }: Pick<Metadata, 'namespace' | 'name'>): string {
  return `${namespace}/${name}`;
}

/** `ntbinh` → `ntbinh@soctrang.gov.vn`. */
export function addressOf(site: Site, localPart: string): string {
  return `${localPart}@${site.domain}`;
}

/** `ntbinh@soctrang.gov.vn` → `ntbinh`, of any of the site's domains; undefined for an address of another. */
export function localPartOf(site: Site, address: string): string | undefined {
  const at = address.lastIndexOf('@');
  return at >= 0 && domainsOf(site).includes(address.slice(at + 1)) ? address.slice(0, at) : undefined;
}
