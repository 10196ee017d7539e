/**
 * MailboxRequest: what an organization asks for its mailboxes, by mail or on paper (R20), and what became of it (R21, R22).
 * Its rows hold what was written, right or wrong: what is wrong is found by the clerk, and told to whoever asked.
 */
import { z } from 'zod';
import { check, conditions, reference, timestamp } from './fields.ts';
import type { Metadata, Resource } from './resource.ts';

/** R20: grant, change of access name, password reset, cancel. */
export const requestActions = ['Grant', 'Rename', 'ResetPassword', 'Cancel'] as const;
export type RequestAction = (typeof requestActions)[number];

/** Most rows of one request: a longer list is divided by whoever sends it, so that a request fits into etcd. */
export const mostRows = 500;

/** One line as somebody wrote it: anything but control characters and line breaks. */
const text = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, 'one line of text without control characters');

const date = z
  .string()
  .regex(/^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$/, 'a date such as 2026-11-26');

const row = z.strictObject({
  number: z.int().min(1).max(100_000).describe('Number of the row, as the spreadsheet shows it.'),
  name: text(256).optional().describe('Full name; that of the organization for its own mailbox.'),
  title: text(200).optional().describe('Title. R14'),
  organization: text(300).optional().describe('Organization or unit, as written.'),
  organizationRef: reference.optional().describe('The organization meant, where the text does not tell.'),
  action: z
    .enum(requestActions)
    .optional()
    .describe('What is asked for; absent where what is written is none of these.'),
  address: text(320).optional().describe('Present address.'),
  newAddress: text(320)
    .optional()
    .describe('Address that is asked for, with or without the domain. R12, R16'),
  telephone: text(64).optional().describe('Telephone number.'),
  employeeNumber: text(64).optional().describe('Staff number.'),
  note: text(500).optional().describe('Note; may name the new address.'),
});

const unread = z.strictObject({
  row: z.int().min(1).max(100_000).optional().describe('Number of the row; absent for the list as a whole.'),
  field: text(64).optional().describe('Field of the row.'),
  rule: text(16).optional().describe('Row of the regulation, such as R20.'),
  message: text(500).describe('What could not be read or is refused, in Vietnamese.'),
  refuses: z
    .boolean()
    .optional()
    .describe('Whether the row is not carried out, which is so unless this is false.'),
});

const decision = z
  .strictObject({
    verdict: z.enum(['Approved', 'Refused']).describe('Whether it is carried out.'),
    reason: text(500).optional().describe('Why it is refused; goes to whoever asked. R22'),
    by: text(256).describe('Who decided, as the API server knows them.'),
    at: timestamp.describe('When.'),
  })
  .meta({
    'x-kubernetes-validations': [
      {
        rule: "self.verdict == 'Approved' || has(self.reason)",
        message: 'is required with verdict Refused: it is told to whoever asked (R22)',
        fieldPath: '.reason',
      },
    ],
  });

export const requestSpec = z
  .strictObject({
    source: z.enum(['Mail', 'Paper']).describe('How it came: by mail, or on paper.'),
    reference: z
      .strictObject({
        number: text(64).describe('Number of the paper or letter, such as 123/STTTT-VP.'),
        date: date.describe('Its date.'),
      })
      .optional()
      .describe('Number and date of the paper; required with source Paper.'),
    requester: z
      .strictObject({
        organizationRef: reference.describe('The organization that asks.'),
        address: text(320).optional().describe("Its mailbox that asked; the organization's own when absent."),
        sentBy: text(320)
          .optional()
          .describe("Address of the mailbox whose login sent it: its own, or a delegate's. R26, R28"),
        name: text(256).optional().describe('Who signed.'),
      })
      .describe('Who asks. R20'),
    received: timestamp.describe('When it came.'),
    service: text(64)
      .optional()
      .describe('Local part of the service address that it came to, such as admin; only by mail. R20'),
    messageId: text(998).optional().describe('Message-ID of the mail, which answers refer to.'),
    subject: text(998).optional().describe('Subject of the mail, which answers repeat.'),
    attachment: z
      .strictObject({
        name: text(255).describe('File name of the list.'),
        sha256: z
          .string()
          .max(64)
          .regex(/^[0-9a-f]{64}$/, 'a SHA-256 in hexadecimal')
          .describe('Of its bytes.'),
      })
      .optional()
      .describe('The list that it was read from.'),
    rows: z.array(row).max(mostRows).describe('What is asked for.'),
    findings: z.array(unread).max(1000).optional().describe('What could not be read of the list.'),
    decision: decision
      .optional()
      .describe('What the Centre decided. Nothing of the spec changes afterwards.'),
  })
  .meta({
    'x-kubernetes-validations': [
      {
        rule: "self.source != 'Paper' || has(self.reference)",
        message: 'is required with source Paper',
        fieldPath: '.reference',
      },
      {
        rule: '!has(oldSelf.decision) || self == oldSelf',
        message: 'a request that is decided does not change; enter another one',
      },
    ],
  });

