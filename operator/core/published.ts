/** The published directory: its part of the site file, and who is shown what of whom (R40). Pure. */
import { z } from 'zod';
import { attribute, headAttribute } from './layout.ts';
import { volumeSize } from './site-cluster.ts';

/** From the widest to the narrowest. */
const audiences = ['public', 'members', 'nobody'] as const;
export type Audience = (typeof audiences)[number];

/** Who looks: anybody, or who is logged in. */
export type Viewer = Exclude<Audience, 'nobody'>;

const audience = z.enum(audiences);
const cron = z.string().regex(/^(\S+ ){4}\S+$/, 'five fields, such as "30 4 * * *"');

const files = z
  .strictObject({
    schedule: cron.describe('When the files are written, as cron says it, in Việt Nam.'),
    target: z
      .string()
      .regex(/^(volume|s3:https:\/\/[^/]+\/.+)$/, '`volume` or s3:https://HOST/BUCKET/PREFIX')
      .describe(
        'Where they go: `volume`, the claim `published` in namespace `namespaces.mail`, or `s3:https://HOST/BUCKET/PREFIX` ([Secret](directory-publication.md#to-s3)).',
      ),
    volume: volumeSize
      .optional()
      .describe('Size of the claim; absent where people made it, such as one of a shared file system.'),
    keep: z.int().min(1).max(100).describe('How many states are kept, the present one included.'),
  })
  .describe("Files for the province's own portal, of what is public; none where this is absent.");

export const published = z
  .strictObject({
    organizations: z
      .strictObject({
        listed: audience.default('public').describe('Who sees the tree at all; `nobody`: no directory.'),
        head: audience
          .default('public')
          .describe('Name and title of the head (`spec.headRef`); never wider than what is shown of people.'),
        phone: audience.default('public').describe('Telephone, of `spec.contact`.'),
        address: audience.default('public').describe('Postal address, of `spec.contact`.'),
        mail: audience.default('public').describe("Address of the organization's mailbox."),
      })
      .prefault({})
      .describe('Each is `public`, for `members` (who is logged in) or for `nobody`.'),
    people: z
      .strictObject({
        listed: audience.default('public').describe('Who sees names, and in which organization.'),
        title: audience.default('public').describe('Title.'),
        mail: audience.default('public').describe('Address.'),
        phone: audience.default('members').describe('Telephone.'),
      })
      .prefault({})
      .describe(
        'The same of people; never wider than `listed`, which is never wider than that of organizations.',
      ),
    refreshSeconds: z
      .int()
      .min(10)
      .max(3600)
      .default(300)
      .describe('Seconds after which the pages show what was changed in the directory.'),
    downloadsPerHour: z
      .int()
      .min(1)
      .max(10_000)
      .default(20)
      .describe(
        'How often the whole directory is given as a file within an hour to one client address that is not logged in; a part of it counts as its share.',
      ),
    files: files.optional(),
  })
  .prefault({})
  .refine(({ organizations, files: wanted }) => wanted === undefined || organizations.listed === 'public', {
    path: ['files'],
    message: 'are for everybody: organizations.listed must be public',
  })
  .describe('The published directory ([how](directory-publication.md)). R40');

export type Published = Readonly<z.infer<typeof published>>;

/** What somebody is shown. */
export type Visible = {
  readonly organizations: Readonly<Record<'listed' | 'head' | 'phone' | 'address' | 'mail', boolean>>;
  readonly people: Readonly<Record<'listed' | 'title' | 'mail' | 'phone', boolean>>;
};

/** How narrow an audience is. */
const narrowness = (one: Audience) => audiences.indexOf(one);

/** @returns what a viewer sees; a part is shown to nobody who does not see the whole */
export function visibleTo(viewer: Viewer, { organizations, people }: Published): Visible {
  const sees = (...parts: readonly Audience[]) =>
    parts.every((part) => narrowness(part) <= narrowness(viewer));
  const of = organizations.listed;
  return {
    organizations: {
      listed: sees(of),
      head: sees(of, people.listed, organizations.head),
      phone: sees(of, organizations.phone),
      address: sees(of, organizations.address),
      mail: sees(of, organizations.mail),
    },
    people: {
      listed: sees(of, people.listed),
      title: sees(of, people.listed, people.title),
      mail: sees(of, people.listed, people.mail),
      phone: sees(of, people.listed, people.phone),
    },
  };
}

/** Attributes of the directory that hold what is visible, by the kind of entry; none where its entries are not. */
export type PublishedAttributes = {
  readonly organization: readonly string[];
  /** Of the mailbox of an organization. */
  readonly mailbox: readonly string[];
  readonly person: readonly string[];
};

export function publishedAttributes({ organizations, people }: Visible): PublishedAttributes {
  const when = (shown: boolean, ...names: readonly string[]) => (shown ? names : []);
  const { organization, abbreviation, sector, type } = attribute;
  return {
    organization: when(
      organizations.listed,
      ...['cn', organization, abbreviation, sector],
      ...when(organizations.head, headAttribute),
      ...when(organizations.phone, 'telephoneNumber'),
      ...when(organizations.address, 'postalAddress'),
    ),
    mailbox: when(organizations.mail, 'mail', organization, type),
    person: when(
      people.listed,
      ...['cn', organization, type],
      ...when(people.title, 'title'),
      ...when(people.mail, 'mail'),
      ...when(people.phone, 'telephoneNumber'),
    ),
  };
}

/** Whether who is logged in sees more than everybody. */
export function showsMoreToMembers(site: Published): boolean {
  return JSON.stringify(visibleTo('members', site)) !== JSON.stringify(visibleTo('public', site));
}
