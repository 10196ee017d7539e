/** Mailboxes as the directory has them, and what changed between two looks at it. Pure. */
import { dnKey } from '../operator/core/dn.ts';
import { attribute } from '../operator/core/layout.ts';
import { parseGeneralizedTime } from '../operator/core/time.ts';
import type { DirectoryEntry } from '../operator/ports.ts';
import { type Day, dayOf, monthOf } from './day.ts';

export type Account = {
  /** `uid` of its entry, which never changes. */
  readonly id: string;
  readonly address: string;
  readonly type: 'Personal' | 'Organization';
  /** As `hopThuStatus` says it. */
  readonly status: string;
  /** When the status last changed; milliseconds. */
  readonly since?: number;
  readonly created: number;
  /** When the entry was last written, logins aside. */
  readonly modified: number;
  /** Key of its organization; '' where it has none. */
  readonly organization: string;
};

/** What is only known while it is looked at. */
export type Seen = Account & {
  readonly addresses: readonly string[];
  readonly quota: number;
  /** Uses that can be told, the latest of each kind. */
  readonly uses: readonly number[];
};

export type Office = {
  readonly id: string;
  readonly name: string;
  readonly resource: string;
  readonly parent?: string;
  /** The directory has it no more. */
  readonly gone?: true;
};

/** Attributes that the account `reports` may read, and asks for. */
export const accountAttributes = [
  ...['uid', 'mail', 'createTimestamp', 'modifyTimestamp', 'pwdLastSuccess'],
  ...[attribute.address, attribute.status, attribute.statusSince, attribute.type, attribute.organization],
  ...[attribute.quotaBytes, attribute.lastAccess],
] as const;
export const officeAttributes = ['ou', 'cn', attribute.resource, attribute.organization] as const;

const first = ({ attributes }: DirectoryEntry, name: string) => attributes[name]?.[0];
const time = (entry: DirectoryEntry, name: string) => parseGeneralizedTime(first(entry, name));

/** A grant writes an access, too, at about the moment when the entry is made or its state changes: that is nobody's use. */
const grantSeconds = 600_000;

export function accountOf(entry: DirectoryEntry): Seen | undefined {
  const id = first(entry, 'uid');
  const address = first(entry, 'mail');
  const created = time(entry, 'createTimestamp');
  if (id === undefined || address === undefined || created === undefined) return undefined;
  const since = time(entry, attribute.statusSince);
  const kept = time(entry, attribute.lastAccess);
  const granted = [created, since ?? created].some(
    (at) => kept !== undefined && Math.abs(kept - at) < grantSeconds,
  );
  const uses = [time(entry, 'pwdLastSuccess'), granted ? undefined : kept];
  return {
    ...{ id, address: address.toLowerCase(), created, modified: time(entry, 'modifyTimestamp') ?? created },
    type: first(entry, attribute.type) === 'Organization' ? 'Organization' : 'Personal',
    status: first(entry, attribute.status) ?? 'Active',
    ...(since === undefined ? {} : { since }),
    organization: keyOf(first(entry, attribute.organization)),
    addresses: (entry.attributes[attribute.address] ?? []).map((one) => one.toLowerCase()),
    quota: Number(first(entry, attribute.quotaBytes) ?? 0),
    uses: uses.filter((use): use is number => use !== undefined),
  };
}

export function officeOf(entry: DirectoryEntry): Office | undefined {
  const id = first(entry, 'ou');
  if (id === undefined) return undefined;
  const parent = keyOf(first(entry, attribute.organization));
  const resource = first(entry, attribute.resource) ?? '';
  return { id, name: first(entry, 'cn') ?? id, resource, ...(parent === '' ? {} : { parent }) };
}

/** `ou=<UID>,ou=organizations,…` → the UID. */
function keyOf(dn: string | undefined): string {
  return /^ou=([^,]+),/.exec(dn === undefined ? '' : dnKey(dn))?.[1] ?? '';
}

export type ChangeKind =
  | 'granted'
  | 'renamed'
  | 'suspended'
  | 'expired'
  | 'reclaimed'
  | 'closed'
  | 'reopened'
  | 'transferred'
  | 'removed';

export type Change = {
  readonly kind: ChangeKind;
  readonly account: string;
  readonly address: string;
  readonly former?: string;
  readonly organization: string;
  readonly type: Account['type'];
  /** Milliseconds. */
  readonly at: number;
};

/** Two looks at the same change give one key, also where its time is that of the look, or of the last write. */
export function changeKey({ kind, account, address, organization, at }: Change): string {
  const timeless: Partial<Record<ChangeKind, string>> = {
    granted: '',
    removed: '',
    renamed: address,
    transferred: organization,
  };
  return [kind, account, timeless[kind] ?? at].join(' ');
}

const states: Readonly<Record<string, ChangeKind>> = {
  Active: 'reopened',
  Suspended: 'suspended',
  Expired: 'expired',
  Reclaimed: 'reclaimed',
  Closed: 'closed',
};

/**
 * @param known the last look; an account that it lacks is new, and dated by the directory itself
 * @param now milliseconds: when an entry that is gone was seen to be gone
 */
export function changesBetween(
  known: ReadonlyMap<string, Account>,
  accounts: readonly Account[],
  now: number,
): readonly Change[] {
  const present = new Set(accounts.map(({ id }) => id));
  const gone = [...known.values()].filter(({ id }) => !present.has(id));
  return [
    ...accounts.flatMap((account) => changesOf(known.get(account.id), account)),
    ...gone.map((account) => change('removed', account, now)),
  ];
}

function changesOf(before: Account | undefined, account: Account): readonly Change[] {
  const { status, since, created, modified } = account;
  const fresh = before === undefined ? [change('granted', account, created)] : [];
  const isOther =
    before === undefined ? status !== 'Active' : before.status !== status || before.since !== since;
  const state = states[status];
  const turned = isOther && state !== undefined ? [change(state, account, since ?? modified)] : [];
  if (before === undefined) return [...fresh, ...turned];
  const renamed = before.address !== account.address;
  const moved = before.organization !== account.organization;
  return [
    ...turned,
    ...(renamed ? [{ ...change('renamed', account, modified), former: before.address }] : []),
    ...(moved ? [change('transferred', account, modified)] : []),
  ];
}

function change(kind: ChangeKind, { id, address, organization, type }: Account, at: number): Change {
  return { kind, account: id, address, organization, type, at };
}

/** How one account stood at the end of a month, and on which of its days it was used: bit 0 is the first. */
export type MonthOfAccount = Pick<Account, 'organization' | 'type' | 'status'> & { readonly days: number };
export type Month = Readonly<Record<string, MonthOfAccount>>;

/** The month with what was just seen in it; uses of other months are theirs. */
export function monthWith(month: string, before: Month, accounts: readonly Seen[]): Month {
  return Object.fromEntries(
    accounts.map(({ id, organization, type, status, uses }) => {
      const inside = uses.map(dayOf).filter((day) => monthOf(day) === month);
      const days = inside.reduce((bits, day) => bits | bitOf(day), before[id]?.days ?? 0);
      return [id, { organization, type, status, days }];
    }),
  );
}

/** Uses alone, for a month that is over: who is there and how they stand is no more to be seen. */
export function usesAdded(month: string, before: Month, accounts: readonly Seen[]): Month {
  const seen = monthWith(month, before, accounts);
  return Object.fromEntries(
    Object.entries(before).map(([id, account]) => [id, { ...account, days: seen[id]?.days ?? account.days }]),
  );
}

export function bitOf(day: Day): number {
  return 2 ** (Number(day.slice(8, 10)) - 1);
}
