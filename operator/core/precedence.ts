/** R14: of several people who wait for one address, who comes first. */
import type { Mailbox } from '../api/mailbox.ts';
import { fold } from './naming/words.ts';
import type { Site } from './site.ts';

/**
 * Order of those without an address in one snapshot: title by the site's list, then time of registration, then name
 * and UID, so that the order is total.
 */
export function byPrecedence(site: Site): (a: { mailbox: Mailbox }, b: { mailbox: Mailbox }) => number {
  const ranks = new Map(site.naming.titles.map((title, index) => [fold(title), index]));
  const rank = ({ spec }: Mailbox) => ranks.get(fold(spec.person?.title ?? '')) ?? ranks.size;
  const registered = ({ spec, metadata }: Mailbox) =>
    Date.parse(spec.person?.registeredAt ?? metadata.creationTimestamp);
  return ({ mailbox: a }, { mailbox: b }) =>
    rank(a) - rank(b) ||
    registered(a) - registered(b) ||
    a.metadata.name.localeCompare(b.metadata.name) ||
    a.metadata.namespace.localeCompare(b.metadata.namespace) ||
    a.metadata.uid.localeCompare(b.metadata.uid);
}
