/** Who uses an organization's mailbox beside its own login (R26, R27, R28), and what that is in the directory. Pure. */
import { type DelegateRight, delegateRights } from '../api/mailbox.ts';
import type { DirectoryEntry } from '../ports.ts';
import type { Claimant } from './addresses.ts';
import type { Desired } from './desired.ts';
import type { Attributes } from './entry.ts';
import { isClosed, isHeld } from './former.ts';
import { type Account, type Known, resolveDelegates } from './insiders.ts';
import { attribute } from './layout.ts';
import { type Folders, isNarrower, type Role, settingsFor } from './mail-settings.ts';
import { isOnTheWay } from './moves.ts';
import { mailboxDn, resourceName } from './naming/identity.ts';
import { accountOf, all, first, type Observed } from './observed.ts';
import { firstShard, hostOf } from './shards.ts';
import type { Site } from './site.ts';

/** One whose rights in an organization's mailbox are in force. */
export type Delegate = {
  /** `uid` of its entry, which names the account for good. */
  readonly account: string;
  /** Name of its Mailbox. */
  readonly name: string;
  readonly rights: readonly DelegateRight[];
};

/** The delegates that the entry of an organization's mailbox names: their access is access to it (R23). */
export function delegatesOf(entry: DirectoryEntry): readonly Delegate[] {
  return all(entry, attribute.delegate).map(parseDelegate);
}

/** `<account> <Mailbox> <right>,<right>`, as the directory holds it. */
export function parseDelegate(value: string): Delegate {
  const [account = '', name = '', rights = ''] = value.split(' ');
  return { account, name, rights: delegateRights.filter((right) => rights.split(',').includes(right)) };
}

/** Everything about the mailboxes of a site but their delegates. */
type Decided = {
  readonly site: Site;
  readonly observed: Observed;
  readonly claimants: ReadonlyMap<string, Claimant>;
  readonly desired: readonly Desired[];
};

/**
 * Adds to what was decided of every mailbox: to an organization's, who its delegates are; to a delegate's, which
 * folders are opened to it. Rights are in force while both log in and the delegate is inside the organization.
 */
export function withDelegates(decided: Decided): readonly Desired[] {
  const opened = new Map<string, Placed[]>();
  const known = knownMailboxes(decided);
  const named = decided.desired.map((desired) => withNames(decided, known, opened, desired));
  for (const entry of orphanedOwners(decided))
    openFolders(opened, delegatesOf(entry), {
      account: accountOf(entry),
      address: first(entry, 'mail'),
      isHeld: isHeld(entry),
      host: diskOf(entry),
    });
  return named.map((desired) => {
    const disk = diskAfter(desired);
    const beside = (opened.get(accountName(desired)) ?? []).filter(({ host }) => host === disk);
    return withFolders(beside, desired);
  });
}

/** An organization's mailbox names its delegates; one about which nothing can be decided keeps those it has. */
function withNames(
  { site, claimants }: Decided,
  known: Known,
  opened: Map<string, Placed[]>,
  desired: Desired,
): Desired {
  const asked = claimants.get(desired.resource.metadata.uid)?.mailbox.spec.delegates ?? [];
  if (asked.length === 0 && !holds(desired, attribute.delegate)) return desired;
  const owner = accountFrom(desired, claimants);
  const before = desired.entry === undefined ? [] : delegatesOf(desired.entry);
  const { delegates, problems } = isWhole(desired)
    ? resolveDelegates(owner, asked, before, known)
    : { delegates: before, problems: [] };
  const inForce = owner.isActive ? delegates : [];
  const address = (desired.attributes?.['mail'] ?? desired.entry?.attributes['mail'])?.[0];
  const isHeld = isHeldAfter(desired);
  openFolders(opened, inForce, { account: owner.account, address, isHeld, host: diskAfter(desired) });
  const maySend = inForce.filter(({ rights }) => rights.includes('SendAs'));
  const values = {
    [attribute.delegate]: inForce.map(({ account, name, rights }) => `${account} ${name} ${rights}`),
    [attribute.sendAs]: maySend.map(({ account }) => mailboxDn(site, account)),
  };
  return { ...override(desired, values), problems: [...desired.problems, ...problems] };
}

type Owner = {
  readonly account: string;
  readonly address: string | undefined;
  readonly isHeld: boolean;
  readonly host: string;
};

/** A delegate opens the folders on the disk that the mailbox is on, and while nobody carries them to another. */
type Placed = Folders & Pick<Owner, 'host'>;

function diskOf(entry: DirectoryEntry): string {
  return isOnTheWay(entry) ? `${accountOf(entry)} on its way` : hostOf(entry);
}

