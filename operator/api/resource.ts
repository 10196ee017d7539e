/** What Organization and Mailbox have in common. */

export const group = 'hopthu.io';
export const version = 'v1alpha1';
export const apiVersion = `${group}/${version}`;

/** Keeps a deleted resource until the directory was seen to refuse its logins. */
export const finalizer = 'hopthu.io/directory';

export type Kind = 'Organization' | 'Mailbox';

/** Every kind of ours; the operator looks at `Kind` alone. */
export type AnyKind = Kind | 'MailboxRequest' | 'Incident';

/** URL segment of each kind. */
export const plural: Readonly<Record<AnyKind, string>> = {
  Organization: 'organizations',
  Mailbox: 'mailboxes',
  MailboxRequest: 'mailboxrequests',
  Incident: 'incidents',
};

/** The parts of ObjectMeta that decisions look at; everything else is dropped on arrival to save memory. */
export type Metadata = {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation: number;
  readonly creationTimestamp: string;
  readonly deletionTimestamp?: string;
  readonly finalizers: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
};

/** What the API server gives, of a resource that it has not been given yet. */
export const unseen = {
  uid: '',
  resourceVersion: '',
  generation: 1,
  creationTimestamp: '',
  finalizers: [],
  annotations: {},
} satisfies Omit<Metadata, 'name' | 'namespace'>;

/** A resource as it came from the API server; `spec` is checked again by `parseMailbox` and `parseOrganization`. */
export type Resource<K extends AnyKind = Kind> = {
  readonly kind: K;
  readonly metadata: Metadata;
  readonly spec: unknown;
  readonly status: unknown;
};

/** A condition, as `metav1.Condition` (Kubernetes API conventions). */
export type Condition = {
  readonly type:
    | 'Ready'
    | 'Reconciling'
    | 'Stalled'
    | 'OverQuota'
    | 'LegalHold'
    | 'MailOfficerMissing'
    | 'HeadMissing';
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number;
  /** RFC 3339, seconds. */
  readonly lastTransitionTime: string;
};

/** Annotations that people set. */
export const annotation = {
  /** On a Mailbox or an Organization: suspends, whatever the spec says, until the annotation goes. */
  suspend: 'hopthu.io/suspend',
  /** On a resource or on the site's ConfigMap: nothing is written for it to the directory while it is `true`. */
  paused: 'hopthu.io/paused',
  /** On the site's ConfigMap: hash of the one plan that may pass the guard. */
  approvePlan: 'hopthu.io/approve-plan',
  /** On the site's ConfigMap: hash of the one plan of which nothing shall be done. */
  rejectPlan: 'hopthu.io/reject-plan',
  /** On the site's ConfigMap: UIDs of resources that are gone, whose entries shall be closed. */
  closeOrphans: 'hopthu.io/close-orphans',
  /** On the site's ConfigMap: archives that are kept for as long as it names them, or `all`. R38 */
  keepArchives: 'hopthu.io/keep-archives',
  /** On the site's ConfigMap: a time; archives whose retention ended before may go, however many they are. */
  purgeUntil: 'hopthu.io/purge-archives-until',
  /** On a Mailbox: DN or `uid` of an entry in the directory that nobody owns, and that it takes over once approved. */
  adopt: 'hopthu.io/adopt',
  /** On the Mailbox that asks for it: addresses, separated by spaces, that others let go and that it may have all the same. */
  liftHold: 'hopthu.io/lift-hold',
  /** On an Organization: its former abbreviation. Addresses that carry it are planned to follow the present one. */
  renameAddresses: 'hopthu.io/rename-addresses',
  /** On an Organization that has none above it: the shard that keeps the mail of all its mailboxes; they are moved there. */
  shard: 'hopthu.io/shard',
} as const;
