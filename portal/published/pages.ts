/** The pages of the published directory, as the portal serves them and as files (R40). */
import type { Html } from '../../operator/core/page-template.ts';
import { dateInVietnam, timeInVietnam, writtenDate } from '../../operator/core/time.ts';
import type { Pages } from '../frame.ts';
import { withTitle } from './cards.ts';
import type { Format } from './formats.ts';
import { type Directory, type Organization, type Person, pathOf } from './model.ts';
import type { Found } from './search.ts';

/** Where things are, as links on a page. */
export type Places = {
  readonly home: string;
  readonly organization: (organization: Organization) => string;
  /** Of everything, or of one organization with all below it. */
  readonly file: (format: Format, organization?: Organization) => string;
  /** Where the form goes. */
  readonly search: string;
  /** The list that a script searches, where there is no server. */
  readonly list?: string;
};

/** One of several pages: entries of the whole list from `start` on. */
export type Page = { readonly number: number; readonly count: number; readonly start: number };

export type PageProps = {
  readonly pages: Pick<Pages, 'part'>;
  readonly places: Places;
  /** When the directory was read. */
  readonly readAt: Date;
  /** Where one logs in who would see more then. */
  readonly login?: string;
};

/** Entries on one page. */
export const pageSize = 50;

/** @param wanted number of the page as somebody asked for it, from 1 */
export function pageOf(total: number, wanted: number, size = pageSize): Page {
  const count = Math.max(1, Math.ceil(total / size));
  const number = Math.min(Math.max(1, Number.isInteger(wanted) ? wanted : 1), count);
  return { number, count, start: (number - 1) * size };
}

/** The tree of all organizations. */
export function treePage(props: PageProps, { roots, organizations, people }: Directory): Html {
  return props.pages.part('published.html', {
    login: props.login ?? '',
    form: formOf(props),
    tree: treeOf(props, roots),
    organizations: organizations.length,
    people: people.length,
    ...filesOf(props.places),
    ...updated(props.readAt),
  });
}

/** @param size of a page of people */
export function organizationPage(
  props: PageProps,
  organization: Organization,
  wanted = 1,
  size = pageSize,
): Html {
  const { places } = props;
  const { name, head, mail, phone, address, units, people } = organization;
  const page = pageOf(people.length, wanted, size);
  const at = (number: number) => `${places.organization(organization)}?trang=${number}`;
  return props.pages.part('published-organization.html', {
    login: props.login ?? '',
    form: formOf(props),
    home: places.home,
    above: pathOf(organization)
      .slice(0, -1)
      .map((one) => linkTo(places, one)),
    name,
    head: head === undefined ? '' : withTitle(head),
    address: address ?? '',
    ...contactOf({ mail, phone }),
    hasUnits: units.length > 0,
    units: units.map((unit) => linkTo(places, unit)),
    hasPeople: people.length > 0,
    people: people.slice(page.start, page.start + size).map((person) => personOf(props, person)),
    ...filesOf(places, organization),
    ...updated(props.readAt),
    pager: pagerOf(props, page, at),
  });
}

/** Organizations come before people, and both are counted through. */
export function foundPage(props: PageProps, query: string, found: Found, wanted = 1): Html {
  const { places } = props;
  const total = found.organizations.length + found.people.length;
  const page = pageOf(total, wanted);
  const end = page.start + pageSize;
  const organizations = found.organizations.slice(page.start, end);
  const skipped = found.organizations.length;
  const people = found.people.slice(Math.max(0, page.start - skipped), Math.max(0, end - skipped));
  const at = (number: number) => `${places.search}?${new URLSearchParams({ q: query, trang: `${number}` })}`;
  return props.pages.part('published-found.html', {
    form: formOf(props, query),
    home: places.home,
    query,
    total: total === 0 ? '' : total,
    hasOrganizations: organizations.length > 0,
    organizations: organizations.map((one) => ({
      ...linkTo(places, one),
      contact: contactPart(props, one),
      inside: pathOf(one)
        .slice(0, -1)
        .map(({ name }) => name)
        .join(' – '),
    })),
    hasPeople: people.length > 0,
    people: people.map((person) => personOf(props, person)),
    ...updated(props.readAt),
    pager: pagerOf(props, page, at),
  });
}

function treeOf(props: PageProps, organizations: readonly Organization[]): Html {
  const nodes = organizations.map((one) =>
    props.pages.part('published-node.html', {
      ...linkTo(props.places, one),
      count: one.units.length,
      units: one.units.length === 0 ? '' : treeOf(props, one.units),
    }),
  );
  return { html: nodes.map(({ html }) => html).join('') };
}

function formOf({ pages, places }: PageProps, query = ''): Html {
  const { search: action, list } = places;
  return pages.part('published-form.html', {
    query,
    action,
    offline: list !== undefined,
    places: list ?? '',
  });
}

function personOf(props: PageProps, person: Person) {
  const { name, title = '', organization } = person;
  return {
    ...{ name, title, organization: organization.name, href: props.places.organization(organization) },
    contact: contactPart(props, person),
  };
}

function linkTo(places: Places, organization: Organization) {
  return { name: organization.name, href: places.organization(organization) };
}

type Reachable = { readonly mail?: string | undefined; readonly phone?: string | undefined };

function contactPart({ pages }: PageProps, reachable: Reachable): Html {
  return pages.part('published-contact.html', contactOf(reachable));
}

function contactOf({ mail = '', phone = '' }: Reachable) {
  return { mail, phone, tel: dialled(phone) };
}

/** What a telephone dials (RFC 3966), where the text is one number and nothing else. */
function dialled(phone: string): string {
  return /^\+?[0-9][0-9 ().-]{5,24}$/.test(phone) ? phone.replaceAll(/[^+0-9]/g, '') : '';
}

function filesOf({ file }: Places, organization?: Organization) {
  return {
    csv: file('csv', organization),
    vcf: file('vcf', organization),
    ldif: file('ldif', organization),
  };
}

function updated(readAt: Date) {
  const time = readAt.getTime();
  return { time: timeInVietnam(time), date: writtenDate(dateInVietnam(time)) };
}

function pagerOf({ pages }: PageProps, { number, count }: Page, at: (number: number) => string): Html {
  return pages.part('published-pager.html', {
    several: count > 1,
    page: number,
    pages: count,
    previous: number > 1 ? at(number - 1) : '',
    next: number < count ? at(number + 1) : '',
  });
}
