/** Mail copied by the pod's own script from a foreign server: another Dovecot with another store, separator and prefix. */
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { execa } from 'execa';
import { movingConfig } from '../../charts/components/moving.ts';
import { readMoved } from '../../cli/move-in.ts';
import { imageReference } from '../../images/tag.ts';
import { eventually } from '../e2e/support/eventually.ts';
import { buildImages, ROOT } from '../kind/images.ts';
import { ensureTools } from '../kind/prerequisites.ts';
import { runContainer } from '../kind/runtime.ts';
import { fillForeign, foreignClient, foreignConfig, letterFact, lettersIn } from '../support/foreign.ts';
import { socTrang } from '../support/sites.ts';
import { freePort } from './kube-support/ports.ts';

jest.setTimeout(120_000);

const root = mkdtempSync(join(tmpdir(), 'hopthu-moving-'));
const id = randomBytes(4).toString('hex');
const account = '0b2c4c1e-5d3f-4a49-9d5b-1f8f6d7c1a01';
const large = 10 ** 9;
let podman: (args: readonly string[]) => Promise<string>;
let port: number;
let authority: string;

async function makeCertificate(): Promise<string> {
  const [key, crt] = [join(root, 'foreign/tls.key'), join(root, 'foreign/tls.crt')];
  await execa('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
    ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', crt],
  ]);
  chmodSync(key, 0o644);
  return (await execa('cat', [crt])).stdout;
}

beforeAll(async () => {
  chmodSync(root, 0o755);
  for (const folder of ['foreign', 'store', 'config', 'vmail', 'work']) {
    mkdirSync(join(root, folder));
    chmodSync(join(root, folder), 0o777);
  }
  port = await freePort();
  authority = await makeCertificate();
  for (const [name, text] of Object.entries(foreignConfig(port)))
    writeFileSync(join(root, 'foreign', name), text);
  const from = [{ host: 'localhost', port, tls: 'imaps' as const, networks: ['127.0.0.1/32'], authority }];
  const config = movingConfig({ ...socTrang, moving: { ...socTrang.moving, from } });
  for (const [name, text] of Object.entries(config)) writeFileSync(join(root, 'config', name), text);
  const { runtime } = await ensureTools();
  await buildImages(runtime, ['dovecot']);
  podman = (args) => runContainer(runtime, args);
  const start = (name: string, more: readonly string[], command: readonly string[] = []) =>
    podman([
      ...['run', '-d', '--name', `${name}-${id}`, '--network', 'host', ...more],
      ...[imageReference('dovecot', ROOT), ...command],
    ]);
  const volume = (from: string, to: string) => ['-v', `${join(root, from)}:${to}`];
  await start(
    'foreign',
    [
      ...volume('foreign', '/foreign:ro'),
      ...volume('store', '/srv/foreign'),
      ...['--tmpfs', '/run/dovecot:mode=777', '--entrypoint', '/usr/sbin/dovecot'],
    ],
    ['-F', '-c', '/foreign/dovecot.conf'],
  );
  await start(
    'moving',
    [
      ...volume('config', '/etc/hopthu-moving:ro'),
      ...volume('vmail', '/srv/vmail'),
      ...['--read-only', '--tmpfs', '/work:mode=777', '--tmpfs', '/tmp:mode=777'],
      ...['--tmpfs', '/run/dovecot:mode=777', '--entrypoint', 'timeout'],
    ],
    ['8h', '/usr/sbin/dovecot', '-F', '-c', '/etc/hopthu-moving/names.conf'],
  );
  await eventually(30_000, () => execa('bash', ['-c', `</dev/tcp/127.0.0.1/${port}`]));
}, 300_000);
afterAll(async () => {
  for (const name of ['foreign', 'moving'])
    await podman?.(['rm', '--force', '--ignore', '--time', '0', `${name}-${id}`]);
  rmSync(root, { recursive: true, force: true });
}, 60_000);

const inPod = (command: readonly string[], input = '') =>
  execa('podman', ['exec', '-i', '-e', 'USER=test', `moving-${id}`, ...command], {
    input,
    reject: false,
    stripFinalNewline: false,
  });

async function move(user: string, { quota = large, master = 'boss', password = 'master-secret' } = {}) {
  const script = [
    'bash',
    '/etc/hopthu-moving/move-in',
    'localhost',
    user,
    master,
    `${account}-${user}`,
    String(quota),
  ];
  return inPod(script, `${password}\n`);
}

async function lettersThere(user: string, folder: string): Promise<readonly string[]> {
  const client = await foreignClient(port, authority, user);
  try {
    return await lettersIn(client, folder);
  } finally {
    await client.logout();
  }
}

