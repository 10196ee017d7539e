/**
 * The rules by which slapd takes or refuses an entry, as far as the operator's entries meet them: the schema and the
 * constraint overlay of charts/config/openldap. The contract suite holds both to the same answers.
 */
import { parseDn, valueKey } from '../core/dn.ts';
import { attribute, headAttribute, objectClass } from '../core/layout.ts';
import { Blocked } from '../errors.ts';

/** Values by attribute, as they are stored. */
export type Values = ReadonlyMap<string, readonly string[]>;

type ObjectClass = {
  readonly structural: boolean;
  readonly must: readonly string[];
  readonly may: readonly string[];
};

const contact = ['telephoneNumber', 'postalAddress', 'ou', 'userPassword'];

const classes: Readonly<Record<string, ObjectClass>> = {
  inetOrgPerson: {
    structural: true,
    must: ['cn', 'sn'],
    may: ['uid', 'givenName', 'mail', 'title', 'o', 'employeeNumber', ...contact],
  },
  organizationalUnit: { structural: true, must: ['ou'], may: contact },
  organizationalRole: {
    structural: true,
    must: ['cn'],
    may: contact.filter((name) => name !== 'userPassword'),
  },
  [objectClass.mailbox]: {
    structural: false,
    must: [attribute.status, attribute.site, attribute.resource, attribute.ownerUid],
    may: [
      'mail',
      attribute.address,
      attribute.formerAddress,
      attribute.type,
      attribute.quotaBytes,
      attribute.organization,
      attribute.passwordReset,
      attribute.passwordSecret,
      attribute.lastAccess,
      attribute.notice,
      attribute.grant,
      attribute.deletionPolicy,
      attribute.hold,
      attribute.searchName,
      attribute.archive,
      attribute.delegate,
      attribute.sendAs,
      attribute.mailSetting,
      attribute.endSessions,
      attribute.statusSince,
      attribute.approvedPlan,
      attribute.rejected,
      attribute.mailHost,
      attribute.mailMove,
      attribute.unpublished,
    ],
  },
  [objectClass.organization]: {
    structural: false,
    must: [attribute.site, attribute.resource, attribute.ownerUid],
    may: [
      'cn',
      attribute.status,
      attribute.abbreviation,
      attribute.sector,
      headAttribute,
      attribute.organization,
      attribute.mailHost,
    ],
  },
  [objectClass.held]: {
    structural: true,
    must: ['uid', attribute.heldAddress, attribute.site, attribute.resource, attribute.ownerUid],
    may: ['cn', 'o', 'employeeNumber', 'mail', attribute.archive, attribute.mailHost],
  },
};

const operational = [
  'objectClass',
  'pwdReset',
  'pwdChangedTime',
  'pwdLastSuccess',
  'pwdAccountLockedTime',
  'pwdPolicySubentry',
];

const several = new Set([
  'objectClass',
  'cn',
  'sn',
  'uid',
  'title',
  'givenName',
  'o',
  attribute.address,
  attribute.formerAddress,
  attribute.heldAddress,
  attribute.notice,
  attribute.delegate,
  attribute.sendAs,
  headAttribute,
  attribute.mailSetting,
  attribute.searchName,
]);
for (const name of contact) several.add(name);

const naming = new Set<string>([attribute.organization, attribute.sendAs, headAttribute]);

