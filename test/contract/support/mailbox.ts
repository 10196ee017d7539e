/** Entries as the operator writes them. */
import { childDn } from '../../../operator/core/dn.ts';
import { attribute, container, objectClass } from '../../../operator/core/layout.ts';
import { site, suffix } from './slapd.ts';

type Attributes = Readonly<Record<string, readonly string[]>>;

export const mailboxes = `${container.mailboxes},${suffix}`;

/** DN of the mailbox whose resource has this UID. */
export function mailboxDn(uid: string): string {
  return childDn('uid', uid, mailboxes);
}

/** An address of the site. */
export function at(localPart: string): string {
  return `${localPart}@${site.domain}`;
}

/** A valid mailbox with the address `uid`@site, changed by `changes`; an empty list leaves an attribute out. */
export function mailbox(uid: string, changes: Attributes = {}): Attributes {
  return {
    objectClass: ['inetOrgPerson', objectClass.mailbox],
    uid: [uid],
    cn: ['Nguyễn Thanh Bình'],
    sn: ['Nguyễn'],
    mail: [at(uid)],
    [attribute.address]: [at(uid)],
    [attribute.status]: ['Active'],
    [attribute.type]: ['Personal'],
    [attribute.quotaBytes]: ['524288000'],
    [attribute.site]: [site.name],
    [attribute.resource]: [`soc-trang-accounts/${uid}`],
    [attribute.ownerUid]: [uid],
    ...changes,
  };
}

/** The same as LDIF, for `ldapadd`. */
export function ldifOf(uid: string, attributes: Attributes): string {
  const lines = Object.entries(attributes).flatMap(([name, values]) =>
    values.map((value) => `${name}:: ${Buffer.from(value).toString('base64')}`),
  );
  return [`dn: ${mailboxDn(uid)}`, ...lines, ''].join('\n');
}
