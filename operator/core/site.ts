/** A site: one province's regulation and sizes as data. The only schema of `charts/sites/*.yaml`. */
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { Invalid } from '../errors.ts';
import { parseBytes } from './quota.ts';

const slug = z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, 'lower-case letters, digits and hyphens, 31 at most');
const domainName = z
  .string()
  .regex(/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/, 'a lower-case domain name');
const localPart = z.string().regex(/^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/, 'a local part of [a-z0-9._-]');
const size = z
  .string()
  .regex(/^[1-9][0-9]*(Ki|Mi|Gi|Ti)?$/, 'bytes with an optional Ki, Mi, Gi or Ti, such as 500Mi')
  .transform((text) => parseBytes(text));
const cpu = z.string().regex(/^[0-9]+m$/, 'CPU in millicores, such as 50m');
const memory = z.string().regex(/^[0-9]+(Mi|Gi)$/, 'memory in Mi or Gi, such as 128Mi');
const port = z.int().min(1).max(65535);
const words = z.array(z.string().min(1));

const resources = z.strictObject({ cpu, memory, memoryLimit: memory });
const parts = ['openldap', 'postfix', 'dovecot', 'postgresql', 'webmail', 'operator'] as const;
/** A part of the stack that has its own image and its own pod. */
export type Part = (typeof parts)[number];

const schema = z.strictObject({
  /** Name of the site in commands, namespaces and labels. */
  name: slug,
  /** What officials read, such as "Tỉnh Sóc Trăng". */
  title: z.string().min(1),
  regulation: z.string().min(1),
  domain: domainName,
  hosts: z.strictObject({
    /** SMTP, IMAP and POP3 as clients are told. R2 */
    mail: domainName,
    webmail: domainName,
  }),
  namespaces: z.strictObject({
    /** openldap, dovecot, webmail, postgresql and the operator; Pod Security "restricted". */
    mail: slug,
    /** postfix alone, whose master must be root; Pod Security "baseline". */
    smtp: slug,
    /** Where Organizations and Mailboxes are applied. */
    accounts: z.array(slug).min(1),
  }),
  naming: z.strictObject({
    /** R10: `kind-initials` spells the kind in full, `initials` takes initials of every word. */
    organization: z.enum(['kind-initials', 'initials']),
    /** R11: `unit.organization`, or an `explicit` abbreviation agreed with the unit. */
    unit: z.enum(['unit.organization', 'explicit']),
    /** R13: `initials-given` gives ntbinh, `given-initials` gives dungnv. */
    person: z.enum(['initials-given', 'given-initials']),
    /** R15: `organization` appends `.sotttt`, then 2, 3 …; `number` appends 1, 2, 3 … */
    collision: z.enum(['organization', 'number']),
    /** Kinds of organization. */
    kinds: words,
    /** Words such as "UBND" that are dropped before one of `droppedBefore`. */
    dropped: words,
    droppedBefore: words,
    /** Names of the site itself that are dropped at the end of an organization's name. */
    siteNames: words,
    /** Conjunctions without an initial. */
    skipped: words,
    /** R14: leadership titles, highest first. */
    titles: words,
    /** Local parts that nobody is granted. */
    reserved: z.array(localPart),
  }),
  /** The mailbox that the service addresses name (R20: admin@, cntt@). */
  centre: z.strictObject({ namespace: slug, mailbox: slug, addresses: z.array(localPart) }),
  /** R30, bytes. */
  quota: z.strictObject({ organization: size, personal: size }),
  /** R31, bytes of the largest attachment. */
  attachment: size,
  /** R25 */
  passwords: z.strictObject({
    minLength: z.int().min(8).max(64),
    /** Days until a password expires; 0 means never. */
    maxAgeDays: z.int().min(0).max(3650),
    history: z.int().min(0).max(24),
    /** Failures in a row until the directory refuses for `lockoutSeconds`. */
    maxFailures: z.int().min(3),
    lockoutSeconds: z.int().min(1),
  }),
  operator: z.strictObject({
    /** Seconds between two full passes: how long drift may live. */
    resyncSeconds: z.int().min(1).max(86_400),
  }),
  tls: z.strictObject({
    /** A cert-manager issuer; without it the certificates come from the local CA of `hopthu bootstrap`. */
    issuer: z.strictObject({ kind: z.enum(['Issuer', 'ClusterIssuer']), name: z.string().min(1) }).optional(),
  }),
  images: z.strictObject({
    /** Prefix of every image: `localhost` for images loaded into a kind node, or a registry. */
    registry: z.string().min(1),
  }),
  /** How clients outside the cluster reach the services. */
  expose: z.strictObject({
    type: z.enum(['LoadBalancer', 'NodePort']),
    /** Node ports, used with NodePort; `make up` opens the same ports on 127.0.0.1. */
    ports: z.strictObject({
      webmail: port,
      smtp: port,
      submissions: port,
      submission: port,
      imaps: port,
      pop3s: port,
      sieve: port,
    }),
  }),
  storage: z.strictObject({
    /** StorageClass; the cluster's default when absent. */
    className: z.string().optional(),
    directory: z.string(),
    mail: z.string(),
    queue: z.string(),
    database: z.string(),
  }),
  resources: z.strictObject(
    Object.fromEntries(parts.map((part) => [part, resources])) as Record<Part, typeof resources>,
  ),
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
  if (syntax !== undefined) throw new Invalid(file, syntax.message);
  const result = schema.safeParse(document.toJS());
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => `${issue.path.join('.') || '(root)'}: ${issue.message}`);
  throw new Invalid(file, faults.join('; '));
}
