import { expect, it } from '@jest/globals';
import { Unavailable } from '../../../../operator/errors.ts';
import type { Connection } from '../../../../operator/ldap/connection.ts';
import { LdaptsDirectory } from '../../../../operator/ldap/ldapts-directory.ts';

it('asks whether it may write when the session is there, after everything that may have made it wait', async () => {
  const lost = new Unavailable('Lease', 'lost');
  const order: string[] = [];
  const connection = {
    async run(operation: (client: object) => Promise<unknown>) {
      order.push('session');
      // A client without any method: nothing may be sent.
      return operation({});
    },
  };
  const directory = new LdaptsDirectory(connection as unknown as Connection, 'dc=test', () => {
    order.push('asked');
    throw lost;
  });
  const dn = 'uid=a,ou=mailboxes,dc=test';
  await expect(directory.add(dn, { uid: ['a'] })).rejects.toBe(lost);
  await expect(directory.modify(dn, 'a', [{ attribute: 'cn', values: ['b'] }])).rejects.toBe(lost);
  await expect(directory.remove(dn, 'a')).rejects.toBe(lost);
  expect(order).toEqual(['session', 'asked', 'session', 'asked', 'session', 'asked']);
});
