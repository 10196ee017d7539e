/** A site that had another domain: real Postfix maps and a real Dovecot against a real slapd find people by both. */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { dovecotConfig } from '../../charts/components/dovecot-config.ts';
import { postfixConfig } from '../../charts/components/postfix.ts';
import { imageReference } from '../../images/tag.ts';
import type { Site } from '../../operator/core/site.ts';
import { hashPassword } from '../../operator/credentials/ssha512.ts';
import { Connection } from '../../operator/ldap/connection.ts';
import { LdaptsDirectory } from '../../operator/ldap/ldapts-directory.ts';
import { buildImages, ROOT } from '../kind/images.ts';
import { ensureTools } from '../kind/prerequisites.ts';
import { runContainer } from '../kind/runtime.ts';
import { mailbox, mailboxDn } from './support/mailbox.ts';
import { connectTo, Slapd, site, suffix } from './support/slapd.ts';

jest.setTimeout(60_000);

const merged: Site = {
  ...site,
  domain: 'cantho.gov.vn',
  domainAliases: ['soctrang.gov.vn'],
  directory: { ...site.directory, domain: 'soctrang.gov.vn' },
};
const password = 'Kx7m-Qp4r-Wt9h-Zc3e';
const folder = mkdtempSync(join(tmpdir(), 'hopthu-domains-'));
const id = randomBytes(4).toString('hex');
let slapd: Slapd | undefined;
let podman: (args: readonly string[]) => Promise<string>;

/** Two people who have moved and one whom nobody has approved yet, as the directory holds them. */
const people: Readonly<Record<string, Record<string, string[]>>> = {
  moved: { mail: ['moved@cantho.gov.vn'], hopThuAddress: ['moved@cantho.gov.vn', 'alias@cantho.gov.vn'] },
  waiting: { mail: ['waiting@soctrang.gov.vn'], hopThuAddress: ['waiting@soctrang.gov.vn'] },
  closed: {
    mail: ['closed@cantho.gov.vn'],
    hopThuAddress: ['closed@cantho.gov.vn'],
    hopThuStatus: ['Closed'],
  },
};

beforeAll(async () => {
  slapd = await Slapd.start({ site: merged });
  await slapd.kill();
  for (const account of ['postfix', 'dovecot']) await slapd.setPassword(account, account);
  await slapd.resume();
  const directory = new LdaptsDirectory(new Connection(connectTo(slapd)), suffix);
  for (const [uid, attributes] of Object.entries(people))
    await directory.add(
      mailboxDn(uid),
      mailbox(uid, { userPassword: [hashPassword(password)], ...attributes }),
    );
  await directory.close();
  const { runtime } = await ensureTools();
  await buildImages(runtime, ['postfix', 'dovecot']);
  podman = (args) => runContainer(runtime, args);
  await writeFiles(slapd);
  await startDaemons();
}, 300_000);
afterAll(async () => {
  for (const name of ['postfix', 'dovecot'])
    await podman?.(['rm', '--force', '--ignore', '--time', '0', `${name}-${id}`]);
  await slapd?.stop();
  rmSync(folder, { recursive: true });
}, 60_000);

async function writeFiles(running: Slapd): Promise<void> {
  const ca = await running.ca();
  const identity = await running.identity();
  const directory = { host: '127.0.0.1', port: running.port };
  const write = (path: string, text: string) => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  for (const [name, text] of Object.entries(postfixConfig(merged, { directory, readers: directory })))
    write(
      `maps/${name}`,
      name.endsWith('.cf') && text.includes('bind_dn') ? `${text}\nbind_pw = postfix\n` : text,
    );
  write('maps/ca.crt', ca);
  write('tls/ca.crt', ca);
  write('tls/tls.crt', identity.cert);
  write('tls/tls.key', identity.key);
  write('secrets/ldap/password', 'dovecot');
  write('secrets/sessions/key', 'key');
  write('dovecot.conf', `${dovecotConfig(merged, directory)['dovecot.conf']}${silent}`);
  chmodSync(folder, 0o755);
}

/** Nobody comes from outside: no port of the machine is taken. */
const silent = `
protocols =
service auth {
  inet_listener postfix {
    port = 0
  }
}
service quota-status {
  inet_listener policy {
    port = 0
  }
}
service doveadm {
  inet_listener http {
    port = 0
  }
}
service stats {
  inet_listener http {
    port = 0
  }
}
service ready {
  inet_listener ready {
    port = 0
  }
}
`;

async function startDaemons(): Promise<void> {
  const start = (part: 'postfix' | 'dovecot', options: readonly string[], command: readonly string[]) => {
    const name = ['--name', `${part}-${id}`, '--network', 'host'];
    return podman(['run', '-d', ...name, ...options, imageReference(part, ROOT), ...command]);
  };
  const volume = (from: string, to: string) => ['-v', `${join(folder, from)}:${to}:ro`];
  await start(
    'postfix',
    [
      ...volume('maps', '/run/maps'),
      ...volume('maps/main.cf', '/etc/postfix/main.cf'),
      '--entrypoint',
      'sleep',
    ],
    ['infinity'],
  );
  await start(
    'dovecot',
    [
      ...volume('dovecot.conf', '/etc/dovecot/dovecot.conf'),
      ...volume('tls', '/run/tls'),
      ...volume('secrets', '/run/secrets'),
      ...['--tmpfs', '/run/dovecot:mode=777', '--tmpfs', '/srv/vmail:mode=777'],
    ],
    [],
  );
}