/** What is wrong with a request, in the words that whoever asked is told. */
const finding = z.object({
  row: z.int().optional().describe('Number of the row; absent for the request as a whole.'),
  field: z.string().max(64).optional().describe('Field of the row.'),
  rule: z.string().max(16).optional().describe('Row of the regulation, such as R20.'),
  message: z.string().max(2000).describe('What is wrong.'),
  refuses: z.boolean().describe('The row is not carried out; otherwise the Centre should look at it.'),
});

/** `Waiting` is not done yet; the others are for good. */
export const rowOutcomes = ['Waiting', 'Granted', 'Changed', 'Reset', 'Cancelled', 'Refused'] as const;
export type RowOutcome = (typeof rowOutcomes)[number];

const result = z.object({
  row: z.int().describe('Number of the row.'),
  outcome: z.enum(rowOutcomes).describe('What became of it.'),
  mailbox: z.string().max(253).optional().describe('Name of the Mailbox that it is about.'),
  address: z.string().max(320).optional().describe('Its address.'),
  message: z.string().max(2000).optional().describe('Why it is refused, or what it waits for.'),
});

/** Letters that the clerk writes. */
const letterKinds = ['acknowledged', 'result', 'refused', 'person', 'report'] as const;
export type LetterKind = (typeof letterKinds)[number];

export const requestPhases = ['Pending', 'Approved', 'Refused', 'Settled'] as const;

export const requestStatus = z.object({
  observedGeneration: z.int().optional().describe('Generation of the spec that this status speaks of.'),
  number: z.string().max(32).optional().describe('Number that people are told, such as 2026-0012.'),
  phase: z
    .enum(requestPhases)
    .optional()
    .describe(
      'Pending waits for a decision; Approved is being carried out; Settled and Refused are its ends.',
    ),
  rows: z.int().optional().describe('How many rows it has.'),
  settled: timestamp.optional().describe('When the last row came to its end, or it was refused. R22'),
  due: z
    .string()
    .max(10)
    .optional()
    .describe("Last day for the result and the report, by the site's term; absent where it has none. R22"),
  plan: z
    .array(
      z.object({
        row: z.int().optional().describe('Number of the row.'),
        line: z.string().max(2000).describe('What it would do, as `hopthu plan` prints it.'),
      }),
    )
    .max(2000)
    .optional()
    .describe('What its rows would do; as of the decision once there is one.'),
  findings: z.array(finding).max(2000).optional().describe('Rules that it breaks, row by row.'),
  results: z.array(result).max(mostRows).optional().describe('What became of each row.'),
  told: z
    .array(
      z.object({
        letter: z.enum(letterKinds).describe('Which one.'),
        row: z.int().optional().describe('The row that it is about.'),
        to: z.array(z.string().max(320)).max(32).describe('Who was told; nobody where nobody can be.'),
        at: timestamp.describe('When the mail system had taken it.'),
      }),
    )
    .max(1000)
    .optional()
    .describe('Letters that went out. R22'),
  conditions: conditions.optional(),
});

export type RequestSpec = z.infer<typeof requestSpec>;
export type RequestRow = RequestSpec['rows'][number];
export type RequestStatus = z.infer<typeof requestStatus>;
export type Finding = z.infer<typeof finding>;
export type RowResult = z.infer<typeof result>;
export type Told = NonNullable<RequestStatus['told']>[number];
export type MailboxRequest = {
  readonly metadata: Metadata;
  readonly spec: RequestSpec;
  readonly status: RequestStatus;
};

/** @throws Invalid naming the field of the spec that is at fault */
export function parseRequest({ metadata, spec, status }: Omit<Resource, 'kind'>): MailboxRequest {
  const known = requestStatus.safeParse(status ?? {});
  return { metadata, spec: check(requestSpec, spec, 'spec'), status: known.success ? known.data : {} };
}
