/** A mail server that is not ours: one file per folder of letters, `.` between folders, all of them below INBOX. */
import { createHash } from 'node:crypto';
import { ImapFlow } from 'imapflow';

/** Files for /foreign; its people have the password own-secret, and boss may log in as any of them. @param listen who may come */
export function foreignConfig(port: number, listen = '127.0.0.1'): Readonly<Record<string, string>> {
  return {
    master: 'boss:{PLAIN}master-secret\n',
    'dovecot.conf': `dovecot_config_version = 2.4.1
dovecot_storage_version = 2.4.0
log_path = /dev/stderr
protocols = imap
default_internal_user = vmail
default_internal_group = vmail
default_login_user = vmail
first_valid_uid = 5000
mail_uid = vmail
mail_gid = vmail
base_dir = /run/dovecot
state_dir = /run/dovecot
ssl = required
ssl_server_cert_file = /foreign/tls.crt
ssl_server_key_file = /foreign/tls.key
auth_mechanisms = plain
passdb master {
  driver = passwd-file
  passwd_file_path = /foreign/master
  master = yes
}
passdb static {
  password = own-secret
}
userdb static {
  fields {
    home = /srv/foreign/%{user}
  }
}
mail_driver = sdbox
mail_path = ~/sdbox
namespace inbox {
  inbox = yes
  prefix = INBOX.
  separator = .
}
service imap-login {
  chroot =
  inet_listener imap {
    port = 0
  }
  inet_listener imaps {
    listen = ${listen}
    port = ${port}
    ssl = yes
  }
}
service anvil {
  chroot =
}
`,
  };
}

type Letter = readonly [folder: string, text: Buffer, flags: string[], date: string];

const letter = (id: string, body: string | Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(
      `From: a@example.org\r\nTo: b@example.org\r\nMessage-ID: <${id}@example.org>\r\nSubject: ${id}\r\n\r\n`,
    ),
    Buffer.isBuffer(body) ? body : Buffer.from(body),
  ]);

function first(): readonly Letter[] {
  const same = letter('same', 'twice\r\n');
  const many = Array.from({ length: 40 }, (_, index): Letter => {
    const flags = [['\\Seen', '$Forwarded', 'viec-gap'], ['\\Flagged'], []][index % 3] ?? [];
    return [
      'INBOX',
      letter(`i${index}`, 'x'.repeat(index * 4000)),
      flags,
      `2024-01-${String(1 + (index % 28)).padStart(2, '0')}T01:02:03Z`,
    ];
  });
  return [
    ...many,
    ['INBOX', same, [], '2024-02-01T00:00:00Z'],
    ['INBOX', same, [], '2024-02-01T00:00:00Z'],
    [
      'INBOX',
      Buffer.from('Subject: no names\r\n\r\n\xe1\xbb\x87 \xff 8 bits\r\n', 'latin1'),
      ['\\Draft'],
      '2023-05-05T05:05:05Z',
    ],
    ['INBOX.Đã gửi', letter('sent', 'đã gửi\r\n'), ['\\Seen', '\\Answered'], '2022-02-02T02:02:02Z'],
    ['INBOX.Thùng rác', letter('trash', '.\r\n..\r\n'), ['\\Seen'], '2021-01-01T01:01:01Z'],
    ['INBOX.Công văn.2024.Quý 1', letter('cv', 'a'.repeat(998)), [], '2020-01-01T01:01:01Z'],
  ];
}

/** What of a letter has to come along: SHA-256 of its bytes, flags and date. */
export function letterFact(text: Buffer, flags: Iterable<string>, date: Date): string {
  return `${createHash('sha256').update(text).digest('hex')} ${[...flags].sort().join(' ')} ${date.toISOString()}`;
}

/** That of every letter of a folder, as a mail program reads it. */
export async function lettersIn(client: ImapFlow, folder: string): Promise<readonly string[]> {
  await client.mailboxOpen(folder, { readOnly: true });
  const found: string[] = [];
  for await (const { source, flags, internalDate } of client.fetch('1:*', {
    source: true,
    flags: true,
    internalDate: true,
  })) {
    const kept = [...(flags ?? [])].filter((flag) => flag !== '\\Recent');
    found.push(letterFact(source ?? Buffer.alloc(0), kept, new Date(internalDate ?? 0)));
  }
  return found.sort();
}

/** Logged in as the person. */
export async function foreignClient(port: number, ca: string, user: string): Promise<ImapFlow> {
  const auth = { user, pass: 'own-secret' };
  const client = new ImapFlow({
    host: 'localhost',
    port,
    secure: true,
    auth,
    tls: { ca },
    logger: false,
  });
  await client.connect();
  return client;
}

/** Fills an account, adds so many letters to one that is filled, or empties it (-1). */
export async function fillForeign(port: number, ca: string, user: string, more = 0): Promise<void> {
  const client = await foreignClient(port, ca, user);
  try {
    if (more < 0) {
      const lock = await client.getMailboxLock('INBOX');
      await client.messageDelete('1:*');
      lock.release();
      return;
    }
    const letters: readonly Letter[] =
      more === 0
        ? first()
        : Array.from({ length: more }, (_, index) => [
            'INBOX',
            letter(`more${index}`, 'new'),
            [],
            '2025-01-01T00:00:00Z',
          ]);
    for (const folder of new Set(letters.map(([name]) => name)))
      if (folder !== 'INBOX' && more === 0) await client.mailboxCreate(folder);
    for (const [folder, text, flags, date] of letters)
      await client.append(folder, text, flags, new Date(date));
  } finally {
    await client.logout();
  }
}
