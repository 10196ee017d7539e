/** Mailbox: an account of a person, or of an organization (R3). */
import { z } from 'zod';
import {
  check,
  conditions,
  line,
  localPart,
  normalizeName,
  personName,
  quota,
  reference,
  timestamp,
} from './fields.ts';
import type { Metadata, Resource } from './resource.ts';

/** What a delegate of an organization's mailbox may do; Write includes Read. R26, R27 */
export const delegateRights = ['Read', 'Write', 'SendAs'] as const;
export type DelegateRight = (typeof delegateRights)[number];

/** What people are told of by mail. */
export const noticeTopics = [
  'reclaim',
  'password',
  'quota',
  'end',
  'suspension',
  'delegation',
  'rename',
] as const;
export type NoticeTopic = (typeof noticeTopics)[number];

const rights = z
  .array(z.enum(delegateRights))
  .min(1)
  .max(delegateRights.length)
  .refine((list) => new Set(list).size === list.length, 'names a right twice')
  .meta({ 'x-kubernetes-list-type': 'set' })
  .describe(
    'Read changes nothing. Write also marks, files and deletes letters. SendAs sends with its addresses.',
  );

const delegates = z
  .array(
    z.strictObject({
      mailboxRef: reference.describe(
        "Mailbox of the person or unit, of this mailbox's organization or of a unit below it.",
      ),
      rights,
    }),
  )
  .max(32)
  .refine(
    (list) => new Set(list.map(({ mailboxRef }) => mailboxRef.name)).size === list.length,
    'names a mailbox twice',
  )
  .meta({
    'x-kubernetes-validations': [
      {
        rule: 'self.all(one, self.exists_one(other, other.mailboxRef.name == one.mailboxRef.name))',
        message: 'names a mailbox twice',
      },
    ],
  });

const delegatesOfPerson = 'is allowed with type Organization only: a personal mailbox has no delegates (R28)';

export const mailboxSpec = z
  .strictObject({
    organizationRef: reference.describe('The organization or unit that the mailbox belongs to.'),
    type: z
      .enum(['Personal', 'Organization'])
      .meta({ 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'is immutable' }] })
      .describe("A person's mailbox or the organization's own. R3"),
    person: z
      .strictObject({
        id: line(64)
          .optional()
          .describe('Staff number: tells two people of one name apart. Immutable once set.'),
        fullName: personName.describe('Full name in Vietnamese order, such as "Nguyễn Thanh Bình". R13'),
        title: line(100).optional().describe('Title, such as "Giám đốc"; the site\'s list ranks titles. R14'),
        phone: z
          .string()
          .max(40)
          .regex(/^[0-9+(][0-9 ()./+-]*$/, 'a telephone number of digits, spaces and + ( ) . / -')
          .optional()
          .describe('Telephone number, kept in the directory. R40'),
        registeredAt: timestamp
          .optional()
          .describe('When the person registered, for R14; the creation of the resource when absent.'),
      })
      .optional()
      .meta({
        'x-kubernetes-validations': [
          {
            rule: '!has(oldSelf.id) || (has(self.id) && self.id == oldSelf.id)',
            message: 'is immutable once set',
            fieldPath: '.id',
          },
        ],
      })
      .describe('The person; only with type Personal.'),
    localPart: localPart
      .optional()
      .describe('An explicit address before the @, where the rule does not serve. R12, R16'),
    aliases: z
      .array(localPart)
      .max(16)
      .refine((aliases) => new Set(aliases).size === aliases.length, 'names an alias twice')
      .optional()
      .meta({ 'x-kubernetes-list-type': 'set' })
      .describe('Further local parts that deliver to this mailbox.'),
    quota: quota
      .optional()
      .describe("Quota of this mailbox, such as 1Gi; else its organization's, else the site's. R30"),
    state: z
      .enum(['Active', 'Suspended'])
      .default('Active')
      .describe('Suspended refuses every login; mail is kept and still delivered.'),
    validUntil: z
      .string()
      .regex(/^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$/, 'a date such as 2027-01-01')
      .optional()
      .describe('The last day of access, in Việt Nam; mail is kept and still delivered afterwards. R24'),
    deletionPolicy: z
      .enum(['Retain', 'Archive', 'Delete'])
      .default('Retain')
      .describe('What becomes of the mail of a deleted Mailbox after the days of `retention`. R37'),
    hold: z
      .strictObject({
        reason: line(200).describe('By whose order and for what, such as the number of the decision.'),
      })
      .optional()
      .describe(
        'A legal hold: while it lasts no letter is removed, not even when the Mailbox is deleted. R38',
      ),
    delegates: delegates
      .optional()
      .describe("Who else uses this organization's mailbox; only with type Organization. R26, R27, R28"),
    published: z
      .boolean()
      .optional()
      .describe(
        '`false` keeps this mailbox out of the published directory, whatever the site publishes. R40',
      ),
    passwordReset: line(64)
      .optional()
      .describe('Any new value, such as the date, asks for one new first password. R20, R25'),
    passwordSecretRef: reference
      .optional()
      .describe('Secret whose key `password` is the first password, instead of a random one. R25'),
    grant: line(64)
      .optional()
      .describe(
        'Any new value, such as the date, grants a reclaimed mailbox again, with its address and mail. R23',
      ),
  })
  .meta({
    'x-kubernetes-validations': [
      {
        rule: "self.type == 'Personal' ? has(self.person) : !has(self.person)",
        message: 'is required with type Personal and not allowed with type Organization',
        fieldPath: '.person',
      },
      {
        rule: "self.type == 'Organization' || !has(self.delegates)",
        message: delegatesOfPerson,
        fieldPath: '.delegates',
      },
    ],
  });

