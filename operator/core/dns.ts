/** What the site file says of the site's zone; `hopthu dns` prints the records, `charts/mta-sts.ts` serves a policy. */
import { z } from 'zod';

const address = z.union([z.ipv4(), z.ipv6()], 'an IPv4 or IPv6 address');
const network = z.union([z.cidrv4(), z.cidrv6()]);

/** @param localPart the site file's rule for local parts */
export function dnsSchema(localPart: z.ZodString) {
  return z
    .strictObject({
      addresses: z
        .array(address)
        .min(1)
        .describe('Addresses of mail and webmail, as the world reaches them; A and AAAA follow.'),
      outgoing: z
        .array(z.union([address, network], 'an address, or a network such as 203.0.113.0/24'))
        .default([])
        .describe('Addresses or networks that mail leaves from, where they are others. SPF, RFC 7208'),
      ttlSeconds: z
        .int()
        .min(60)
        .max(604_800)
        .default(3600)
        .describe('Seconds that resolvers keep a record.'),
      dkimSelector: z
        .string()
        .regex(/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/, 'lower-case letters, digits and hyphens')
        .describe(
          'Name of the key that signs. A new name makes a new key at the next `hopthu bootstrap`. RFC 6376',
        ),
      dmarc: z
        .enum(['none', 'quarantine', 'reject'])
        .describe(
          'What others shall do with mail in our name that is neither signed nor sent by us. RFC 7489',
        ),
      mtaSts: z
        .enum(['none', 'testing', 'enforce'])
        .describe(
          'Whether others must use TLS with a certificate that they trust: not before `tls.issuer` is one that browsers know. RFC 8461',
        ),
      reports: localPart.describe('Local part that reports on DMARC and TLS go to.'),
    })
    .describe('Records of the domain, printed by `hopthu dns`. R2');
}
