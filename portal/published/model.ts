/** The published directory as one viewer sees it: a tree of organizations with their people, in the order of pages and files (R40, R44). */
import { sectors } from '../../operator/api/organization.ts';
import { fold } from '../../operator/core/naming/words.ts';
import type { Visible } from '../../operator/core/published.ts';

/** What the directory holds of an organization, as far as the account that reads is shown it. */
export type ListedOrganization = {
  readonly dn: string;
  readonly name: string;
  readonly abbreviation: string;
  /** DN of the organization above. */
  readonly parent?: string;
  readonly sector?: string;
  /** DN of the entry of its head. */
  readonly head?: string;
  readonly phone?: string;
  readonly address?: string;
};

export type ListedMailbox = {
  readonly dn: string;
  readonly type: 'Personal' | 'Organization';
  readonly name: string;
  /** DN of its organization. */
  readonly organization: string;
  readonly title?: string;
  readonly mail?: string;
  readonly phone?: string;
};

export type Listed = {
  readonly organizations: readonly ListedOrganization[];
  readonly mailboxes: readonly ListedMailbox[];
};

export type Person = {
  /** UID of the account, which never changes. */
  readonly id: string;
  readonly name: string;
  readonly organization: Organization;
  readonly title?: string;
  readonly mail?: string;
  readonly phone?: string;
};

export type Organization = {
  readonly id: string;
  readonly name: string;
  /** Its name in URLs and files: abbreviations from itself to the top, such as `phongcntt.sotttt`. */
  readonly slug: string;
  readonly parent?: Organization;
  readonly units: readonly Organization[];
  readonly people: readonly Person[];
  /** Who heads it (R26): of these people, or of another organization's. */
  readonly head?: Person;
  readonly mail?: string;
  readonly phone?: string;
  readonly address?: string;
};

export type Directory = {
  /** Organizations at the top. */
  readonly roots: readonly Organization[];
  readonly bySlug: ReadonlyMap<string, Organization>;
  /** Every organization, each before its units. */
  readonly organizations: readonly Organization[];
  /** Everybody, in the order of organizations. */
  readonly people: readonly Person[];
};

type Building = Organization & { readonly units: Building[]; readonly people: Person[]; head?: Person };

const collator = new Intl.Collator('vi', { numeric: true });

/**
 * @param visible what the viewer sees; nothing else is in the result
 * @param titles leadership titles, highest first (R14)
 * @returns organizations that are below none that is left out, and the people in them
 */
export function buildDirectory(listed: Listed, visible: Visible, titles: readonly string[]): Directory {
  const empty = { roots: [], bySlug: new Map(), organizations: [], people: [] };
  if (!visible.organizations.listed) return empty;
  const byDn = new Map<string, Building>();
  const headed = new Map<string, Building[]>();
  const below = childrenOf(listed.organizations);
  const mails = visible.organizations.mail ? organizationMails(listed.mailboxes) : new Map<string, string>();
  const slugs = new Map<string, Organization>();
  const build = (source: ListedOrganization, parent: Building | undefined): Building => {
    const organization = toOrganization(source, parent, visible, mails.get(keyOf(source.dn)), slugs);
    slugs.set(organization.slug, organization);
    byDn.set(keyOf(source.dn), organization);
    if (source.head !== undefined && visible.organizations.head)
      headed.set(keyOf(source.head), [...(headed.get(keyOf(source.head)) ?? []), organization]);
    const units = below.get(keyOf(source.dn)) ?? [];
    organization.units.push(...units.map((unit) => build(unit, organization)));
    return organization;
  };
  // What is in no tree that begins at the top is not reached, a circle neither.
  const roots = (below.get('') ?? []).map((source) => build(source, undefined));
  if (visible.people.listed) seat(listed.mailboxes, { byDn, headed }, visible, titles);
  const organizations = roots.flatMap(withUnits);
  return { roots, bySlug: slugs, organizations, people: organizations.flatMap(({ people }) => people) };
}

/** The organization and all below it, each before its units. */
export function withUnits(organization: Organization): readonly Organization[] {
  return [organization, ...organization.units.flatMap(withUnits)];
}

/** From the top down to the organization itself. */
export function pathOf(organization: Organization): readonly Organization[] {
  const { parent } = organization;
  return parent === undefined ? [organization] : [...pathOf(parent), organization];
}

