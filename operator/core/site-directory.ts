/** The directory of a site, and who else logs people in by it; part of the schema in site.ts. */
import { z } from 'zod';
import { domainName } from './site-domains.ts';

/** Names of sites, namespaces and accounts. */
export const slug = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,30}$/, 'lower-case letters, digits and hyphens, 31 at most');

export const directory = z
  .strictObject({
    domain: domainName
      .optional()
      .describe(
        'The domain that names of entries were made of (`dc=…`) when the directory was filled; `domain` where it is absent. To be set when `domain` is changed.',
      ),
    replicas: z
      .int()
      .min(1)
      .max(2)
      .describe('2 for two providers of which one takes over within seconds when the other is lost.'),
    accessLogDays: z
      .int()
      .min(1)
      .max(3650)
      .describe('Days for which it is kept who logged in and who wrote what. R36'),
  })
  .describe('OpenLDAP.');

export const applications = z
  .array(z.strictObject({ name: slug.describe('Of its bind account and of its Secret.') }))
  .refine((list) => new Set(list.map(({ name }) => name)).size === list.length, 'each name once')
  .default([])
  .describe(
    'Other applications that log people in by LDAP ([recipe](applications.md)); one bind account each. R6',
  );
