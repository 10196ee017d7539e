/** What may stand before the @, and who comes next when it is taken (R15). */
import { localPartPattern } from '../../api/fields.ts';
import { Invalid } from '../../errors.ts';
import type { Site } from '../site.ts';
import { abbreviationOf, type OrganizationName, topOf } from './organization.ts';
import { personLocalPart } from './person.ts';

/** RFC 5321 section 4.5.3.1.1. */
const maxLocalPartOctets = 64;

/**
 * @param field named in errors
 * @throws Invalid when the text is not a local part that this system grants
 */
export function checkLocalPart(localPart: string, field: string): string {
  if (localPart.length > maxLocalPartOctets) {
    throw new Invalid(
      field,
      `"${localPart}" has ${localPart.length} octets; RFC 5321 allows ${maxLocalPartOctets}: set an explicit address or abbreviation (R16)`,
    );
  }
  if (!localPartPattern.test(localPart)) {
    throw new Invalid(
      field,
      `"${localPart}" is not a local part: use a–z, 0–9 and single dots, hyphens or underscores inside`,
    );
  }
  return localPart;
}

/** Local parts that the site keeps from everybody: reserved ones and its service addresses. */
export function reservedLocalParts(site: Site): ReadonlySet<string> {
  return new Set([...site.naming.reserved, ...site.centre.addresses]);
}

/**
 * The local parts that a person may be granted, best first and without end: the R13 form, then R15's.
 * `ntbinh`, `ntbinh.sotttt`, `ntbinh2.sotttt`, `ntbinh3.sotttt` … or `dungnv`, `dungnv1`, `dungnv2` …
 * @throws Invalid when the name, the organization's name or the length does not serve
 */
export function* personCandidates(
  site: Site,
  fullName: string,
  organization: OrganizationName,
): Generator<string> {
  const base = personLocalPart(site, fullName);
  yield checkLocalPart(base, 'spec.person.fullName');
  const numbered = site.naming.collision === 'number';
  const suffix = numbered ? '' : `.${abbreviationOf(site, topOf(organization))}`;
  if (!numbered) yield checkLocalPart(base + suffix, 'spec.person.fullName');
  for (let number = numbered ? 1 : 2; ; number += 1) {
    yield checkLocalPart(`${base}${number}${suffix}`, 'spec.person.fullName');
  }
}