const address = /^[a-z0-9._-]+@[a-z0-9.-]+$/;
const dated = /^[a-z0-9._-]+@[a-z0-9.-]+ \d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
const ascii = /^[\0-\x7f]*$/;
const patterns: Readonly<Record<string, RegExp>> = {
  mail: address,
  [attribute.address]: address,
  [attribute.formerAddress]: dated,
  [attribute.heldAddress]: dated,
  [attribute.status]: /^(Active|Suspended|Expired|Reclaimed|Closed)$/,
  [attribute.type]: /^(Personal|Organization)$/,
  [attribute.quotaBytes]: /^[1-9][0-9]{0,12}$/,
  [attribute.deletionPolicy]: /^(Archive|Delete)$/,
  [attribute.archive]:
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z (none|\d+ \d+ [0-9a-f]{64}( (removed|expired))?)$/,
  [attribute.site]: ascii,
  [attribute.resource]: ascii,
  [attribute.ownerUid]: ascii,
  [attribute.abbreviation]: ascii,
  [attribute.sector]: ascii,
  [attribute.lastAccess]: /^\d{14}Z$/,
  [attribute.notice]:
    /^([1-9]\d{0,3}|(password|quota) [1-9]\d{0,2}|end \d{4}-\d{2}-\d{2}\/[1-9]\d{0,2}|suspension -|delegation [a-z0-9.-]+|rename [a-z0-9._-]+@[a-z0-9.-]+) \d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z( due)?$/,
  [attribute.delegate]: /^[A-Za-z0-9-]+ [a-z0-9.-]+ (Read|Write|SendAs)(,(Read|Write|SendAs))*$/,
  [attribute.mailSetting]:
    /^namespace(\+=[A-Za-z0-9,-]+|\/[A-Za-z0-9-]+\/(prefix=[^/]+\/[a-z0-9._@-]+\/|mail_path=\/srv\/vmail\/[A-Za-z0-9-]+\/Maildir|acl_user=(reader|writer|keeper)|mailbox\/(Trash|Junk)\/autoexpunge=0))$/,
  [attribute.endSessions]: /^(TRUE|FALSE)$/,
  [attribute.statusSince]: /^\d{14}Z$/,
  [attribute.mailHost]: /^dovecot-\d+$/,
  [attribute.unpublished]: /^(TRUE|FALSE)$/,
  [attribute.mailMove]: /^(copy|hold|left) dovecot-\d+$/,
  pwdReset: /^(TRUE|FALSE)$/,
  postalAddress: /^(?:[^\\$]|\\24|\\5C)+(?:\$(?:[^\\$]|\\24|\\5C)+)*$/i,
  telephoneNumber: /^[A-Za-z0-9 '()+,./:?=-]+$/,
};

/** The schema's spelling of every attribute, by its lower case. */
const spelling = new Map(
  [...operational, ...Object.values(classes).flatMap(({ must, may }) => [...must, ...may])].map((name) => [
    name.toLowerCase(),
    name,
  ]),
);

/** @throws Blocked for an attribute that the schema does not know */
export function spelled(name: string): string {
  return spelling.get(name.toLowerCase()) ?? refuse(`${name}: attribute type undefined`);
}

/**
 * Checks an entry as it would be stored.
 * @throws Blocked
 */
export function check(dn: string, values: Values): void {
  for (const [name, list] of values) checkValues(name, list);
  checkClasses(values);
  for (const { attribute: name, value } of parseDn(dn)[0] ?? []) {
    const present = values.get(spelled(name))?.map(valueKey) ?? [];
    if (!present.includes(valueKey(value)))
      refuse(`value of naming attribute ${name} is not present in entry`);
  }
  const primary = values.get('mail') ?? [];
  const all = values.get(attribute.address) ?? [];
  const isHeld = values.get('objectClass')?.includes(objectClass.held) === true;
  if (!isHeld && !primary.every((mail) => all.includes(mail)))
    refuse(`mail is not one of ${attribute.address}`);
}

function checkValues(name: string, values: readonly string[]): void {
  const keys = values.map((value) => (name === 'userPassword' ? value : valueKey(value)));
  if (new Set(keys).size < values.length) refuse(`${name}: value provided more than once`);
  if (values.length > 1 && !several.has(name)) refuse(`${name}: multiple values provided`);
  for (const value of values) {
    if (value === '' || !value.isWellFormed()) refuse(`${name}: invalid per syntax`);
    if (patterns[name]?.test(value) === false) refuse(`${name}: breaks its constraint`);
  }
  if (naming.has(name)) values.forEach(checkDn);
}

/** @throws Blocked when the text is not a name */
export function checkDn(dn: string): void {
  try {
    parseDn(dn);
  } catch {
    refuse(`${dn}: invalid DN`);
  }
}

function checkClasses(values: Values): void {
  const held = (values.get('objectClass') ?? []).map((name) => {
    const found = Object.keys(classes).find((known) => known.toLowerCase() === name.toLowerCase());
    return classes[found ?? ''] ?? refuse(`objectClass ${name} is not known`);
  });
  if (!held.some(({ structural }) => structural)) refuse('no structural object class provided');
  const missing = held.flatMap(({ must }) => must).find((name) => !values.has(name));
  if (missing !== undefined) refuse(`object class requires attribute ${missing}`);
  const allowed = new Set([...operational, ...held.flatMap(({ must, may }) => [...must, ...may])]);
  const extra = [...values.keys()].find((name) => !allowed.has(name));
  if (extra !== undefined) refuse(`attribute ${extra} not allowed`);
}

function refuse(message: string): never {
  throw new Blocked('DirectoryRefused', message);
}
