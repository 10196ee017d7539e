/** What slapd takes of delegates (R26), and the directory in memory with it: nothing that opens more than folders of a mailbox. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { attribute } from '../../operator/core/layout.ts';
import { delegatedFolder, foldersIn, settingsFor } from '../../operator/core/mail-settings.ts';
import { Blocked } from '../../operator/errors.ts';
import { Connection } from '../../operator/ldap/connection.ts';
import { LdaptsDirectory } from '../../operator/ldap/ldapts-directory.ts';
import { MemoryDirectory } from '../../operator/ldap/memory-directory.ts';
import type { Directory } from '../../operator/ports.ts';
import { at, mailbox, mailboxDn } from './support/mailbox.ts';
import { connectTo, Slapd, suffix } from './support/slapd.ts';

const slapd = Slapd.start();
afterAll(async () => (await slapd).stop());

describe.each<[string, () => Promise<Directory>]>([
  ['memory', async () => new MemoryDirectory(suffix)],
  ['slapd', async () => new LdaptsDirectory(new Connection(connectTo(await slapd)), suffix)],
])('in %s', (_, open) => {
  let directory: Directory;

  beforeAll(async () => {
    directory = await open();
  }, 60_000);
  afterAll(() => directory.close());

  const attributesOf = async (uid: string) =>
    (await directory.snapshot()).find(({ dn }) => dn === mailboxDn(uid))?.attributes;

  it('is kept who the delegates of a mailbox are, and what is opened to a delegate', async () => {
    const folders = [
      { account: 'office', address: at('office'), role: 'writer' as const },
      { account: 'unit', address: at('unit.office'), role: 'reader' as const },
    ];
    const opened = {
      [attribute.mailSetting]: settingsFor(folders),
      [attribute.endSessions]: ['TRUE'],
    };
    await directory.add(mailboxDn('officer'), mailbox('officer', opened));
    const kept = await attributesOf('officer');
    expect(kept).toMatchObject(opened);
    expect(foldersIn(kept?.[attribute.mailSetting] ?? [])).toEqual(folders);
    const named = {
      [attribute.delegate]: ['officer nguyen-thanh-binh Read,Write,SendAs', 'unit phong-cntt Read'],
      [attribute.sendAs]: [mailboxDn('officer')],
    };
    await directory.add(mailboxDn('office'), mailbox('office', named));
    expect(await attributesOf('office')).toMatchObject(named);
  });

  it.each<[string, string, string]>([
    ['a delegate without a right', attribute.delegate, 'officer nguyen-thanh-binh'],
    ['a right that there is not', attribute.delegate, 'officer nguyen-thanh-binh Read,Delete'],
    ['a sender that is no name', attribute.sendAs, 'officer'],
    ['another setting of Dovecot', attribute.mailSetting, 'home=/srv/vmail/other'],
    ['another setting of a namespace', attribute.mailSetting, 'namespace/unit/type=private'],
    ['a setting of the rights', attribute.mailSetting, 'acl/user=reader/rights=lrwstipekxa'],
    ['a place elsewhere', attribute.mailSetting, 'namespace/unit/mail_path=/etc/unit/Maildir'],
    ['a place above', attribute.mailSetting, 'namespace/unit/mail_path=/srv/vmail/../Maildir'],
    ['a role that there is not', attribute.mailSetting, 'namespace/unit/acl_user=owner'],
    ['two settings in one', attribute.mailSetting, `namespace+=unit\thome=/srv/vmail/other`],
    ['a folder below another', attribute.mailSetting, `namespace/unit/prefix=${delegatedFolder}/a/b/`],
    ['another expiry', attribute.mailSetting, 'namespace/inbox/mailbox/Trash/autoexpunge=1'],
    ['a lone yes', attribute.endSessions, 'yes'],
  ])('is refused: %s', async (_fault, name, value) => {
    const entry = mailbox('refused', { [name]: [value] });
    await expect(directory.add(mailboxDn('refused'), entry)).rejects.toThrow(Blocked);
    expect(await attributesOf('refused')).toBeUndefined();
  });
});