const exec = (part: string, command: readonly string[]) =>
  podman(['exec', `${part}-${id}`, ...command]).then(
    (out) => out.trim(),
    (error: Error) => `refused: ${error.message}`,
  );
const lookUp = (map: string, key: string) =>
  exec('postfix', ['postmap', '-q', key, `ldap:/run/maps/${map}.cf`]);

describe('Postfix', () => {
  it.each([
    ['alias', 'moved@cantho.gov.vn', 'moved@cantho.gov.vn'],
    ['alias', 'moved@soctrang.gov.vn', 'moved@cantho.gov.vn'],
    ['alias', 'alias@soctrang.gov.vn', 'moved@cantho.gov.vn'],
    ['alias', 'waiting@soctrang.gov.vn', 'waiting@soctrang.gov.vn'],
    ['alias', 'waiting@cantho.gov.vn', 'waiting@soctrang.gov.vn'],
    ['mailbox', 'moved@soctrang.gov.vn', 'moved@cantho.gov.vn'],
    // Whichever of them Dovecot says that she has logged in as: it may remember the former one for some seconds.
    ['sender', 'moved@soctrang.gov.vn', 'moved@cantho.gov.vn, moved@soctrang.gov.vn'],
    ['sender', 'alias@cantho.gov.vn', 'moved@cantho.gov.vn, moved@soctrang.gov.vn'],
    ['sender', 'waiting@cantho.gov.vn', 'waiting@cantho.gov.vn, waiting@soctrang.gov.vn'],
    ['status', 'closed@soctrang.gov.vn', 'Closed'],
    ['status', 'waiting@cantho.gov.vn', 'Active'],
    ['revoked', 'closed@soctrang.gov.vn', expect.stringMatching(/^550 5\.7\.1/)],
  ])('%s: %s → %s', async (map, key, result) => {
    expect(await lookUp(map, key)).toEqual(result);
  });

  it.each(['moved@example.org', 'moved@danang.gov.vn', 'nobody@soctrang.gov.vn', 'moved'])(
    'knows no %s',
    async (key) => {
      expect(await lookUp('alias', key)).toMatch(/^refused/);
    },
  );

  it('takes mail for both domains, and from outside for neither as its own', async () => {
    expect(await exec('postfix', ['postconf', '-h', 'virtual_mailbox_domains'])).toBe(
      'cantho.gov.vn, soctrang.gov.vn',
    );
    const outside = await exec('postfix', ['postconf', '-h', 'smtpd_sender_restrictions']);
    const table = /inline:\{.*\}/s.exec(outside)?.[0].replaceAll('\n', ' ') ?? '';
    for (const domain of ['cantho.gov.vn', 'soctrang.gov.vn'])
      expect(await exec('postfix', ['postmap', '-q', domain, table])).toContain(`Nguoi gui thuoc ${domain}`);
    expect(await exec('postfix', ['postmap', '-q', 'example.org', table])).toMatch(/^refused/);
  });
});

describe('Dovecot', () => {
  const logIn = (name: string) => exec('dovecot', ['doveadm', 'auth', 'test', name, password]);
  const find = (name: string) => exec('dovecot', ['doveadm', 'user', '-f', 'home', name]);

  it.each([
    ['moved@cantho.gov.vn', 'moved@cantho.gov.vn'],
    ['moved@soctrang.gov.vn', 'moved@cantho.gov.vn'],
    ['Moved@SocTrang.gov.vn', 'moved@cantho.gov.vn'],
    ['waiting@cantho.gov.vn', 'waiting@soctrang.gov.vn'],
    ['waiting@soctrang.gov.vn', 'waiting@soctrang.gov.vn'],
  ])('lets %s in as %s', async (name, user) => {
    expect(await logIn(name)).toMatch(new RegExp(`auth succeeded[\\s\\S]*user=${user}`));
  });

  it.each([
    'moved@example.org',
    'moved@danang.gov.vn',
    'moved@xsoctrang.gov.vn',
    'closed@soctrang.gov.vn',
    'm*d@soctrang.gov.vn',
  ])('keeps %s out', async (name) => {
    expect(await logIn(name)).toMatch(/^refused[\s\S]*auth failed/);
  });

  it('finds the mailbox of every address in both domains', async () => {
    for (const name of ['alias@soctrang.gov.vn', 'alias@cantho.gov.vn', 'moved@soctrang.gov.vn'])
      expect(await find(name)).toBe('/srv/vmail/moved');
    expect(await find('moved@example.org')).toMatch(/^refused/);
  });
});
