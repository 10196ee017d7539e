import { describe, expect, it } from '@jest/globals';
import { BerReader } from 'ldapts';
import { encodeRequest } from '../../../../operator/ldap/password-change.ts';

describe('PasswdModifyRequestValue (RFC 3062)', () => {
  it('carries the old and the new password, and nobody else as its user', () => {
    const reader = new BerReader(encodeRequest('Cũ-17', 'Mới-18'));
    reader.readSequence();
    expect(reader.readString(0x81)).toBe('Cũ-17');
    expect(reader.readString(0x82)).toBe('Mới-18');
    expect(reader.remain).toBe(0);
  });
});