export const mailboxStatus = z.object({
  observedGeneration: z.int().optional().describe('Generation of the spec that this status speaks of.'),
  address: z.string().max(320).optional().describe('The granted address. It never moves by itself. R10–R16'),
  aliases: z.array(z.string().max(320)).max(64).optional().describe('Further addresses that deliver here.'),
  state: z
    .enum(['Pending', 'Active', 'Suspended', 'Expired', 'Reclaimed', 'Closed'])
    .optional()
    .describe('State of the mailbox.'),
  quota: z
    .object({
      limit: z.string().max(20).optional().describe('Quota in force. R30'),
      used: z
        .string()
        .max(20)
        .optional()
        .describe('How much is in the mailbox, updated at every step of 5 %.'),
      percent: z.int().min(0).optional().describe('Used part of the limit, written at every step of 5 %.'),
    })
    .optional()
    .describe('Quota in force, and how much of it is used.'),
  passwordSecret: z
    .string()
    .max(253)
    .optional()
    .describe('Secret with the first password, until the person has changed it. R25'),
  lastAccess: timestamp
    .optional()
    .describe('The latest grant, login or own change of the password, within a day. R23'),
  passwordExpiry: z
    .string()
    .max(10)
    .optional()
    .describe('From this date on the password must be changed. R25'),
  delegates: z
    .array(
      z.object({
        name: z.string().max(253).describe('Name of the Mailbox.'),
        rights: z.array(z.enum(delegateRights)).max(3).describe('What it may do.'),
      }),
    )
    .max(32)
    .optional()
    .describe('Delegates whose rights are in force. R26'),
  notices: z
    .array(
      z.object({
        topic: z.enum(noticeTopics).describe('What its people were told of.'),
        about: z
          .string()
          .max(320)
          .optional()
          .describe('Days ahead, percent, a delegate or the former address.'),
        sent: timestamp.describe('When the mail system took it.'),
      }),
    )
    .max(64)
    .optional()
    .describe('What its people were told by mail, as far as it still counts.'),
  shard: z.string().max(64).optional().describe('The Dovecot that has its mail; absent means the first.'),
  entry: z.string().max(512).optional().describe('DN of its entry in the directory.'),
  conditions: conditions.optional(),
});

export type MailboxSpec = z.infer<typeof mailboxSpec>;
export type MailboxStatus = z.infer<typeof mailboxStatus>;
export type Mailbox = {
  readonly metadata: Metadata;
  readonly spec: MailboxSpec;
  readonly status: MailboxStatus;
};

type Person = NonNullable<MailboxSpec['person']>;

function normalized(person: Person): Person {
  const { id, title } = person;
  return {
    ...person,
    fullName: normalizeName(person.fullName),
    ...(id === undefined ? {} : { id: normalizeName(id) }),
    ...(title === undefined ? {} : { title: normalizeName(title) }),
  };
}

/** @throws Invalid naming the field of the spec that is at fault */
export function parseMailbox(resource: Resource): Mailbox {
  const spec = check(mailboxSpec, resource.spec, 'spec');
  const { person } = spec;
  if ((spec.type === 'Personal') !== (person !== undefined)) {
    check(
      z.never('is required with type Personal and not allowed with type Organization'),
      person ?? null,
      'spec.person',
    );
  }
  if (spec.type === 'Personal' && spec.delegates !== undefined)
    check(z.never(delegatesOfPerson), spec.delegates, 'spec.delegates');
  const status = mailboxStatus.safeParse(resource.status ?? {});
  return {
    metadata: resource.metadata,
    spec: person === undefined ? spec : { ...spec, person: normalized(person) },
    status: status.success ? status.data : {},
  };
}
