import { describe, expect, it } from '@jest/globals';
import { parseLdif } from '../../../cli/ldif.ts';

describe('an LDIF file', () => {
  it('is read with folded lines, base64, comments and any spelling of names, and without passwords', () => {
    const text = `version: 1
# a comment that
 goes on
dn: uid=ntbinh,ou=mailboxes,
 dc=soctrang,dc=gov,dc=vn
objectclass: inetOrgPerson
CN:: ${Buffer.from('Nguyễn Thanh Bình').toString('base64')}
mail: ntbinh@soctrang.gov.vn
mail: binh@soctrang.gov.vn
userPassword: {SSHA}secret
description: nothing we look at

dn:: ${Buffer.from('uid=b,ou=mailboxes,dc=x').toString('base64')}
sn: B\r
`;
    expect(parseLdif(text, 'x.ldif')).toEqual([
      {
        dn: 'uid=ntbinh,ou=mailboxes,dc=soctrang,dc=gov,dc=vn',
        attributes: {
          objectClass: ['inetOrgPerson'],
          cn: ['Nguyễn Thanh Bình'],
          mail: ['ntbinh@soctrang.gov.vn', 'binh@soctrang.gov.vn'],
        },
      },
      { dn: 'uid=b,ou=mailboxes,dc=x', attributes: { sn: ['B'] } },
    ]);
  });

  it.each([
    ['cn: nobody\n', 'x.ldif:1: an entry begins with its dn'],
    ['dn: a=b\nno colon\n', 'x.ldif:2: no line of an LDIF file of entries'],
    ['dn: a=b\njpegPhoto:< file:///etc/passwd\n', 'x.ldif:2: no line of an LDIF file of entries'],
    ['dn: a=b\nchangetype: delete\n', 'x.ldif:2: changes are no entries'],
  ])('%j is refused', (text, message) => {
    expect(() => parseLdif(text, 'x.ldif')).toThrow(message);
  });
});
