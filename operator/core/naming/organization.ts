/** R10–R12: the abbreviation and the address of an organization. */
import { Invalid } from '../../errors.ts';
import type { Site } from '../site.ts';
import { endsWith, phrase, startsWith, type Word, words } from './words.ts';

/** What the rules need to know of an organization; `parent` makes it a unit (R11). */
export type OrganizationName = {
  readonly name: string;
  /** Set by the Centre where the rule does not serve (R12, R16). */
  readonly abbreviation?: string;
  readonly parent?: OrganizationName;
};

/**
 * The organization's own abbreviation: Sở Thông tin và Truyền thông → `sotttt`, Phòng Công nghệ thông tin → `phongcntt`.
 * @throws Invalid when the site's rule cannot give one; the message says what to do
 */
export function abbreviationOf(site: Site, organization: OrganizationName): string {
  if (organization.abbreviation !== undefined) return organization.abbreviation;
  if (organization.parent !== undefined && site.naming.unit === 'explicit') {
    throw new Invalid(
      'spec.abbreviation',
      `"${organization.name}" is a unit, and ${site.title} fixes no rule for units: agree an abbreviation with the unit (R11)`,
    );
  }
  const whole = words(organization.name, 'spec.name');
  const shouting = whole.every((word) => word.written === word.written.toUpperCase());
  const own = withoutPlace(site, whole, organization.parent);
  return site.naming.organization === 'kind-initials'
    ? kindAndInitials(site, own, shouting)
    : initials(site, own, shouting);
}

/**
 * The local part of the organization's mailbox: `sotttt`, and for units `phongcntt.sotttt` where the site says
 * `unit.organization`.
 * @throws Invalid as `abbreviationOf`
 */
export function organizationLocalPart(site: Site, organization: OrganizationName): string {
  const own = abbreviationOf(site, organization);
  if (organization.parent === undefined || site.naming.unit === 'explicit') return own;
  return `${own}.${organizationLocalPart(site, organization.parent)}`;
}

/** The organization at the top, which R15 puts into the addresses of everybody below it. */
export function topOf(organization: OrganizationName): OrganizationName {
  return organization.parent === undefined ? organization : topOf(organization.parent);
}

/** Drops the parent's and the site's name at the end, but not where it is the name itself. */
function withoutPlace(
  site: Site,
  whole: readonly Word[],
  parent: OrganizationName | undefined,
): readonly Word[] {
  const places = site.naming.siteNames.map(phrase);
  for (let above = parent; above !== undefined; above = above.parent) {
    const name = words(above.name, 'spec.parentRef');
    places.push(...[name, withoutDropped(site, name)].map((list) => list.map((word) => word.folded)));
  }
  places.sort((a, b) => b.length - a.length);
  let rest = withoutDropped(site, whole);
  for (;;) {
    const place = places.find(
      (candidate) => endsWith(rest, candidate) && hasName(site, rest, candidate.length),
    );
    if (place === undefined) return rest;
    rest = rest.slice(0, rest.length - place.length);
  }
}

/** Is there still a name when the last `dropped` words go? */
function hasName(site: Site, list: readonly Word[], dropped: number): boolean {
  const rest = list.slice(0, list.length - dropped);
  const prefix = longestStart(rest, [...site.naming.kinds, ...site.naming.dropped]);
  return rest.length > (prefix?.length ?? 0);
}

/** "UBND huyện Mỹ Xuyên" → "huyện Mỹ Xuyên": what follows is the kind. */
function withoutDropped(site: Site, list: readonly Word[]): readonly Word[] {
  for (const dropped of site.naming.dropped.map(phrase)) {
    const rest = list.slice(dropped.length);
    if (startsWith(list, dropped) && site.naming.droppedBefore.some((kind) => startsWith(rest, phrase(kind))))
      return rest;
  }
  return list;
}

/** The longest of the phrases that the name starts with. */
function longestStart(list: readonly Word[], phrases: readonly string[]): readonly string[] | undefined {
  return phrases
    .map(phrase)
    .sort((a, b) => b.length - a.length)
    .find((start) => startsWith(list, start));
}

function kindAndInitials(site: Site, list: readonly Word[], shouting: boolean): string {
  const kind = longestStart(list, site.naming.kinds);
  if (kind === undefined) {
    const written = list.map((word) => word.written).join(' ');
    throw new Invalid(
      'spec.name',
      `"${written}" does not start with a kind of organization that the site file lists (naming.kinds): add it there, or set spec.abbreviation (R16)`,
    );
  }
  return kind.join('') + initials(site, list.slice(kind.length), shouting);
}

/**
 * Initials; a word of digits and an abbreviation in capitals stay whole (Phường 3 → 3, CNTT → cntt). A name that is
 * in capitals all through (`shouting`) holds no abbreviation that could be told from a word.
 */
function initials(site: Site, list: readonly Word[], shouting: boolean): string {
  const skipped = site.naming.skipped.flatMap(phrase);
  return list
    .filter((word) => !skipped.includes(word.folded))
    .map((word) =>
      /^\d+$/.test(word.folded) || (!shouting && isAbbreviation(word)) ? word.folded : word.folded[0],
    )
    .join('');
}

function isAbbreviation({ written }: Word): boolean {
  return written.length > 1 && /\p{Lu}/u.test(written) && written === written.toUpperCase();
}
