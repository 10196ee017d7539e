/** A person's password: bind as the person, and the own change by RFC 3062. slapd alone judges the new one (R25). */
import {
  type BerReader,
  BerWriter,
  type Client,
  Control,
  InvalidCredentialsError,
  ResultCodeError,
} from 'ldapts';

const passwordModify = '1.3.6.1.4.1.4203.1.11.1';

/**
 * Why slapd refuses; `wrong` is the current password, and to whoever has not logged in slapd does not tell a suspended
 * account from it. The rest is told only after the right password.
 */
export type PasswordRefusal =
  | 'wrong'
  | 'expired'
  | 'closed'
  | 'forbidden'
  | 'weak'
  | 'short'
  | 'young'
  | 'used'
  | 'other';

/** Numbers of draft-behera-ldap-password-policy-10 section 6.2. */
const refusals: Readonly<Record<number, PasswordRefusal>> = {
  0: 'expired',
  1: 'closed',
  3: 'forbidden',
  5: 'weak',
  6: 'short',
  7: 'young',
  8: 'used',
};

/** The bind is good for a change of the password alone. */
const changeAfterReset = 2;

/** The password stays as it was. */
export class PasswordRefused extends Error {
  override readonly name = 'PasswordRefused';
  readonly reason: PasswordRefusal;
  constructor(reason: PasswordRefusal, message: string = reason) {
    super(message);
    this.reason = reason;
  }
}

/**
 * @param dn of the person's entry
 * @throws PasswordRefused; errors of the network as they are
 */
export async function changePassword(
  client: Client,
  dn: string,
  current: string,
  wanted: string,
): Promise<void> {
  await bindAs(client, dn, current);
  const policy = new PasswordPolicyControl();
  try {
    await client.exop(passwordModify, encodeRequest(current, wanted), policy);
  } catch (error) {
    throw refusalOf(policy, error);
  }
}

/**
 * Binds as the person.
 * @param dn of the person's entry
 * @returns whether the password must be changed before anything else
 * @throws PasswordRefused; errors of the network as they are
 */
export async function bindAs(client: Client, dn: string, password: string): Promise<boolean> {
  // RFC 4513 section 5.1.2: an empty password would succeed as anonymous.
  if (password === '') throw new PasswordRefused('wrong');
  const policy = new PasswordPolicyControl();
  try {
    await client.bind(dn, password, policy);
  } catch (error) {
    throw refusalOf(policy, error);
  }
  return policy.error === changeAfterReset;
}

function refusalOf({ error: number }: PasswordPolicyControl, error: unknown): unknown {
  const known = number === undefined ? undefined : refusals[number];
  if (known !== undefined) return new PasswordRefused(known);
  if (error instanceof InvalidCredentialsError) return new PasswordRefused('wrong');
  return error instanceof ResultCodeError ? new PasswordRefused('other', error.message) : error;
}

/** PasswdModifyRequestValue (RFC 3062 section 2) of whoever is bound. */
export function encodeRequest(current: string, wanted: string): Buffer {
  const writer = new BerWriter();
  writer.startSequence();
  writer.writeString(current, 0x81);
  writer.writeString(wanted, 0x82);
  writer.endSequence();
  return writer.buffer;
}

/** Asks slapd's ppolicy to say what was wrong (draft-behera-ldap-password-policy-10 section 6). */
class PasswordPolicyControl extends Control {
  /** One of the numbers of section 6.2. */
  error: number | undefined;

  constructor() {
    super('1.3.6.1.4.1.42.2.27.8.5.1');
  }

  /** SEQUENCE { warning [0] OPTIONAL, error [1] ENUMERATED OPTIONAL } */
  protected override parseControl(reader: BerReader): void {
    reader.readSequence();
    if (reader.peek() === 0xa0) {
      reader.readSequence(0xa0);
      reader.offset += reader.length;
    }
    this.error = reader.peek() === 0x81 ? (reader.readTag(0x81) ?? undefined) : undefined;
  }
}
