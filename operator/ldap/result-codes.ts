/** LDAP result codes (RFC 4511 section 4.1.9, RFC 4528) → what the operator does next. */
import { ResultCodeError } from 'ldapts';
import { Blocked, Conflict, Unavailable } from '../errors.ts';

export type Operation = 'add' | 'modify' | 'remove' | 'search';

const code = {
  noSuchAttribute: 16,
  undefinedType: 17,
  inappropriateMatching: 18,
  constraintViolation: 19,
  valueExists: 20,
  invalidSyntax: 21,
  noSuchObject: 32,
  invalidDnSyntax: 34,
  insufficientAccess: 50,
  namingViolation: 64,
  objectClassViolation: 65,
  notAllowedOnNonLeaf: 66,
  notAllowedOnRdn: 67,
  alreadyExists: 68,
  noObjectClassMods: 69,
  assertionFailed: 122,
} as const;

/** Refusals of the content: the same request will be refused again. */
const refusals: ReadonlySet<number> = new Set([
  code.undefinedType,
  code.inappropriateMatching,
  code.constraintViolation,
  code.valueExists,
  code.invalidSyntax,
  code.invalidDnSyntax,
  code.insufficientAccess,
  code.namingViolation,
  code.objectClassViolation,
  code.notAllowedOnNonLeaf,
  code.notAllowedOnRdn,
  code.noObjectClassMods,
]);

/** What slapo-unique says; the overlays share the code with every other constraint. */
const notUnique = /non-unique attributes|not unique/;

/** What slapd says where an entry that nobody should own has an owner. */
const isOwned = /hopThuOwnerUID.*(?:cannot have multiple values|already exists)/;

/** Where slapd itself says nothing. */
const explanations: Readonly<Record<number, string>> = {
  [code.noSuchAttribute]: 'the entry belongs to another resource',
  [code.constraintViolation]: 'the entry belongs to another resource',
  [code.noSuchObject]: 'there is no such entry',
  [code.insufficientAccess]: "the operator's account may not do this",
  [code.alreadyExists]: 'an entry of this name exists already',
  [code.assertionFailed]: 'the entry belongs to another resource',
};

/** The error of `errors.ts` for what slapd answered; others pass unchanged. Never carries a password. */
export function translate(error: unknown, operation: Operation, dn: string): unknown {
  if (!(error instanceof ResultCodeError)) return error;
  const said = saidBySlapd(error);
  const text = `${operation} ${dn}: ${said || (explanations[error.code] ?? `LDAP result ${error.code}`)}`;
  if (operation === 'search') return new Unavailable('LDAP', text, error);
  if (isConflict(error.code, said, operation)) return new Conflict(text, error);
  if (refusals.has(error.code)) return new Blocked('DirectoryRefused', text);
  return new Unavailable('LDAP', text, error);
}

/** Is it slapd's word that the entry is not there? */
export function isGone(error: unknown): boolean {
  return error instanceof ResultCodeError && error.code === code.noSuchObject;
}

function isConflict(result: number, said: string, operation: Operation): boolean {
  if (result === code.alreadyExists || result === code.assertionFailed) return true;
  if (result === code.constraintViolation && notUnique.test(said)) return true;
  if (operation !== 'modify') return false;
  // A modification takes the owner out first. Where that owner is not in the entry, slapo-constraint, which tries
  // modifications on a copy, answers with its own code and without a word.
  const notOwned = result === code.noSuchAttribute || (result === code.constraintViolation && said === '');
  return notOwned || isOwned.test(said) || result === code.noSuchObject;
}

/** ldapts appends the code to slapd's diagnostic message. */
function saidBySlapd(error: ResultCodeError): string {
  return error.message.replace(/ ?Code: 0x[0-9a-f]+$/, '');
}
