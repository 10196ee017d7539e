/**
 * Whom a decision about a mailbox may look at, as keys: two mailboxes that share none, not even through others, are
 * decided alike together and apart. Whatever a decision reads of another mailbox or entry has to be a key of both. Pure.
 */

import type { MailboxSpec, MailboxStatus } from '../api/mailbox.ts';
import { annotation, type Resource } from '../api/resource.ts';
import type { DirectoryEntry } from '../ports.ts';
import { adoptedUid } from './adoption.ts';
import { delegatesOf } from './delegates.ts';
import { attribute } from './layout.ts';
import { foldersIn } from './mail-settings.ts';
import { localPartOf, resourceName } from './naming/identity.ts';
import { personLocalPart } from './naming/person.ts';
import { accountOf, all, first } from './observed.ts';
import type { Organizations } from './organizations.ts';
import type { Site } from './site.ts';
import { attempt } from './verdict.ts';

/** Site and organizations, as far as keys follow from them; another organization makes other keys. */
export type Stems = {
  readonly site: Site;
  readonly organizations: Organizations;
  /** What R15 puts behind a dot, and what it put there before an abbreviation changed. */
  readonly suffixes: ReadonlySet<string>;
};

export function stemsOf(site: Site, organizations: Organizations): Stems {
  const suffixes = new Set<string>();
  for (const { abbreviation, parent, resource } of organizations.resolved.values()) {
    if (parent === undefined) suffixes.add(abbreviation);
    const former = resource.metadata.annotations[annotation.renameAddresses];
    if (former !== undefined) suffixes.add(former);
  }
  return { site, organizations, suffixes };
}

/**
 * What all local parts have in common that one person may be granted: `ntbinh` of `ntbinh`, `ntbinh.sotttt` and
 * `ntbinh2.sotttt`. An address of the site or a local part.
 */
export function stemOf({ site, suffixes }: Stems, address: string): string {
  const text = address.toLowerCase();
  const localPart = localPartOf(site, text) ?? text;
  const [start = '', ...rest] = localPart.split('.');
  const isSuffixed = rest.some((_, index) => suffixes.has(rest.slice(index).join('.')));
  return (isSuffixed ? start : localPart).replace(/\d+$/, '');
}

/** Read without a check: a spec that is refused wants nothing, and more keys than needed do no harm. */
export function mailboxKeys(stems: Stems, { metadata, spec, status }: Resource): ReadonlySet<string> {
  const { site, organizations } = stems;
  const { type, localPart, aliases, person, organizationRef, delegates } = (spec ??
    {}) as Partial<MailboxSpec>;
  const { address } = (status ?? {}) as MailboxStatus;
  const name = resourceName(metadata);
  const adopted = adoptedUid(metadata);
  const wanted: unknown[] = [address, localPart, ...(Array.isArray(aliases) ? aliases : [])];
  const { fullName } = (person ?? {}) as { fullName?: unknown };
  if (typeof fullName === 'string') {
    const form = attempt('NoAddress', () => personLocalPart(site, fullName));
    if ('value' in form) wanted.push(form.value);
  }
  const organization = organizations.resolved.get(`${metadata.namespace}/${organizationRef?.name}`);
  if (type === 'Organization') wanted.push(organization?.localPart);
  if (name === `${site.centre.namespace}/${site.centre.mailbox}`) wanted.push(...site.centre.addresses);
  const named = (Array.isArray(delegates) ? delegates : []).map(
    (delegate?: { mailboxRef?: { name?: unknown } }) =>
      `=${metadata.namespace}/${delegate?.mailboxRef?.name}`,
  );
  return new Set([
    `#${metadata.uid}`,
    `=${name}`,
    ...(adopted === undefined ? [] : [`#${adopted.toLowerCase()}`]),
    ...named,
    ...wanted.flatMap((text) => (typeof text === 'string' ? [stemOf(stems, text)] : [])),
  ]);
}

/** Of an entry of any kind: whose it is, what it was called, every address that it has or had, its delegates or owners. */
export function entryKeys(stems: Stems, entry: DirectoryEntry): ReadonlySet<string> {
  const dated = [...all(entry, attribute.formerAddress), ...all(entry, attribute.heldAddress)];
  const addresses = [
    ...all(entry, 'mail'),
    ...all(entry, attribute.address),
    ...dated.map((value) => value.split(' ')[0] ?? ''),
  ];
  const owner = first(entry, attribute.ownerUid);
  const resource = first(entry, attribute.resource);
  return new Set([
    `#${accountOf(entry).toLowerCase()}`,
    ...(owner === undefined ? [] : [`#${owner}`]),
    ...(resource === undefined ? [] : [`=${resource}`]),
    ...delegatesOf(entry).map(({ account }) => `#${account}`),
    ...foldersIn(all(entry, attribute.mailSetting)).map(({ account }) => `#${account}`),
    ...addresses.map((address) => stemOf(stems, address)),
  ]);
}
