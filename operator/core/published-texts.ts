/** Pages and words of the published directory, which a province may replace, and what each may ask for (R40). Pure. */
import { z } from 'zod';
import type { Shape } from './page-template.ts';

const link = { name: true, href: true } as const;
/** `tel` is what a telephone dials, where the number is one. */
const contact = { mail: true, phone: true, tel: true } as const;
/** `contact` is what the page of that makes of it. */
const person = { ...link, contact: true, title: true, organization: true } as const;
/** `csv`, `vcf` and `ldif` are links. */
const files = { csv: true, vcf: true, ldif: true } as const;
/** Time and date of what is shown, as `05:00` and `26/11/2026`. */
const updated = { time: true, date: true } as const;

/** What a page may ask for, by file. */
export const publishedShapes = {
  /** The form that searches. Files on a disk have no server to ask, but a script (`offline`). */
  'published-form.html': { query: true, action: true, offline: true, places: true },
  /** Leads from page to page; `previous` and `next` are links, or there is none. */
  'published-pager.html': { several: true, page: true, pages: true, previous: true, next: true },
  /** How somebody in a list is reached. */
  'published-contact.html': contact,
  /** One organization in the tree; `units` are those below it. */
  'published-node.html': { ...link, units: true, count: true },
  /** `login` is a link where who is logged in sees more. */
  'published.html': {
    login: true,
    form: true,
    tree: true,
    organizations: true,
    people: true,
    ...files,
    ...updated,
  },
  'published-organization.html': {
    ...{
      login: true,
      form: true,
      home: true,
      name: true,
      head: true,
      address: true,
      ...contact,
      ...files,
      ...updated,
      pager: true,
    },
    ...{ above: link, hasUnits: true, units: link, hasPeople: true, people: person },
  },
  'published-found.html': {
    ...{ form: true, home: true, query: true, total: true, ...updated, pager: true },
    ...{ hasOrganizations: true, organizations: { ...link, contact: true, inside: true } },
    ...{ hasPeople: true, people: person },
  },
  /** While it could not be read yet. */
  'published-closed.html': {},
  /** For whom so many files were made that the next one has to wait. */
  'published-limited.html': { limit: true, minutes: true },
  /** Around the pages on a disk. */
  'published-frame.html': { title: true, content: true, home: true, style: true, script: true },
  /** Leads on to the present state, where there are no links between files. */
  'published-present.html': { href: true },
} as const satisfies Readonly<Record<string, Shape>>;

const word = z.string().min(1);

/** Words of the files that are offered (`published.yaml`). */
export const fileWords = z.strictObject({
  columns: z.strictObject({
    kind: word,
    name: word,
    title: word,
    organization: word,
    above: word,
    mail: word,
    phone: word,
    address: word,
    head: word,
  }),
  kinds: z.strictObject({ organization: word, person: word }),
});
export type FileWords = Readonly<z.infer<typeof fileWords>>;
