/**
 * The shape of the directory: schema names and subtrees. The charts render slapd's schema, ACLs and the
 * daemons' maps from the same names, so that they stand once.
 */
import type { Site } from './site.ts';
import type { MailboxState } from './state.ts';

/** Attributes of the site's own schema (charts/config/openldap/hopthu.schema). */
export const attribute = {
  /** Every address that delivers to the entry, the primary one (`mail`) included; unique over the site. */
  address: 'hopThuAddress',
  /** `<address> <RFC 3339>`: was primary once and still delivers, until then. */
  formerAddress: 'hopThuFormerAddress',
  status: 'hopThuStatus',
  type: 'hopThuType',
  quotaBytes: 'hopThuQuotaBytes',
  site: 'hopThuSite',
  /** `namespace/name` of the resource that owns the entry. */
  resource: 'hopThuResource',
  /** UID of the resource that owns the entry. */
  ownerUid: 'hopThuOwnerUID',
  /** DN of the organization's entry. */
  organization: 'hopThuOrganization',
  abbreviation: 'hopThuAbbreviation',
  sector: 'hopThuSector',
  /** The last `spec.passwordReset` that was acted on. */
  passwordReset: 'hopThuPasswordReset',
  /** Name of the Secret with the first password, until the person has changed it. */
  passwordSecret: 'hopThuPasswordSecret',
  /** Generalized time: the latest access that was written down (R23). */
  lastAccess: 'hopThuLastAccess',
  /** What people were told, and what they are still to be told (notice-memory.ts). */
  notice: 'hopThuNotice',
  /** The last `spec.grant` that was acted on. */
  grant: 'hopThuGrant',
  /** What becomes of the mail once the mailbox is closed; absent means Retain. */
  deletionPolicy: 'hopThuDeletionPolicy',
  /**
   * `<RFC 3339> <messages> <bytes> <sha256>`: the mail lies in the archive and may be gone from its place; or
   * `<RFC 3339> none`: it is being removed without one. On a mailbox's entry, and in `ou=held` when that is gone.
   */
  archive: 'hopThuArchive',
  /** On entries of `ou=held`, `<address> <RFC 3339>`: held back until then, and while the account's resource exists. */
  heldAddress: 'hopThuHeldAddress',
  /** On an organization's mailbox, `<account> <Mailbox> <rights>`: a delegate whose rights are in force. */
  delegate: 'hopThuDelegate',
  /** On an organization's mailbox: DNs of the delegates who may send under its addresses. */
  sendAs: 'hopThuSendAs',
  /** On a delegate: settings of Dovecot that open the folders of organizations' mailboxes to it. */
  mailSetting: 'hopThuMailSetting',
  /** On a delegate: a right was withdrawn, and the sessions of before are still to be ended. */
  endSessions: 'hopThuEndSessions',
  /** Why the mailbox is under a legal hold (R38); absent while it is under none. */
  hold: 'hopThuHold',
  /** The Dovecot that has the mail, or on an organization's entry the one for its mailboxes; absent means the first. */
  mailHost: 'hopThuMailHost',
  /** `<step> <shard>`: the mail is on its way to another Dovecot (moves.ts). */
  mailMove: 'hopThuMailMove',
  /** Names without diacritics, for who looks somebody up without typing them. */
  searchName: 'hopThuSearchName',
  /** TRUE: left out of the published directory (R40); absent otherwise. */
  unpublished: 'hopThuUnpublished',
  /** Generalized time: when the status last changed; absent while it never did. */
  statusSince: 'hopThuStatusSince',
  /** Hash of the plan by whose approval the status changed; absent where it needed none. */
  approvedPlan: 'hopThuApprovedPlan',
  /** The change that a person rejected: the owner's UID for a deletion, else a hash. */
  rejected: 'hopThuRejected',
} as const;

/** On an organization's entry: the entry of its head, who manages its mailbox (RFC 4524 section 2.13; R26). */
export const headAttribute = 'manager';

/** Instead of a UID: the entry is still nobody's. */
export const nobody = '';

/** Object classes of the site's own schema; those of mailboxes and organizations are auxiliary. */
export const objectClass = {
  mailbox: 'hopThuMailbox',
  organization: 'hopThuOrganizationUnit',
  held: 'hopThuHeldAccount',
} as const;

/** Values of `hopThuStatus`. Only `Active` logs in; `Reclaimed` and `Closed` receive no mail either. */
export type EntryStatus = Exclude<MailboxState, 'Pending'>;

/** Where Dovecot keeps mail; every account has a folder of its own, named by its `uid`. */
export const mailRoot = '/srv/vmail';

/** Containers below the suffix. */
export const container = {
  mailboxes: 'ou=mailboxes',
  organizations: 'ou=organizations',
  services: 'ou=services',
  policies: 'ou=policies',
  held: 'ou=held',
} as const;

/**
 * Accounts that the parts bind with, and the inspection's (R36): `cn=<name>,ou=services,<suffix>`. Of the published
 * directory (R40) `published` reads what its pages show to anybody, `publisher` what is public alone.
 */
export const serviceAccounts = [
  'operator',
  'dovecot',
  'postfix',
  'webmail',
  'portal',
  'published',
  'publisher',
  'auditor',
  'reports',
] as const;
export type ServiceAccount = (typeof serviceAccounts)[number];

/** Bind account of another application (R6): `cn=app-<name>,ou=services,<suffix>`; no part has such a name. */
export function applicationAccount(name: string): string {
  return `app-${name}`;
}

/** Every account that the directory shall have. */
export function bindAccounts({ applications }: Pick<Site, 'applications'>): readonly string[] {
  return [...serviceAccounts, ...applications.map(({ name }) => applicationAccount(name))];
}

/**
 * The entry that every snapshot must contain: written last when the directory is first filled and readable by
 * the operator alone, so that an empty, anonymous or partial read is never believed.
 */
export const sentinel = 'cn=sentinel,ou=policies';

/** `soctrang.gov.vn` → `dc=soctrang,dc=gov,dc=vn` (RFC 2247). */
export function suffixOf(domain: string): string {
  return domain
    .split('.')
    .map((label) => `dc=${label}`)
    .join(',');
}

/** DN of a bind account. */
export function serviceDn(domain: string, account: string): string {
  return `cn=${account},${container.services},${suffixOf(domain)}`;
}

/**
 * What a snapshot reads of each entry: everything the operator decides by or puts back, spelled as decisions ask for
 * it. Never `userPassword`.
 */
export const snapshotAttributes: readonly string[] = [
  'objectClass',
  'uid',
  'ou',
  'cn',
  'sn',
  'givenName',
  'mail',
  'title',
  'o',
  'employeeNumber',
  'telephoneNumber',
  'postalAddress',
  headAttribute,
  'pwdAccountLockedTime',
  'pwdReset',
  'pwdChangedTime',
  'pwdLastSuccess',
  ...Object.values(attribute),
];
