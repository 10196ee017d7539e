/** Incident: what happened, whose mailbox it was, who was told and when, and when it was settled (R42). A record: nothing acts on it. */
import { z } from 'zod';
import { check, line, reference, timestamp } from './fields.ts';

const incidentKinds = ['StolenAccount', 'Malware', 'Outage', 'DataLoss', 'Other'] as const;

export const incidentSpec = z.strictObject({
  kind: z.enum(incidentKinds).describe('What it is.'),
  summary: line(500).describe('What happened, in one line of Vietnamese: the report says it.'),
  at: timestamp.describe('When it happened, or was noticed.'),
  mailboxRef: reference.optional().describe('The Mailbox that it is about.'),
  address: z.string().max(320).optional().describe('Its address then.'),
  told: z
    .array(
      z.strictObject({
        who: line(200).describe("Who was told, such as the organization's official (R29)."),
        at: timestamp.describe('When.'),
      }),
    )
    .max(50)
    .optional()
    .describe('Who was told of it. R29, R42'),
  notes: z
    .array(z.strictObject({ at: timestamp.describe('When.'), text: line(1000).describe('What was done.') }))
    .max(200)
    .optional()
    .describe('What was done, in order.'),
  settledAt: timestamp.optional().describe('When it was settled; absent while it is not.'),
});
export type IncidentSpec = z.infer<typeof incidentSpec>;

/** Nobody writes a status: there is nothing to reach. */
export const incidentStatus = z.object({});

/** @throws Invalid naming the field of the spec that is at fault */
export function parseIncident(spec: unknown): IncidentSpec {
  return check(incidentSpec, spec, 'spec');
}
