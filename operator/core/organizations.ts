/** Organizations as a tree: names for the address rules, inherited state and quota. */
import { type Organization, parseOrganization } from '../api/organization.ts';
import { annotation, type Metadata, type Resource } from '../api/resource.ts';
import { organizationDn, resourceName } from './naming/identity.ts';
import { abbreviationOf, type OrganizationName, organizationLocalPart } from './naming/organization.ts';
import { parseBytes } from './quota.ts';
import type { Site } from './site.ts';
import { attempt, type Problem, waiting } from './verdict.ts';

/** An organization with everything that its mailboxes need of it. */
export type ResolvedOrganization = {
  readonly resource: Organization;
  readonly dn: string;
  readonly naming: OrganizationName;
  readonly abbreviation: string;
  readonly localPart: string;
  readonly parent?: ResolvedOrganization;
  /** It or one above it is suspended. */
  readonly suspended: boolean;
  /** The Dovecot for its mailboxes; absent where there is one only (shards.ts). */
  readonly shard?: string;
  /** Bytes, from the nearest organization that sets one. R30 */
  readonly quota: { readonly organization?: number; readonly personal?: number };
};

export type Organizations = {
  /** `namespace/name` of all there are, resolved or not. */
  readonly names: ReadonlySet<string>;
  /** By `namespace/name`. */
  readonly resolved: ReadonlyMap<string, ResolvedOrganization>;
  /** By UID. */
  readonly problems: ReadonlyMap<string, Problem>;
};

/** Checks and resolves every organization. */
export function readOrganizations(site: Site, resources: readonly Resource[]): Organizations {
  const valid: Organization[] = [];
  const refused = new Map<string, Problem>();
  for (const resource of resources) {
    const parsed = attempt('Invalid', () => parseOrganization(resource));
    if ('problem' in parsed) refused.set(resource.metadata.uid, parsed.problem);
    else valid.push(parsed.value);
  }
  const { resolved, problems } = resolveOrganizations(site, valid);
  return {
    names: new Set(resources.map(({ metadata }) => resourceName(metadata))),
    resolved,
    problems: new Map([...problems, ...refused]),
  };
}

/** Resolves every organization; one that cannot be resolved has a problem instead, and so has all below it. */
export function resolveOrganizations(
  site: Site,
  organizations: readonly Organization[],
): Omit<Organizations, 'names'> {
  const byName = new Map(
    organizations.map((organization) => [resourceName(organization.metadata), organization]),
  );
  const resolved = new Map<string, ResolvedOrganization>();
  const problems = new Map<string, Problem>();

  const resolve = (
    organization: Organization,
    below: ReadonlySet<string>,
  ): ResolvedOrganization | undefined => {
    const name = resourceName(organization.metadata);
    const { uid, namespace } = organization.metadata;
    const known = resolved.get(name);
    if (known !== undefined || problems.has(uid)) return known;
    if (below.has(name)) {
      problems.set(uid, {
        kind: 'stalled',
        reason: 'ParentCycle',
        message: `spec.parentRef: ${name} is its own ancestor`,
      });
      return undefined;
    }
    const { parentRef } = organization.spec;
    let parent: ResolvedOrganization | undefined;
    if (parentRef !== undefined) {
      const above = byName.get(`${namespace}/${parentRef.name}`);
      parent = above && resolve(above, new Set([...below, name]));
      if (parent === undefined) {
        const state = above === undefined ? 'does not exist' : 'is not ready';
        if (!problems.has(uid)) {
          problems.set(
            uid,
            waiting('ParentNotReady', `spec.parentRef: Organization ${namespace}/${parentRef.name} ${state}`),
          );
        }
        return undefined;
      }
    }
    const decided = attempt('NoAddress', () => resolution(site, organization, parent));
    if ('problem' in decided) problems.set(uid, decided.problem);
    else resolved.set(name, decided.value);
    return resolved.get(name);
  };

  for (const organization of organizations) resolve(organization, new Set());
  return { resolved, problems };
}

function resolution(
  site: Site,
  resource: Organization,
  parent: ResolvedOrganization | undefined,
): ResolvedOrganization {
  const { spec, metadata } = resource;
  const naming: OrganizationName = {
    name: spec.name,
    ...(spec.abbreviation === undefined ? {} : { abbreviation: spec.abbreviation }),
    ...(parent === undefined ? {} : { parent: parent.naming }),
  };
  const organization =
    bytes(spec.quota?.organization, 'spec.quota.organization') ?? parent?.quota.organization;
  const personal = bytes(spec.quota?.personal, 'spec.quota.personal') ?? parent?.quota.personal;
  return {
    resource,
    dn: organizationDn(site, metadata.uid),
    naming,
    abbreviation: abbreviationOf(site, naming),
    localPart: organizationLocalPart(site, naming),
    ...(parent === undefined ? {} : { parent }),
    suspended: spec.state === 'Suspended' || isSuspendedByAnnotation(metadata) || parent?.suspended === true,
    quota: {
      ...(organization === undefined ? {} : { organization }),
      ...(personal === undefined ? {} : { personal }),
    },
  };
}

/** An emergency: the annotation outranks the spec, so that Git's next sync does not undo it. R42 */
export function isSuspendedByAnnotation({ annotations }: Metadata): boolean {
  const value = annotations[annotation.suspend];
  return value !== undefined && value !== 'false';
}

function bytes(text: string | undefined, field: string): number | undefined {
  return text === undefined ? undefined : parseBytes(text, field);
}

/** The name of the Organization that a mailbox asks for, whatever its spec holds. */
export function organizationRefOf(mailbox: Resource | undefined): unknown {
  return (mailbox?.spec as { organizationRef?: { name?: unknown } } | undefined)?.organizationRef?.name;
}
