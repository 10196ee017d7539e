/** A person's own change of password: bind as the person, then RFC 3062. slapd alone judges the new one (R25). */
import {
  type BerReader,
  BerWriter,
  type Client,
  Control,
  InvalidCredentialsError,
  ResultCodeError,
} from 'ldapts';
import { missingClasses } from '../../operator/core/password-rules.ts';
import type { Site } from '../../operator/core/site.ts';
import { Failed } from '../failure.ts';

const passwordModify = '1.3.6.1.4.1.4203.1.11.1';

/** The current password is not the right one. */
export class WrongPassword extends Error {
  override readonly name = 'WrongPassword';
}

/**
 * @param dn of the person's entry
 * @throws WrongPassword; Failed when the directory refuses the account or the new password, saying why
 */
export async function changePassword(
  client: Client,
  site: Site,
  dn: string,
  current: string,
  wanted: string,
): Promise<void> {
  const policy = new PasswordPolicyControl();
  try {
    // RFC 4513 section 5.1.2: an empty password would succeed as anonymous.
    if (current === '') throw new WrongPassword();
    await client.bind(dn, current, policy);
    policy.error = undefined;
    await client.exop(passwordModify, encodeRequest(current, wanted), policy);
  } catch (error) {
    const known = policy.error === undefined ? undefined : explanations(site, wanted)[policy.error];
    if (known !== undefined) throw new Failed(known);
    if (error instanceof InvalidCredentialsError) throw new WrongPassword();
    if (error instanceof ResultCodeError) throw new Failed(`the directory refuses: ${error.message}`);
    throw error;
  }
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

/** By the number of the error; numbers that are missing have no better words than slapd's own. */
function explanations({ passwords }: Site, wanted: string): Readonly<Record<number, string>> {
  const length = `at least ${passwords.minLength} characters`;
  const missing = missingClasses(wanted).join(', ');
  const classes = 'an upper-case letter, a lower-case letter, a digit and a special character';
  return {
    0: 'the current password has expired: ask the Centre for a new one',
    1: 'the account is suspended or closed',
    3: 'this account may not change its password',
    5: `the new password is too weak: it needs ${classes}${missing === '' ? '' : `; missing: ${missing}`} (R25)`,
    6: `the new password is too short: it needs ${length} (R25)`,
    7: 'the current password is too new to be changed again',
    8: `the new password was used before: the last ${passwords.history} are refused`,
  };
}
