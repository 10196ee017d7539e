/** Where requests come in by mail (R20). Pure. */
import type { Site } from '../site.ts';

/**
 * Domain of the copies of letters to service addresses that Postfix hands to the clerk. No name server knows it (RFC 6761), and
 * nobody may write to it.
 */
export const clerkDomain = 'clerk.invalid';

/** Local parts of the addresses that take requests. */
export function serviceLocalParts({ requests: { services } }: Pick<Site, 'requests'>): readonly string[] {
  return [...new Set(Object.values(services))];
}
