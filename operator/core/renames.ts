/** Addresses that carry an organization's former abbreviation, and what they are by the present one. R10, R11, R15 */
import type { Mailbox } from '../api/mailbox.ts';
import { annotation } from '../api/resource.ts';
import { checkLocalPart } from './naming/local-part.ts';
import {
  abbreviationOf,
  type OrganizationName,
  organizationLocalPart,
  topOf,
} from './naming/organization.ts';
import type { ResolvedOrganization } from './organizations.ts';
import type { Site } from './site.ts';

/**
 * Local parts to move to, best first; none when `current` does not carry an abbreviation that an annotation of the
 * organization or of one above it calls former.
 * @throws Invalid when a name or the length does not serve
 */
export function* renamedLocalParts(
  site: Site,
  { spec }: Mailbox,
  organization: ResolvedOrganization,
  current: string,
): Generator<string> {
  const former = formerNaming(organization);
  if (former === undefined || spec.localPart !== undefined) return;
  if (spec.type === 'Organization') {
    const isFormer = current === organizationLocalPart(site, former) && current !== organization.localPart;
    if (isFormer) yield checkLocalPart(organization.localPart, 'spec.organizationRef');
    return;
  }
  const suffix = `.${abbreviationOf(site, topOf(former))}`;
  const present = `.${abbreviationOf(site, topOf(organization.naming))}`;
  if (site.naming.collision !== 'organization' || suffix === present || !current.endsWith(suffix)) return;
  const stem = current.slice(0, -suffix.length);
  const name = stem.replace(/\d+$/, '');
  for (let number = 1; ; number += 1) {
    yield checkLocalPart(`${number === 1 ? stem : `${name}${number}`}${present}`, 'spec.person.fullName');
  }
}

/** The organization's name with the former abbreviations, when there is one. */
function formerNaming({ resource, naming, parent }: ResolvedOrganization): OrganizationName | undefined {
  const own = resource.metadata.annotations[annotation.renameAddresses];
  const above = parent && formerNaming(parent);
  if (own === undefined && above === undefined) return undefined;
  return {
    ...naming,
    ...(own === undefined ? {} : { abbreviation: own }),
    ...(above === undefined ? {} : { parent: above }),
  };
}