/** The same of a folder here, as it lies on the disk; there lines end with LF alone. */
function lettersHere(user: string, folder: string): readonly string[] {
  const maildir = join(root, 'vmail', `${account}-${user}`, 'Maildir', folder);
  if (!existsSync(maildir)) return [];
  const keywords = new Map(
    readText(join(maildir, 'dovecot-keywords'))
      .split('\n')
      .map((line) => line.split(' '))
      .map(([index, name = '']) => [String.fromCharCode(97 + Number(index)), name]),
  );
  const system: Record<string, string> = { D: '\\Draft', F: '\\Flagged', R: '\\Answered', S: '\\Seen' };
  const files = ['cur', 'new'].flatMap((name) =>
    readdirSync(join(maildir, name)).map((file) => join(maildir, name, file)),
  );
  return files
    .map((file) => {
      const flags = [...(file.split(':2,')[1] ?? '')].map(
        (flag) => system[flag] ?? keywords.get(flag) ?? flag,
      );
      const text = readFileSync(file, 'latin1').replace(/\r?\n/g, '\r\n');
      return letterFact(Buffer.from(text, 'latin1'), flags, statSync(file).mtime);
    })
    .sort();
}

function readText(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
}

/** Folder here on the disk, and there. */
const pairs: readonly (readonly [ours: string, theirs: string])[] = [
  ['.', 'INBOX'],
  ['.Sent', 'INBOX.Đã gửi'],
  ['.Trash', 'INBOX.Thùng rác'],
  ['.C&APQ-ng v&AQM-n.2024.Qu&AP0- 1', 'INBOX.Công văn.2024.Quý 1'],
];

async function expectSame(user: string): Promise<void> {
  for (const [ours, theirs] of pairs) {
    const there = await lettersThere(user, theirs);
    expect(there.length).toBeGreaterThan(0);
    expect(lettersHere(user, ours)).toEqual(there);
  }
}

describe('a mailbox', () => {
  let user: string;
  let count = 0;
  beforeEach(async () => {
    count += 1;
    user = `person${count}`;
    await fillForeign(port, authority, user);
  });

  it('comes byte for byte, with flags, dates and folders, those for sent mail and the like under our names', async () => {
    const moved = await move(user);
    expect(moved).toMatchObject({ exitCode: 0, stderr: '' });
    const { there, here, copied, renamed } = readMoved(moved.stdout);
    expect([here, copied]).toEqual([there, there]);
    expect(renamed.toSorted()).toEqual(['Sent ← Đã gửi', 'Trash ← Thùng rác']);
    await expectSame(user);
  });

  it('comes once: a second run copies nothing, a third what is new, beside what has arrived here', async () => {
    const first = readMoved((await move(user)).stdout);
    expect(readMoved((await move(user)).stdout)).toMatchObject({ copied: 0, here: first.there });
    await fillForeign(port, authority, user, 3);
    const own = 'From: a@example.org\r\nMessage-ID: <here@example.org>\r\n\r\nhere\r\n';
    const save = [
      '-c',
      '/etc/hopthu-moving/localhost.conf',
      '-o',
      'imapc_password=x',
      '-o',
      `mail_home=/srv/vmail/${account}-${user}`,
    ];
    expect(await inPod(['doveadm', ...save, 'save', '--no-userdb-lookup'], own)).toMatchObject({
      exitCode: 0,
    });
    const third = readMoved((await move(user)).stdout);
    expect(third).toMatchObject({ copied: 3, here: first.there + 4 });
    expect(readMoved((await move(user)).stdout)).toMatchObject({ copied: 0, here: first.there + 4 });
  });

  it('is gone on with after a death in the middle, and nothing is there twice', async () => {
    const arriving = `/srv/vmail/${account}-${user}/Maildir/tmp`;
    const kill = `until ls ${arriving} 2>/dev/null | grep -q .; do :; done; kill -9 $(pidof doveadm)`;
    const [running] = await Promise.all([move(user), inPod(['sh', '-c', kill])]);
    expect(running.exitCode).not.toBe(0);
    const again = readMoved((await move(user)).stdout);
    expect(again.here).toBe(again.there);
    await expectSame(user);
  });

  it('that is larger than the quota is refused with both sizes, and nothing is copied', async () => {
    const refused = await move(user, { quota: 1000 });
    expect(refused).toMatchObject({ exitCode: 3, stdout: '' });
    expect(refused.stderr).toMatch(/has \d+ bytes, the quota here is 1000: raise spec.quota/);
    expect(lettersHere(user, '.')).toEqual([]);
  });

  it('comes with the own password, too, and a wrong one is told and written nowhere', async () => {
    const wrong = await move(user, { master: '-', password: 'not-the-secret' });
    expect(wrong.exitCode).not.toBe(0);
    expect(wrong.stderr).toContain('Authentication failed');
    expect(wrong.stderr).not.toContain('not-the-secret');
    expect((await inPod(['ls', '/work'])).stdout.trim().split('\n')).not.toContain('password');
    expect((await move(user, { master: '-', password: 'own-secret' })).exitCode).toBe(0);
  });

  it('that was emptied there is not emptied here', async () => {
    const { there } = readMoved((await move(user)).stdout);
    await fillForeign(port, authority, user, -1);
    const refused = await move(user);
    expect(refused).toMatchObject({ exitCode: 3, stderr: expect.stringContaining(`had ${there} letters`) });
    expect(lettersHere(user, '.')).not.toEqual([]);
  });
});
