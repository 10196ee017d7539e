/** Where requests come in by mail (R20). Pure. */
import type { Site } from '../site.ts';

/**
 * Domain of the copies of letters to service addresses that Postfix hands to the clerk. No name server knows it (RFC 6761), and
 * nobody may write to it.
 */
export const clerkDomain = 'clerk.invalid';

/**
 * The login that a letter was sent with, as Postfix names it to the clerk: `ntbinh=soctrang.gov.vn@clerk.invalid`.
 * @returns undefined for the local part of a service address, which has no `=`
 */
export function loginIn(localPart: string): string | undefined {
  const [, name, domain] = /^([^@=]+)=([^@=]+)$/.exec(localPart) ?? [];
  return name === undefined ? undefined : `${name}@${domain}`;
}

/** Local parts of the addresses that take requests. */
export function serviceLocalParts({ requests: { services } }: Pick<Site, 'requests'>): readonly string[] {
  return [...new Set(Object.values(services))];
}
