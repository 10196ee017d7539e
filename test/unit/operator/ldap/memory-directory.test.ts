/** What tests steer the directory in memory with; its rules are in the contract suite. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Unavailable } from '../../../../operator/errors.ts';
import { MemoryDirectory } from '../../../../operator/ldap/memory-directory.ts';

const dn = 'uid=a,ou=mailboxes,dc=vn';
const entry = { objectClass: ['inetOrgPerson'], cn: ['A'], sn: ['A'], userPassword: ['{SSHA512}x'] };

describe('memory directory', () => {
  let directory: MemoryDirectory;
  beforeEach(() => {
    directory = new MemoryDirectory('dc=vn');
  });

  it('fails every call while it is down, the next call when told so', async () => {
    directory.down();
    await expect(directory.add(dn, entry)).rejects.toThrow(Unavailable);
    directory.up();
    directory.failNext(new Error('once'));
    await expect(directory.add(dn, entry)).rejects.toThrow('once');
    expect(directory.writes.add).toBe(0);
    await directory.add(dn, entry);
    expect(directory.writes).toEqual({ add: 1, modify: 0, remove: 0 });
  });

  it('dies before or after a call takes effect', async () => {
    directory.intercept = (moment) => {
      if (moment === 'after') throw new Error('crash');
    };
    await expect(directory.add(dn, entry)).rejects.toThrow('crash');
    expect(directory.entry(dn)).toBeDefined();
  });

  it('shows tests what snapshots hide, and lets them write by hand', async () => {
    directory.put(dn, entry);
    expect(directory.entry('UID=A,ou=mailboxes,dc=vn')?.attributes['userPassword']).toEqual(['{SSHA512}x']);
    expect((await directory.snapshot())[0]?.attributes).not.toHaveProperty('userPassword');
    directory.drop(dn);
    expect(directory.entry(dn)).toBeUndefined();
  });
});
