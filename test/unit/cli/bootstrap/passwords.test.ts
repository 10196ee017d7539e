import { beforeEach, describe, expect, it } from '@jest/globals';
import { ensurePasswords } from '../../../../cli/bootstrap/passwords.ts';
import { desiredSecrets } from '../../../../cli/bootstrap/secret-table.ts';
import { socTrang } from '../../../support/sites.ts';
import { MemoryStore } from './memory-store.ts';

describe('the Secrets of a site', () => {
  let store: MemoryStore;
  let lines: string[];
  const ensure = () => ensurePasswords(store, desiredSecrets(socTrang), (line) => lines.push(line));

  beforeEach(() => {
    store = new MemoryStore();
    lines = [];
  });

  it('are made once, each where its part can mount it', async () => {
    await ensure();
    expect(lines).toEqual([
      'created Secret soc-trang-mail/operator-ldap',
      'created Secret soc-trang-mail/dovecot-ldap',
      'created Secret soc-trang-smtp/postfix-ldap',
      'created Secret soc-trang-mail/webmail-ldap',
      'created Secret soc-trang-mail/portal-ldap',
      'created Secret soc-trang-mail/published-ldap',
      'created Secret soc-trang-mail/publisher-ldap',
      'created Secret soc-trang-mail/auditor-ldap',
      'created Secret soc-trang-smtp/reports-ldap',
      'created Secret soc-trang-mail/app-cong-thong-tin-ldap',
      'created Secret soc-trang-mail/openldap-accounts',
      'created Secret soc-trang-mail/dovecot-sessions',
      'created Secret soc-trang-mail/webmail-origin',
      'created Secret soc-trang-mail/portal-session',
      'created Secret soc-trang-mail/postgresql-passwords',
      'created Secret soc-trang-mail/webmail-secrets',
      'created Secret soc-trang-backup/backup-repository',
      'created Secret soc-trang-mail/backup-repository',
      'created Secret soc-trang-smtp/backup-repository',
      'created Secret soc-trang-backup/backup-store',
      'created Secret soc-trang-mail/backup-store',
      'created Secret soc-trang-smtp/backup-store',
    ]);
    const before = new Map(store.objects);
    lines = [];
    await ensure();
    expect(lines).toEqual([]);
    expect(store.objects).toEqual(before);
  });

  it('hold 256 bits each, no two alike, and what Roundcube can use as a key', async () => {
    await ensure();
    const accounts = store.objects.get('Secret soc-trang-mail/openldap-accounts')?.data ?? {};
    expect(Object.keys(accounts)).toEqual([
      ...['operator', 'dovecot', 'postfix', 'webmail', 'portal', 'published', 'publisher', 'auditor'],
      ...['reports', 'app-cong-thong-tin'],
    ]);
    const database = store.objects.get('Secret soc-trang-mail/postgresql-passwords')?.data ?? {};
    const drawn = [...Object.values(accounts), ...Object.values(database)];
    for (const password of drawn) expect(password).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(new Set(drawn).size).toBe(13);
    expect(store.value('Secret soc-trang-mail/webmail-secrets', 'des-key')).toMatch(/^[A-Za-z0-9_-]{24}$/);
  });

  it('agree wherever one password stands twice, also after one was deleted', async () => {
    const agree = () => {
      const one = (object: string, key: string) => store.value(`Secret soc-trang-${object}`, key);
      expect(one('mail/openldap-accounts', 'dovecot')).toBe(one('mail/dovecot-ldap', 'password'));
      expect(one('mail/openldap-accounts', 'postfix')).toBe(one('smtp/postfix-ldap', 'password'));
      expect(one('mail/backup-repository', 'password')).toBe(one('backup/backup-repository', 'password'));
      expect(one('mail/webmail-secrets', 'roundcube')).toBe(one('mail/postgresql-passwords', 'roundcube'));
    };
    await ensure();
    agree();
    store.objects.delete('Secret soc-trang-smtp/postfix-ldap');
    lines = [];
    await ensure();
    agree();
    expect(lines).toEqual([
      'created Secret soc-trang-smtp/postfix-ldap',
      'completed Secret soc-trang-mail/openldap-accounts: postfix',
    ]);
  });

  it('leave the key of the backups as it is when the stack is lost, and draw none for a repository elsewhere', async () => {
    await ensure();
    const key = store.value('Secret soc-trang-backup/backup-repository', 'password');
    for (const object of [...store.objects.keys()])
      if (!object.startsWith('Secret soc-trang-backup/')) store.objects.delete(object);
    await ensure();
    expect(store.value('Secret soc-trang-mail/backup-repository', 'password')).toBe(key);
    const elsewhere = { ...socTrang.backup, repository: 's3:https://s3.example.vn/backup/soc-trang' };
    const names = desiredSecrets({ ...socTrang, backup: elsewhere }).map(({ name }) => name);
    expect(names).toContain('backup-repository');
    expect(names).not.toContain('backup-store');
  });

  it('keep what an administrator put there, and get only the keys that are missing', async () => {
    const object = { kind: 'Secret', namespace: 'soc-trang-mail', name: 'postgresql-passwords' } as const;
    await store.write(object, { superuser: 'chosen', other: 'kept' }, undefined);
    await ensure();
    const { data } = store.objects.get('Secret soc-trang-mail/postgresql-passwords') ?? { data: {} };
    expect(data).toMatchObject({ superuser: 'chosen', other: 'kept' });
    expect(lines).toContain('completed Secret soc-trang-mail/postgresql-passwords: roundcube, backup');
  });

  it('are never printed', async () => {
    await ensure();
    const values = [...store.objects.values()].flatMap(({ data }) => Object.values(data));
    for (const value of values) expect(lines.join('\n')).not.toContain(value);
  });
});
