/** The CustomResourceDefinitions, derived from the zod schemas. Pure. */
import { z } from 'zod';
import { incidentSpec, incidentStatus } from './incident.ts';
import { mailboxSpec, mailboxStatus } from './mailbox.ts';
import { organizationSpec, organizationStatus } from './organization.ts';
import { requestSpec, requestStatus } from './request.ts';
import { type AnyKind, group, plural, version } from './resource.ts';

type Column = { name: string; type: string; jsonPath: string; description: string; priority?: number };
type Definition = {
  readonly shortNames: readonly string[];
  readonly description: string;
  readonly spec: z.ZodType;
  readonly status: z.ZodType;
  readonly rules: readonly object[];
  readonly columns: readonly Column[];
  readonly selectable: readonly string[];
};

const conditionColumns: readonly Column[] = [
  {
    name: 'Ready',
    type: 'string',
    jsonPath: '.status.conditions[?(@.type=="Ready")].status',
    description: 'True when everything that the spec asks for is done.',
  },
  {
    name: 'Reason',
    type: 'string',
    jsonPath: '.status.conditions[?(@.type=="Ready")].reason',
    description: 'Why.',
  },
  {
    name: 'Message',
    type: 'string',
    jsonPath: '.status.conditions[?(@.type=="Ready")].message',
    description: 'What to know or to do.',
    priority: 1,
  },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: 'Since its creation.' },
];

const shortName = {
  rule: 'self.metadata.name.size() <= 63',
  message: 'metadata.name must be at most 63 characters',
};

const definitions: Readonly<Record<AnyKind, Definition>> = {
  Organization: {
    shortNames: ['org'],
    description: 'An agency or a unit under one, as the mail directory knows it (R4, R7, R44).',
    spec: organizationSpec,
    status: organizationStatus,
    rules: [
      shortName,
      {
        rule: '!has(self.spec.parentRef) || self.spec.parentRef.name != self.metadata.name',
        message: 'an organization cannot be its own parent',
        fieldPath: '.spec.parentRef.name',
      },
    ],
    columns: [
      { name: 'Name', type: 'string', jsonPath: '.spec.name', description: 'Full name.' },
      {
        name: 'Abbreviation',
        type: 'string',
        jsonPath: '.status.abbreviation',
        description: 'Abbreviation in use.',
      },
      {
        name: 'Parent',
        type: 'string',
        jsonPath: '.spec.parentRef.name',
        description: 'The organization above.',
        priority: 1,
      },
      {
        name: 'Head',
        type: 'string',
        jsonPath: '.spec.headRef.name',
        description: 'Mailbox of its head. R26',
        priority: 1,
      },
      ...conditionColumns,
    ],
    selectable: [],
  },
  Mailbox: {
    shortNames: ['mbx'],
    description: "A person's or an organization's mailbox (R3).",
    spec: mailboxSpec,
    status: mailboxStatus,
    rules: [shortName],
    columns: [
      { name: 'Address', type: 'string', jsonPath: '.status.address', description: 'The granted address.' },
      {
        name: 'Organization',
        type: 'string',
        jsonPath: '.spec.organizationRef.name',
        description: 'Its organization.',
      },
      { name: 'Quota', type: 'string', jsonPath: '.status.quota.limit', description: 'Quota in force.' },
      { name: 'Used', type: 'string', jsonPath: '.status.quota.used', description: 'What is in it.' },
      { name: 'State', type: 'string', jsonPath: '.status.state', description: 'State of the mailbox.' },
      {
        name: 'LastAccess',
        type: 'date',
        jsonPath: '.status.lastAccess',
        description: 'The last access, within a day.',
        priority: 1,
      },
      {
        name: 'Shard',
        type: 'string',
        jsonPath: '.status.shard',
        description: 'The Dovecot that has its mail; empty means the first.',
        priority: 1,
      },
      ...conditionColumns,
    ],
    selectable: ['.spec.organizationRef.name'],
  },
  MailboxRequest: {
    shortNames: ['mreq'],
    description: 'What an organization asks for its mailboxes, and what became of it (R20–R22).',
    spec: requestSpec,
    status: requestStatus,
    rules: [shortName],
    columns: [
      { name: 'Number', type: 'string', jsonPath: '.status.number', description: 'As people are told.' },
      {
        name: 'Organization',
        type: 'string',
        jsonPath: '.spec.requester.organizationRef.name',
        description: 'Who asks.',
      },
      { name: 'Source', type: 'string', jsonPath: '.spec.source', description: 'Mail or Paper.' },
      { name: 'Rows', type: 'integer', jsonPath: '.status.rows', description: 'How many rows it has.' },
      { name: 'Phase', type: 'string', jsonPath: '.status.phase', description: 'Where it stands.' },
      { name: 'Due', type: 'string', jsonPath: '.status.due', description: 'Last day for the answer. R22' },
      ...conditionColumns,
    ],
    selectable: [],
  },
  Incident: {
    shortNames: ['inc'],
    description: 'What happened to the mail system, who was told of it, and when it was settled (R42).',
    spec: incidentSpec,
    status: incidentStatus,
    rules: [shortName],
    columns: [
      { name: 'At', type: 'date', jsonPath: '.spec.at', description: 'When it happened.' },
      { name: 'Kind', type: 'string', jsonPath: '.spec.kind', description: 'What it is.' },
      { name: 'Address', type: 'string', jsonPath: '.spec.address', description: 'Whose mailbox.' },
      { name: 'Settled', type: 'date', jsonPath: '.spec.settledAt', description: 'When it was settled.' },
      { name: 'Summary', type: 'string', jsonPath: '.spec.summary', description: 'What happened.' },
    ],
    selectable: [],
  },
};

/** The CRD of one kind, ready to be written as YAML. */
export function customResourceDefinition(kind: AnyKind): object {
  const definition = definitions[kind];
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural[kind]}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: {
        kind,
        listKind: `${kind}List`,
        plural: plural[kind],
        singular: kind.toLowerCase(),
        shortNames: definition.shortNames,
        categories: ['mail'],
      },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: definition.columns,
          ...(definition.selectable.length === 0
            ? {}
            : { selectableFields: definition.selectable.map((jsonPath) => ({ jsonPath })) }),
          schema: {
            openAPIV3Schema: {
              type: 'object',
              description: definition.description,
              required: ['spec'],
              properties: {
                apiVersion: { type: 'string' },
                kind: { type: 'string' },
                metadata: { type: 'object' },
                spec: { ...structural(definition.spec), description: 'What is asked for.' },
                status: { ...structural(definition.status), description: 'What the operator reached.' },
              },
              'x-kubernetes-validations': definition.rules,
            },
          },
        },
      ],
    },
  };
}

/** JSON Schema as the API server takes it: no `additionalProperties: false`, no bounds that only JavaScript has. */
function structural(schema: z.ZodType): object {
  return z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io: 'input',
    reused: 'inline',
    override: ({ jsonSchema }) => {
      delete jsonSchema.additionalProperties;
      delete jsonSchema.$schema;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.type === 'integer') jsonSchema.format = 'int64';
      // The format says the same in a message that people can read.
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
    },
  });
}
