/** The domains of a site: the one that addresses are granted in, and those that it was known by; part of the schema in site.ts. */
import { z } from 'zod';

export const domainName = z
  .string()
  .regex(/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/, 'a lower-case domain name');

export const domainAliases = z
  .array(domainName)
  .refine((list) => new Set(list).size === list.length, 'each name once')
  .default([])
  .describe(
    'Former domains, as after a merger of provinces: every address is one there, too, for mail, logins and senders ([how](dns.md#another-domain)).',
  );

type Domains = { readonly domain: string; readonly domainAliases: readonly string[] };

/** All of them, the one that addresses are granted in first. */
export function domainsOf({ domain, domainAliases: former }: Domains): readonly string[] {
  return [domain, ...former];
}

/** The domain that names of entries are made of (`dc=…`): a change of the domain moves no entry. */
export function directoryDomain(site: {
  readonly domain: string;
  readonly directory: { readonly domain?: string | undefined };
}): string {
  return site.directory.domain ?? site.domain;
}
