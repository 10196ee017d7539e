/** Resources that a journey applies for itself, so that no journey depends on another. */
import { randomBytes } from 'node:crypto';
import { apiVersion } from '../../../operator/api/resource.ts';
import type { Site } from '../../../operator/core/site.ts';
import { inAccounts } from './cluster.ts';
import { Person } from './person.ts';

/** A name that no earlier run against the same cluster has used, for a mailbox whose past would matter. */
export function fresh(name: string): string {
  return `${name}-${randomBytes(3).toString('hex')}`;
}

/** `kubectl apply` of one resource. */
export async function apply(
  site: Site,
  kind: 'Organization' | 'Mailbox',
  name: string,
  spec: object,
): Promise<void> {
  await inAccounts(
    site,
    ['apply', '-f', '-'],
    JSON.stringify({ apiVersion, kind, metadata: { name }, spec }),
  );
}

/** `kubectl wait --for=condition=Ready`. */
export async function ready(site: Site, ...resources: readonly string[]): Promise<void> {
  await inAccounts(site, ['wait', '--for=condition=Ready', '--timeout=60s', ...resources]);
}

/** A field of a resource, as `kubectl get -o jsonpath` gives it. */
export function field(site: Site, resource: string, path: string): Promise<string> {
  return inAccounts(site, ['get', resource, '-o', `jsonpath={${path}}`]);
}

/** The spec of a person's mailbox in the organization `journey`. */
export function personSpec(fullName: string, more: object = {}): object {
  return { organizationRef: { name: 'journey' }, type: 'Personal', person: { fullName }, ...more };
}

/** The organization `journey` of a site, and people in it who have changed their first password. */
export async function people(
  site: Site,
  fullNames: Readonly<Record<string, string>>,
  more: object = {},
): Promise<Record<string, Person>> {
  await apply(site, 'Organization', 'journey', { name: 'Sở Nội vụ' });
  for (const [name, fullName] of Object.entries(fullNames))
    await apply(site, 'Mailbox', name, personSpec(fullName, more));
  await ready(site, ...Object.keys(fullNames).map((name) => `mailbox/${name}`));
  const settled = Object.keys(fullNames).map(
    async (name) => [name, await Person.settled(site, name)] as const,
  );
  return Object.fromEntries(await Promise.all(settled));
}
