/** Organization: an agency, or a unit under one. */
import { z } from 'zod';
import {
  check,
  conditions,
  line,
  localPart,
  normalizeName,
  organizationName,
  quota,
  reference,
  telephone,
} from './fields.ts';
import type { Metadata, Resource } from './resource.ts';

/** Kinds of eligible bodies, in the order in which the regulation names them. R7 */
export const sectors = [
  'Department',
  'PublicServiceUnit',
  'DistrictCommittee',
  'CommuneCommittee',
  'Party',
  'Association',
  'StateEnterprise',
] as const;

export const organizationSpec = z.strictObject({
  name: organizationName.describe('Full name in Vietnamese, such as "Sở Thông tin và Truyền thông". R10'),
  parentRef: reference.optional().describe('The organization that this unit belongs to. R11'),
  abbreviation: localPart
    .max(40)
    .optional()
    .describe('Explicit abbreviation, only where the rule of the site does not serve. R12, R16'),
  sector: z.enum(sectors).optional().describe('Which of the eligible kinds of body it is. R7'),
  contact: z
    .strictObject({
      phone: telephone.optional().describe('Telephone number.'),
      address: line(200).optional().describe('Postal address.'),
    })
    .optional()
    .describe('For the published directory. R40'),
  mailOfficerRef: reference
    .optional()
    .describe(
      'Mailbox of its mail officer, who is told of incidents; a unit without one has that of the organization above. R29',
    ),
  headRef: reference
    .optional()
    .describe('Mailbox of its head, who manages its mailbox: a person of it, or of one below or above. R26'),
  quota: z
    .strictObject({
      organization: quota.optional().describe('Quota of its organization mailbox, such as 1Gi.'),
      personal: quota.optional().describe('Quota of its personal mailboxes, such as 500Mi.'),
    })
    .optional()
    .describe("Overrides of the site's quotas for the mailboxes of this organization. R30"),
  state: z
    .enum(['Active', 'Suspended'])
    .default('Active')
    .describe('Suspended refuses the logins of all its mailboxes; their mail is kept and still delivered.'),
});

export const organizationStatus = z.object({
  observedGeneration: z.int().optional().describe('Generation of the spec that this status speaks of.'),
  abbreviation: z.string().max(64).optional().describe('Abbreviation in use. R10–R12'),
  localPart: z
    .string()
    .max(64)
    .optional()
    .describe("Local part of the organization's mailbox by the rule. R10, R11"),
  entry: z.string().max(512).optional().describe('DN of its entry in the directory.'),
  conditions: conditions.optional(),
});

export type OrganizationSpec = z.infer<typeof organizationSpec>;
export type OrganizationStatus = z.infer<typeof organizationStatus>;
export type Organization = {
  readonly metadata: Metadata;
  readonly spec: OrganizationSpec;
  readonly status: OrganizationStatus;
};

type Contact = NonNullable<OrganizationSpec['contact']>;

function normalized({ phone, address }: Contact): Contact {
  return {
    ...(phone === undefined ? {} : { phone: normalizeName(phone) }),
    ...(address === undefined ? {} : { address: normalizeName(address) }),
  };
}

/** @throws Invalid naming the field of the spec that is at fault */
export function parseOrganization(resource: Resource): Organization {
  const spec = check(organizationSpec, resource.spec, 'spec');
  const status = organizationStatus.safeParse(resource.status ?? {});
  return {
    metadata: resource.metadata,
    spec: {
      ...spec,
      name: normalizeName(spec.name),
      ...(spec.contact === undefined ? {} : { contact: normalized(spec.contact) }),
    },
    status: status.success ? status.data : {},
  };
}
