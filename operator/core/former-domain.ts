/**
 * A site that had another domain (`domainAliases`). Addresses are compared and granted as if all were of the present one, so a
 * local part is nobody's but its holder's in every domain; an entry that still has addresses of a former one keeps them until
 * a person has approved that it moves, and is found under both meanwhile, as afterwards. Pure.
 */
import type { MailboxStatus } from '../api/mailbox.ts';
import { annotation, type Resource } from '../api/resource.ts';
import type { DirectoryEntry } from '../ports.ts';
import { decideMailboxes } from './decide-mailboxes.ts';
import type { Desired, World } from './desired.ts';
import type { Attributes } from './entry.ts';
import { attribute } from './layout.ts';
import { first, type Observed, observe } from './observed.ts';
import type { Organizations } from './organizations.ts';
import type { Site } from './site.ts';

type MailboxesWorld = Pick<World, 'site' | 'mailboxes' | 'now'>;

/** Attributes whose values are addresses or hold one. */
const addressed = [
  'mail',
  attribute.address,
  attribute.formerAddress,
  attribute.heldAddress,
  attribute.mailSetting,
];

/** `decideMailboxes` for a site of any number of domains. */
export function decideInDomains(
  world: MailboxesWorld,
  observed: Observed,
  organizations: Organizations,
): readonly Desired[] {
  const { site, mailboxes } = world;
  if (site.domainAliases.length === 0) return decideMailboxes(world, observed, organizations);
  const move = mover(site.domainAliases, site.domain);
  const asStored = new Map(observed.entries.map((entry) => [entry.dn, entry]));
  const moved = observe(
    site,
    observed.entries.map((entry) => movedEntry(entry, move)),
  );
  const asked = mailboxes.map((mailbox) => movedResource(mailbox, move));
  return decideMailboxes({ ...world, mailboxes: asked }, moved, organizations).map((desired, index) => {
    const resource = mailboxes[index] ?? desired.resource;
    const entry = desired.entry && asStored.get(desired.entry.dn);
    return entry === undefined
      ? { ...desired, resource }
      : untilApproved(site, { ...desired, resource, entry });
  });
}

/** While its addresses are of a former domain: everything else as decided, and the move for a person to approve. */
function untilApproved(site: Site, desired: Desired & { readonly entry: DirectoryEntry }): Desired {
  const { attributes, entry } = desired;
  const former = first(entry, 'mail')?.split('@')[1] ?? '';
  if (attributes?.['mail'] === undefined || !site.domainAliases.includes(former)) return desired;
  const back = mover([site.domain], former);
  const renamed = { attributes, first: desired.first ?? [] };
  return { ...desired, attributes: movedAttributes(attributes, back), renamed };
}

type Move = (text: string) => string;

/** Another domain after each `@` at whose end the address ends. */
function mover(from: readonly string[], to: string): Move {
  const any = from.map((domain) => domain.replaceAll('.', '\\.')).join('|');
  const pattern = new RegExp(`@(?:${any})(?=$|[ ,/])`, 'gi');
  return (text) => text.replace(pattern, `@${to}`);
}

function movedEntry(entry: DirectoryEntry, move: Move): DirectoryEntry {
  const attributes = movedAttributes(entry.attributes, move);
  return attributes === entry.attributes ? entry : { ...entry, attributes };
}

function movedAttributes(attributes: Attributes, move: Move): Attributes {
  const moved = addressed.flatMap((name) => {
    const values = attributes[name];
    const after = values?.map(move);
    const isSame =
      values === undefined || after === undefined || values.every((value, i) => value === after[i]);
    return isSame ? [] : [[name, [...new Set(after)]] as const];
  });
  return moved.length === 0 ? attributes : { ...attributes, ...Object.fromEntries(moved) };
}

function movedResource(resource: Resource, move: Move): Resource {
  const { metadata, status } = resource;
  const { address } = (status ?? {}) as MailboxStatus;
  const lifted = metadata.annotations[annotation.liftHold];
  if (address === undefined && lifted === undefined) return resource;
  return {
    ...resource,
    metadata:
      lifted === undefined
        ? metadata
        : { ...metadata, annotations: { ...metadata.annotations, [annotation.liftHold]: move(lifted) } },
    ...(address === undefined ? {} : { status: { ...(status as MailboxStatus), address: move(address) } }),
  };
}
