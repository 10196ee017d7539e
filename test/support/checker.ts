/**
 * What must be true of resources and directory when all is quiet, checked from their contents alone. It shares no code
 * with the operator, so that a wrong idea of the operator's is not a wrong idea of the check.
 */
import { createHash, timingSafeEqual } from 'node:crypto';

type Values = Readonly<Record<string, readonly string[]>>;
export type CheckedEntry = { readonly dn: string; readonly attributes: Values };
export type CheckedSecret = { readonly name: string; readonly ownerUid: string; readonly password: string };
export type CheckedMailbox = {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly generation?: number;
    readonly deletionTimestamp?: string;
  };
  readonly spec: unknown;
  readonly status?: unknown;
};

/** Everything that there is, of one site. */
export type Contents = {
  readonly mailboxes: readonly CheckedMailbox[];
  readonly organizations: readonly CheckedMailbox[];
  /** Every entry below `ou=mailboxes` and `ou=organizations`; with `userPassword` where passwords shall be checked. */
  readonly entries: readonly CheckedEntry[];
  readonly secrets: readonly CheckedSecret[];
};

type Spec = {
  readonly person?: { readonly fullName?: string; readonly title?: string };
  readonly localPart?: string;
  readonly quota?: string;
  readonly state?: string;
};
type Status = {
  readonly observedGeneration?: number;
  readonly address?: string;
  readonly state?: string;
  readonly quota?: { readonly limit?: string };
  readonly conditions?: readonly { readonly type: string; readonly status: string }[];
};

const locked = '000001010000Z';
const units: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40 };

/** Every violation as one line; none when all is well. `orphans` are UIDs whose entries are known to be left over. */
export function violations(given: Contents, orphans: ReadonlySet<string> = new Set()): readonly string[] {
  // What is held back for a former holder is no account.
  const contents = { ...given, entries: given.entries.filter(({ dn }) => !dn.includes(',ou=held,')) };
  return [
    ...contents.mailboxes.flatMap((mailbox) => ofMailbox(mailbox, contents)),
    ...ofOwners(contents, orphans),
    ...ofAddresses(contents.entries),
    ...ofSecrets(contents),
  ];
}

/** A Mailbox that says Ready has exactly one entry, and it is as spec and status say. */
function ofMailbox(mailbox: CheckedMailbox, { entries, secrets }: Contents): readonly string[] {
  const { name, uid, generation, deletionTimestamp } = mailbox.metadata;
  const status = (mailbox.status ?? {}) as Status;
  const ready = status.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
  if (!ready || deletionTimestamp !== undefined) return [];
  const [entry, ...more] = entries.filter(({ attributes }) => attributes['hopThuOwnerUID']?.includes(uid));
  if (entry === undefined) return [`${name}: Ready without an entry`];
  const found: string[] = more.map(({ dn }) => `${name}: a second entry ${dn}`);
  const expect = (what: string, is: unknown, shall: unknown) => {
    if (is !== shall) found.push(`${name}: ${what} is ${String(is)}, not ${String(shall)}`);
  };
  const { attributes } = entry;
  const spec = mailbox.spec as Spec;
  const state = attributes['hopThuStatus']?.[0];
  const plain = (text: string | undefined) => text?.normalize('NFC').replaceAll(/\s+/g, ' ').trim();
  expect('observedGeneration', status.observedGeneration, generation);
  expect('mail', attributes['mail']?.join(), status.address);
  if (spec.localPart !== undefined) expect('local part', status.address?.split('@')[0], spec.localPart);
  if (spec.person !== undefined) {
    expect('cn', attributes['cn']?.join(), plain(spec.person.fullName));
    expect('title', attributes['title']?.join(), plain(spec.person.title));
  }
  if (spec.quota !== undefined)
    expect('quota', attributes['hopThuQuotaBytes']?.[0], String(bytesOf(spec.quota)));
  expect('quota in status', String(bytesOf(status.quota?.limit ?? '')), attributes['hopThuQuotaBytes']?.[0]);
  expect('state', state, status.state);
  if (spec.state === 'Suspended') expect('state', state, 'Suspended');
  expect('lock', attributes['pwdAccountLockedTime']?.[0] === locked, state !== 'Active');
  expect('resource', attributes['hopThuResource']?.[0], `${mailbox.metadata.namespace}/${name}`);
  expect('address list', attributes['hopThuAddress']?.includes(status.address ?? ''), true);
  const secret = secrets.find(({ ownerUid }) => ownerUid === uid);
  const hash = attributes['userPassword']?.[0];
  if (attributes['pwdReset']?.[0] === 'TRUE' && hash !== undefined) {
    // An account that was taken back has the password of before.
    const isOwn = entry.dn.startsWith(`uid=${uid},`);
    if (secret !== undefined) expect('that the Secret fits the password', fits(secret.password, hash), true);
    else if (isOwn) found.push(`${name}: nobody knows its first password`);
  }
  return found;
}

/** No account that gives access without its resource. */
function ofOwners({ entries, mailboxes, organizations }: Contents, orphans: ReadonlySet<string>): string[] {
  const alive = new Set([...mailboxes, ...organizations].map(({ metadata }) => metadata.uid));
  return entries.flatMap(({ dn, attributes }) => {
    const owner = attributes['hopThuOwnerUID']?.[0];
    const left = owner !== undefined && !alive.has(owner) && !orphans.has(owner);
    return left && attributes['hopThuStatus']?.[0] !== 'Closed'
      ? [`${dn}: its resource ${owner} is gone`]
      : [];
  });
}

/** No address leads to two entries. */
function ofAddresses(entries: readonly CheckedEntry[]): string[] {
  const holders = new Map<string, string>();
  return entries.flatMap(({ dn, attributes }) => {
    const own = [...(attributes['hopThuAddress'] ?? []), ...(attributes['mail'] ?? [])];
    return [...new Set(own.map((address) => address.toLowerCase()))].flatMap((address) => {
      const holder = holders.get(address);
      holders.set(address, dn);
      return holder === undefined ? [] : [`${address} is of ${holder} and of ${dn}`];
    });
  });
}

/** One Secret for a mailbox, and none for one that is gone. */
function ofSecrets({ secrets, mailboxes }: Contents): string[] {
  return secrets.flatMap(({ name, ownerUid }) => {
    const twin = secrets.some((other) => other.name !== name && other.ownerUid === ownerUid);
    const owned = mailboxes.some(({ metadata }) => metadata.uid === ownerUid);
    return [
      ...(twin ? [`${name}: a second Secret of ${ownerUid}`] : []),
      ...(owned ? [] : [`${name}: nobody's`]),
    ];
  });
}

function bytesOf(text: string): number {
  const match = /^(\d+)([KMGT]i)?$/.exec(text);
  return Number(match?.[1]) * 2 ** (units[match?.[2] ?? ''] ?? 0);
}

/** slapd's pw-sha2: base64 of SHA-512(password + salt), then the salt. */
function fits(password: string, hash: string): boolean {
  const raw = Buffer.from(hash.replace('{SSHA512}', ''), 'base64');
  const digest = createHash('sha512').update(password).update(raw.subarray(64)).digest();
  return raw.length > 64 && timingSafeEqual(digest, raw.subarray(0, 64));
}