/** Names are those of slapd's own answers, and differ in case at most. */
const keyOf = (dn: string) => dn.toLowerCase();

function childrenOf(
  organizations: readonly ListedOrganization[],
): ReadonlyMap<string, readonly ListedOrganization[]> {
  const below = new Map<string, ListedOrganization[]>();
  for (const organization of organizations) {
    const key = keyOf(organization.parent ?? '');
    const siblings = below.get(key);
    if (siblings === undefined) below.set(key, [organization]);
    else siblings.push(organization);
  }
  const order = ({ sector }: ListedOrganization) => {
    const rank = (sectors as readonly string[]).indexOf(sector ?? '');
    return rank < 0 ? sectors.length : rank;
  };
  for (const siblings of below.values())
    siblings.sort((a, b) => order(a) - order(b) || collator.compare(a.name, b.name) || byText(a.dn, b.dn));
  return below;
}

/** Of several mailboxes of one organization the first by its address. */
function organizationMails(mailboxes: readonly ListedMailbox[]): ReadonlyMap<string, string> {
  const mails = new Map<string, string>();
  for (const { type, organization, mail } of mailboxes) {
    if (type !== 'Organization' || mail === undefined) continue;
    const known = mails.get(keyOf(organization));
    if (known === undefined || mail < known) mails.set(keyOf(organization), mail);
  }
  return mails;
}

function toOrganization(
  { dn, name, abbreviation, phone, address }: ListedOrganization,
  parent: Building | undefined,
  { organizations: sees }: Visible,
  mail: string | undefined,
  taken: ReadonlyMap<string, unknown>,
): Building {
  const id = idOf(dn);
  const wanted = parent === undefined ? abbreviation : `${abbreviation}.${parent.slug}`;
  return {
    id,
    name,
    slug: wanted === '' || taken.has(wanted) ? `${wanted}-${id.slice(0, 8)}` : wanted,
    units: [],
    people: [],
    ...(parent === undefined ? {} : { parent }),
    ...(mail === undefined ? {} : { mail }),
    ...(phone === undefined || !sees.phone ? {} : { phone }),
    ...(address === undefined || !sees.address ? {} : { address }),
  };
}

type Organizations = {
  readonly byDn: ReadonlyMap<string, Building>;
  /** By the DN of who heads them. */
  readonly headed: ReadonlyMap<string, readonly Building[]>;
};

function seat(
  mailboxes: readonly ListedMailbox[],
  { byDn, headed }: Organizations,
  { people: sees }: Visible,
  titles: readonly string[],
): void {
  const seated = new Set<Building>();
  for (const { type, dn, name, organization: home, title, mail, phone } of mailboxes) {
    const organization = byDn.get(keyOf(home));
    if (type !== 'Personal' || organization === undefined) continue;
    const person = {
      id: idOf(dn),
      name,
      organization,
      ...(title === undefined || !sees.title ? {} : { title }),
      ...(mail === undefined || !sees.mail ? {} : { mail }),
      ...(phone === undefined || !sees.phone ? {} : { phone }),
    };
    organization.people.push(person);
    for (const one of headed.get(keyOf(dn)) ?? []) one.head = person;
    seated.add(organization);
  }
  const order = byRank(titles);
  for (const { people } of seated) people.sort(order);
}

/** Leaders first, by the site's list; then by given name, as Vietnamese lists are ordered. */
function byRank(titles: readonly string[]): (a: Person, b: Person) => number {
  const ranks = new Map(titles.map((title, index) => [fold(title), index]));
  const known = new Map<string, number>();
  const rank = ({ title = '' }: Person) => {
    const found = known.get(title) ?? ranks.get(fold(title)) ?? ranks.size;
    known.set(title, found);
    return found;
  };
  const given = ({ name }: Person) => name.slice(name.lastIndexOf(' ') + 1);
  return (a, b) =>
    rank(a) - rank(b) ||
    collator.compare(given(a), given(b)) ||
    collator.compare(a.name, b.name) ||
    byText(a.id, b.id);
}

function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** The value of the first part of a name: the UID of the resource, which needs no escape. */
function idOf(dn: string): string {
  return dn.slice(dn.indexOf('=') + 1, dn.indexOf(','));
}
