/** `hopthu address`: what the site's rules give before any collision. */
import { check, normalizeName, organizationName, personName } from '../operator/api/fields.ts';
import { checkLocalPart, reservedLocalParts } from '../operator/core/naming/local-part.ts';
import { organizationLocalPart } from '../operator/core/naming/organization.ts';
import { personLocalPart } from '../operator/core/naming/person.ts';
import type { Site } from '../operator/core/site.ts';
import { Invalid } from '../operator/errors.ts';
import { WrongInput } from './failure.ts';
import { loadSite } from './site.ts';

export type AddressOptions = {
  readonly site: string;
  readonly person?: string;
  readonly organization?: string;
  readonly parent?: string;
};

/** The option that fills a field of the resources, so that errors name what the person typed. */
const options: Readonly<Record<string, string>> = {
  'spec.person.fullName': '--person',
  'spec.name': '--organization',
  'spec.abbreviation': '--organization',
  'spec.parentRef': '--parent',
};

/**
 * @returns the address, such as `ntbinh@soctrang.gov.vn`
 * @throws WrongInput
 */
export function address(given: AddressOptions): string {
  const site = loadSite(given.site);
  try {
    return `${grantable(site, localPartOf(site, given))}@${site.domain}`;
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    const option = options[error.field];
    if (option === undefined) throw error;
    throw new WrongInput(`${option}: ${error.message.slice(error.field.length + 2)}`);
  }
}

function localPartOf(site: Site, { person, organization, parent }: AddressOptions): string {
  if (person !== undefined && organization !== undefined) {
    throw new WrongInput('use either --person or --organization, not both');
  }
  if (parent !== undefined && organization === undefined) {
    throw new WrongInput('--parent says where a unit belongs: use it with --organization');
  }
  if (person !== undefined) {
    const fullName = normalizeName(check(personName, person.trim(), 'spec.person.fullName'));
    return checkLocalPart(personLocalPart(site, fullName), 'spec.person.fullName');
  }
  if (organization === undefined) throw new WrongInput('use --person NAME or --organization NAME');
  const name = normalizeName(check(organizationName, organization.trim(), 'spec.name'));
  if (parent === undefined) return checkLocalPart(organizationLocalPart(site, { name }), 'spec.name');
  const above = { name: normalizeName(check(organizationName, parent.trim(), 'spec.parentRef')) };
  return checkLocalPart(organizationLocalPart(site, { name, parent: above }), 'spec.name');
}

function grantable(site: Site, localPart: string): string {
  if (!reservedLocalParts(site).has(localPart)) return localPart;
  throw new WrongInput(
    `${localPart}@${site.domain} is reserved and granted to nobody: ask for an explicit address (R16)`,
  );
}
