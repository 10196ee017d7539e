/** A site: one province's regulation and sizes as data. The only schema of `charts/sites/*.yaml`. */
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { Invalid } from '../errors.ts';
import { backupSchema } from './backup.ts';
import { dnsSchema } from './dns.ts';
import { filter } from './filter.ts';
import { portal } from './portal.ts';
import { published } from './published.ts';
import { parseBytes } from './quota.ts';
import { expose, images, monitoring, network, storage, tls } from './site-cluster.ts';
import { applications, directory, slug } from './site-directory.ts';
import { domainAliases, domainName, domainsOf } from './site-domains.ts';
import { moving } from './site-moving.ts';
import { noticesSchema } from './site-notices.ts';
import { articles, contact } from './site-people.ts';
import { letterhead, reports } from './site-reports.ts';
import { requests } from './site-requests.ts';
import { throttle } from './throttle-limits.ts';

const localPart = z.string().regex(/^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/, 'a local part of [a-z0-9._-]');
const size = z
  .string()
  .regex(/^[1-9][0-9]*(Ki|Mi|Gi|Ti)?$/, 'bytes with an optional Ki, Mi, Gi or Ti, such as 500Mi')
  .transform((text) => parseBytes(text));
const cpu = z.string().regex(/^[0-9]+m$/, 'CPU in millicores, such as 50m');
const memory = z.string().regex(/^[0-9]+(Mi|Gi)$/, 'memory in Mi or Gi, such as 128Mi');
const days = z.int().min(0).max(36_500);
const words = z.array(z.string().min(1));

const resources = z.strictObject({ cpu, memory, memoryLimit: memory });
const parts = [
  'openldap',
  'postfix',
  'dovecot',
  'postgresql',
  'webmail',
  'rspamd',
  'clamav',
  'valkey',
  'operator',
  'backup',
] as const;
/** A part of the stack that has its own image; clamav and valkey run beside rspamd, backup for a while. */
export type Part = (typeof parts)[number];

const schema = z.strictObject({
  name: slug.describe('Name of the site in commands, namespaces and labels.'),
  title: z.string().min(1).describe('What officials read, such as "Tỉnh Sóc Trăng".'),
  regulation: z.string().min(1).describe('The decision that the values come from.'),
  articles,
  domain: domainName.describe('Domain of every address.'),
  domainAliases,
  hosts: z.strictObject({
    mail: domainName.describe('SMTP, IMAP and POP3 as clients are told. R2'),
    webmail: domainName.describe('Host of the webmail. R2'),
  }),
  dns: dnsSchema(localPart),
  namespaces: z.strictObject({
    mail: slug.describe(
      'openldap, dovecot, webmail, postgresql, rspamd and the operator; Pod Security "restricted".',
    ),
    smtp: slug.describe('postfix alone, whose master must be root; Pod Security "baseline".'),
    accounts: z.array(slug).min(1).describe('Where Organizations and Mailboxes are applied.'),
    backup: slug.describe(
      'The repository of the backups and who prunes it: no other part gets in; Pod Security "restricted".',
    ),
  }),
  naming: z.strictObject({
    organization: z
      .enum(['kind-initials', 'initials'])
      .describe('`kind-initials` spells the kind in full, `initials` takes initials of every word. R10'),
    unit: z
      .enum(['unit.organization', 'explicit'])
      .describe('`unit.organization`, or an `explicit` abbreviation agreed with the unit. R11'),
    person: z
      .enum(['initials-given', 'given-initials'])
      .describe('`initials-given` gives ntbinh, `given-initials` gives dungnv. R13'),
    collision: z
      .enum(['organization', 'number'])
      .describe('`organization` appends `.sotttt`, then 2, 3 …; `number` appends 1, 2, 3 … R15'),
    kinds: words.describe('Kinds of organization. R10'),
    dropped: words.describe('Words such as "UBND" that are dropped before one of `droppedBefore`. R10'),
    droppedBefore: words.describe('Kinds before which `dropped` words go. R10'),
    siteNames: words.describe("Names of the site itself, dropped at the end of an organization's name."),
    skipped: words.describe('Conjunctions without an initial.'),
    titles: words.describe('Leadership titles, highest first. R14'),
    reserved: z.array(localPart).describe('Local parts that nobody is granted.'),
    formerAddressDays: days.describe('Days for which the former address still delivers after a change.'),
    holdDays: days.describe('Days for which an address that was let go is granted to nobody else.'),
  }),
  centre: z
    .strictObject({
      namespace: slug.describe('Namespace of its Mailbox.'),
      mailbox: slug.describe('Name of its Mailbox.'),
      addresses: z.array(localPart).describe('Local parts that deliver to it, such as admin. R20'),
      ...contact,
    })
    .describe('The Centre, and the mailbox that the service addresses name.'),
  requests,
  quota: z
    .strictObject({
      organization: size.describe("An organization's mailbox."),
      personal: size.describe("A person's mailbox."),
    })
    .describe('Quotas where neither mailbox nor organization sets one. R30'),
  attachment: size.describe('The largest attachment; the limit of a message follows from it. R31'),
  passwords: z
    .strictObject({
      minLength: z.int().min(8).max(64).describe('Characters.'),
      maxAgeDays: z.int().min(0).max(3650).describe('Days until a password expires; 0 means never.'),
      history: z.int().min(0).max(24).describe('How many former passwords are refused.'),
    })
    .describe('Rules for the passwords of people. R25'),
  reclaim: z
    .strictObject({
      afterDays: days.describe('Days without access until a mailbox is reclaimed; 0 means never.'),
      noticeDays: z
        .array(z.int().min(1).max(365))
        .min(1)
        .max(4)
        .refine((list) => list.every((day, index) => day < (list[index - 1] ?? 366)), 'longest first')
        .describe('How many days before that its people are told, longest first.'),
    })
    .refine(({ afterDays, noticeDays }) => afterDays === 0 || (noticeDays[0] ?? 0) < afterDays, {
      path: ['noticeDays'],
      message: 'must be less than afterDays',
    })
    .describe('Mailboxes that nobody uses. R23'),
  notices: noticesSchema(localPart),
  retention: z
    .strictObject({
      closedDays: days.describe(
        'Days for which the mail of a deleted Mailbox stays where it is, with deletionPolicy Retain. It is archived then.',
      ),
      graceDays: days.describe(
        'The same with Archive and Delete: for so long a mistaken deletion is undone by creating the Mailbox again.',
      ),
      archiveDays: days.describe(
        'Days after which the archive of a deleted Mailbox is removed for good, from the day it was made; 0 keeps it for ever.',
      ),
    })
    .describe(
      'The mail of deleted Mailboxes. At most `naming.holdDays`, so that its address is held meanwhile. R37, R38',
    ),
  backup: backupSchema,
  expiry: z
    .strictObject({
      trashDays: days.describe('Days after which a letter in the trash goes; 0 means never.'),
      junkDays: days.describe('Days after which a letter in the junk folder goes; 0 means never.'),
    })
    .describe('Letters that people have thrown away. Nothing expires under a legal hold. R37, R38'),
  throttle: throttle.describe('How fast passwords may be guessed. R25, R42'),
  directory,
  applications,
  filter,
  webmail: z.strictObject({
    replicas: z
      .int()
      .min(1)
      .max(16)
      .describe('Pods of the webmail; what is open goes on in any of them. R35'),
  }),
  portal,
  published,
  operator: z.strictObject({
    replicas: z
      .int()
      .min(1)
      .max(2)
      .describe('2 for one that takes over within 17 seconds when the other is lost.'),
    resyncSeconds: z
      .int()
      .min(1)
      .max(86_400)
      .describe('Seconds between two passes when nothing happens: how long drift may live.'),
    planOnly: z
      .boolean()
      .default(false)
      .describe('Nothing is written to directory or cluster; log and metrics say what would be done.'),
  }),
  moving,
  reports,
  letterhead,
  tls,
  images,
  expose,
  network,
  monitoring,
  storage,
  resources: z
    .strictObject(
      Object.fromEntries(parts.map((part) => [part, resources])) as Record<Part, typeof resources>,
    )
    .describe('Requests of CPU and memory, and the limit of memory, of every part.'),
});