function diskAfter({ entry, attributes }: Desired): string {
  return entry === undefined ? (attributes?.[attribute.mailHost]?.[0] ?? firstShard) : diskOf(entry);
}

function openFolders(
  opened: Map<string, Placed[]>,
  delegates: readonly Delegate[],
  { account, address, isHeld, host }: Owner,
): void {
  if (address === undefined) return;
  for (const delegate of delegates) {
    const role = roleOf(delegate, isHeld);
    if (role !== undefined)
      opened.set(delegate.account, [
        ...(opened.get(delegate.account) ?? []),
        { account, address, role, host },
      ]);
  }
}

function roleOf({ rights }: Delegate, isHeld: boolean): Role | undefined {
  if (rights.includes('Write')) return isHeld ? 'keeper' : 'writer';
  return rights.includes('Read') ? 'reader' : undefined;
}

/**
 * An account's own entry: the folders that it is a delegate of, the hold that it is under, and that sessions are to end
 * which go by what it may do no longer.
 */
function withFolders(folders: readonly Folders[], desired: Desired): Desired {
  const isHeld = isHeldAfter(desired);
  const concerned =
    isHeld ||
    folders.length > 0 ||
    holds(desired, attribute.mailSetting) ||
    holds(desired, attribute.endSessions);
  if (!concerned) return desired;
  const settings = settingsFor(folders, isHeld);
  const before = desired.entry?.attributes[attribute.mailSetting] ?? [];
  // The sessions of one who may not log in are ended for that reason.
  const mayHaveSessions = desired.entry && desired.attributes?.[attribute.status]?.[0] === 'Active';
  return override(desired, {
    [attribute.mailSetting]: settings,
    [attribute.endSessions]: mayHaveSessions && isNarrower(settings, before) ? ['TRUE'] : [],
  });
}

/** Mailboxes of organizations without a resource: absence is no order to withdraw anything. */
function orphanedOwners({ observed, desired }: Decided): readonly DirectoryEntry[] {
  const owners: DirectoryEntry[] = [];
  for (const entry of observed.byOwner.values())
    if (all(entry, attribute.delegate).length > 0 && first(entry, attribute.status) === 'Active')
      owners.push(entry);
  if (owners.length === 0) return owners;
  const decidedUpon = new Set(desired.map(({ entry }) => entry));
  return owners.filter((entry) => !decidedUpon.has(entry));
}

/** Looks mailboxes up by `namespace/name`, once somebody asks. */
function knownMailboxes({ site, observed, claimants, desired }: Decided): Known {
  let byName: ReadonlyMap<string, Desired> | undefined;
  return {
    find: (name) => {
      byName ??= new Map(desired.map((one) => [resourceName(one.resource.metadata), one]));
      const found = byName.get(name);
      return found && accountFrom(found, claimants);
    },
    isOpen: (account) => {
      const dn = mailboxDn(site, account);
      const entry = observed.entries.find((candidate) => candidate.dn === dn);
      return entry !== undefined && !isClosed(entry);
    },
  };
}

function accountFrom(desired: Desired, claimants: ReadonlyMap<string, Claimant>): Account {
  const { resource, entry, attributes, leaving } = desired;
  const claimant = claimants.get(resource.metadata.uid);
  const willBe = leaving ? undefined : attributes?.[attribute.status]?.[0];
  // Who loses access has it until that is seen: the guard may hold it back.
  const is = entry && first(entry, attribute.status);
  return {
    account: accountName(desired),
    resource: resource.metadata,
    ...(claimant === undefined ? {} : { claimant }),
    isGranted: entry !== undefined || attributes !== undefined,
    isActive: is === 'Active' || willBe === 'Active',
    isLeaving: leaving,
  };
}

function accountName({ resource, entry }: Desired): string {
  return entry === undefined ? resource.metadata.uid : accountOf(entry);
}

/** Will it be under a legal hold (R38)? Where nothing can be decided, as it is. */
function isHeldAfter({ attributes, entry }: Desired): boolean {
  const hold = attributes?.[attribute.hold];
  return hold === undefined ? entry !== undefined && isHeld(entry) : hold.length > 0;
}

function holds({ entry }: Desired, name: string): boolean {
  return entry !== undefined && all(entry, name).length > 0;
}

/** Is the whole entry described, and not only that access is refused? */
function isWhole({ attributes }: Desired): boolean {
  return attributes?.['mail'] !== undefined;
}

function override(desired: Desired, values: Attributes): Desired {
  if (!isWhole(desired)) return desired;
  const { attributes, renamed } = desired;
  return {
    ...desired,
    attributes: { ...attributes, ...values },
    ...(renamed && { renamed: { ...renamed, attributes: { ...renamed.attributes, ...values } } }),
  };
}