/** Nobody shall be granted an address whose mail is still kept for somebody else. */
const checked = schema
  .refine(({ retention, naming }) => Math.max(retention.closedDays, retention.graceDays) <= naming.holdDays, {
    path: ['retention'],
    message: 'must not be longer than naming.holdDays',
  })
  .refine(
    ({ requests: { services }, centre }) =>
      Object.values(services).every((one) => centre.addresses.includes(one)),
    {
      path: ['requests', 'services'],
      message: 'must be of centre.addresses',
    },
  )
  .refine(
    ({ notices, passwords: { maxAgeDays } }) =>
      maxAgeDays === 0 || (notices.passwordDays[0] ?? 0) < maxAgeDays,
    {
      path: ['notices', 'passwordDays'],
      message: 'must be less than passwords.maxAgeDays',
    },
  )
  .refine((site) => !site.domainAliases.includes(site.domain), {
    path: ['domainAliases'],
    message: 'must not name the domain itself',
  })
  .refine(({ directory: { domain }, ...site }) => domain === undefined || domainsOf(site).includes(domain), {
    path: ['directory', 'domain'],
    message: 'must be the domain or one of domainAliases',
  });

/** A checked site. Sizes are bytes, times as their names say. */
export type Site = Readonly<z.infer<typeof schema>>;

/** JSON Schema of the site file, for editors and the reference in `docs/`. */
export function siteSchema(): object {
  return z.toJSONSchema(schema, { io: 'input' });
}

/**
 * Checks the text of a site file.
 * @param file name shown in errors
 * @throws Invalid naming file, field and what is allowed there; every fault of the file is in the message
 */
export function parseSite(text: string, file: string): Site {
  const document = parseDocument(text);
  const syntax = document.errors[0];
  // What follows in its message is the line itself, with a pointer below it.
  if (syntax !== undefined) throw new Invalid(file, syntax.message.split(/:\n/)[0] ?? '');
  const result = checked.safeParse(document.toJS(), { error: inWords });
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`,
  );
  throw new Invalid(file, faults.join('; '));
}

/** What zod would say of TypeScript, said of a file. */
const inWords: z.core.$ZodErrorMap = ({ code, input, path, ...issue }) => {
  if (code === 'unrecognized_keys') {
    const keys = (issue as { readonly keys?: readonly string[] }).keys ?? [];
    return keys.map((key) => `there is no setting "${key}"`).join('; ');
  }
  if (code !== 'invalid_type') return undefined;
  if ((path ?? []).length === 0) return 'has no settings: see docs/reference-site.md';
  return input === undefined ? 'is missing' : undefined;
};
