/** One behaviour of the mail store, in memory and by the script beside Dovecot, which works on folders of this machine. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type KeyPair, makeAuthority, makeLeaf } from '../../cli/bootstrap/openssl.ts';
import { MemoryMailStore } from '../../operator/dovecot/memory-mail-store.ts';
import { StoreClient } from '../../operator/dovecot/store-client.ts';
import { Unavailable } from '../../operator/errors.ts';
import type { MailStore } from '../../operator/ports.ts';

const script = join(import.meta.dirname, '../../charts/config/dovecot/store');
const account = '0b2c4c1e-5d3f-4a49-9d5b-1f8f6d7c1a01';
const letters = ['Công văn số 17\n', 'Giấy mời họp\n'];

type Accounts = Omit<MailStore, 'usage'>;
type World = {
  readonly store: Accounts;
  /** What lies in the mailbox; undefined without one. */
  readonly mail: () => readonly string[] | undefined;
  readonly put: (messages: readonly string[]) => void;
  readonly breakArchive: () => void;
  readonly end: () => void;
};

let authority: KeyPair;
let leaf: KeyPair;

beforeAll(async () => {
  authority = await makeAuthority('test', 2);
  leaf = await makeLeaf(authority, 'operator', ['localhost'], 1);
});

function memory(): World {
  const store = new MemoryMailStore();
  return {
    store,
    mail: () => store.mail.get(account),
    put: (messages) => store.mail.set(account, messages),
    breakArchive: () => store.archives.set(account, ['another']),
    end: () => undefined,
  };
}

/** A server that hands each connection to the script, as stunnel does, to who shows a certificate of the CA. */
async function serve(root: string): Promise<Server> {
  const options = {
    cert: leaf.certificate,
    key: leaf.key,
    ca: authority.certificate,
    requestCert: true,
    rejectUnauthorized: true,
  };
  const server = createServer(options, (socket) => {
    const child = spawn('/bin/bash', [script, join(root, 'vmail'), join(root, 'archive')], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    socket.on('error', () => undefined);
    child.stdin.on('error', () => undefined);
    socket.pipe(child.stdin);
    child.stdout.pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function client(server: Server, more: object = {}): StoreClient {
  return new StoreClient({
    host: 'localhost',
    port: (server.address() as AddressInfo).port,
    ca: async () => authority.certificate,
    certificate: async () => leaf.certificate,
    key: async () => leaf.key,
    now: () => '2026-11-21T00:00:00Z',
    deadline: 20_000,
    ...more,
  });
}

let root = '';
let server: Server | undefined;

async function folders(): Promise<World> {
  root = mkdtempSync(join(tmpdir(), 'hopthu-store-'));
  for (const name of ['vmail', 'archive']) mkdirSync(join(root, name));
  server = await serve(root);
  const cur = join(root, 'vmail', account, 'Maildir', 'cur');
  return {
    store: client(server),
    mail: () =>
      existsSync(cur)
        ? readdirSync(cur)
            .sort()
            .map((name) => readFileSync(join(cur, name), 'utf8'))
        : undefined,
    put: (messages) => {
      for (const name of ['cur', 'new', 'tmp'])
        mkdirSync(join(root, 'vmail', account, 'Maildir', name), { recursive: true });
      for (const [index, message] of messages.entries())
        writeFileSync(join(cur, `${index}.M1P1.host:2,S`), message);
      // Of Dovecot's own, written at any time and worth nothing to an archive.
      writeFileSync(join(root, 'vmail', account, 'Maildir', 'dovecot.index.log'), `${Math.random()}`);
    },
    breakArchive: () => writeFileSync(join(root, 'archive', `${account}.tar`), 'another'),
    end: () => {
      server?.close();
      rmSync(root, { recursive: true });
    },
  };
}

describe.each([
  ['in memory', async () => memory()],
  ['beside Dovecot', folders],
])('a mail store %s', (_, make) => {
  let world: World;
  beforeEach(async () => {
    world = await make();
  });
  afterEach(() => world.end());

  it('archives without taking away, as often as it is asked', async () => {
    world.put(letters);
    const receipt = await world.store.archive(account);
    expect(receipt).toEqual({
      at: '2026-11-21T00:00:00Z',
      messages: 2,
      bytes: Buffer.byteLength(letters.join('')),
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(world.mail()).toEqual(letters);
    expect(await world.store.archive(account)).toEqual(receipt);
  });

  it('removes what is archived, once or twice, and knows the archive afterwards', async () => {
    world.put(letters);
    const receipt = await world.store.archive(account);
    await world.store.remove(account, receipt);
    await world.store.remove(account, receipt);
    expect(world.mail()).toBeUndefined();
    expect(await world.store.archive(account)).toEqual(receipt);
  });

  it('removes nothing that came after the archive, and archives it then', async () => {
    world.put(letters);
    const receipt = await world.store.archive(account);
    world.put([...letters, 'Thư đến muộn\n']);
    await expect(world.store.remove(account, receipt)).rejects.toMatchObject({ reason: 'ArchiveDiffers' });
    expect(world.mail()).toHaveLength(3);
    expect((await world.store.archive(account)).messages).toBe(3);
  });

  it('removes and restores nothing by an archive that is broken', async () => {
    world.put(letters);
    const receipt = await world.store.archive(account);
    world.breakArchive();
    await expect(world.store.remove(account, receipt)).rejects.toMatchObject({ reason: 'ArchiveDiffers' });
    expect(world.mail()).toEqual(letters);
    const anew = await world.store.archive(account);
    await world.store.remove(account, anew);
    world.breakArchive();
    await expect(world.store.remove(account, anew)).rejects.toMatchObject({ reason: 'ArchiveBroken' });
    await expect(world.store.restore(account, receipt)).rejects.toMatchObject({ reason: 'ArchiveBroken' });
  });

  it('restores what was removed, once or twice', async () => {
    world.put(letters);
    const receipt = await world.store.archive(account);
    await world.store.remove(account, receipt);
    await world.store.restore(account, receipt);
    await world.store.restore(account, receipt);
    expect(world.mail()).toEqual(letters);
    expect(await world.store.archive(account)).toEqual(receipt);
  });

  it('restores over nobody else’s mail', async () => {
    world.put(letters);
    const receipt = await world.store.archive(account);
    await world.store.remove(account, receipt);
    world.put(['Thư khác\n']);
    await expect(world.store.restore(account, receipt)).rejects.toMatchObject({ reason: 'MailInTheWay' });
    expect(world.mail()).toEqual(['Thư khác\n']);
  });

  it('archives an account that never had mail, and restores it', async () => {
    const receipt = await world.store.archive(account);
    expect(receipt).toMatchObject({ messages: 0, bytes: 0 });
    await world.store.remove(account, receipt);
    await world.store.restore(account, receipt);
  });

  it('discards mail, once or twice, and not its archive', async () => {
    world.put(letters);
    const receipt = await world.store.archive(account);
    await world.store.discard(account);
    await world.store.discard(account);
    expect(world.mail()).toBeUndefined();
    await world.store.restore(account, receipt);
    expect(world.mail()).toEqual(letters);
  });
});

describe('the store beside Dovecot', () => {
  let world: World;
  beforeEach(async () => {
    world = await folders();
    world.put(letters);
  });
  afterEach(() => world.end());

  it('finishes a removal that died between renaming and removing, and loses nothing of one that died before', async () => {
    const receipt = await world.store.archive(account);
    const removing = join(root, 'vmail', `.removing-${account}`);
    mkdirSync(join(removing, 'Maildir', 'cur'), { recursive: true });
    writeFileSync(join(removing, 'Maildir', 'cur', 'only-there'), 'Không có trong lưu trữ\n');
    await expect(world.store.remove(account, receipt)).rejects.toMatchObject({ reason: 'ArchiveDiffers' });
    expect(existsSync(removing)).toBe(true);
    expect(world.mail()).toEqual(letters);
    rmSync(removing, { recursive: true });
    await world.store.remove(account, receipt);
    expect(readdirSync(join(root, 'vmail'))).toEqual([]);
  });

  it('takes nothing of a person for an index or a lock, whatever the folder is called', async () => {
    const folders = ['.khoa.lock', '.dovecot.index.cache', '.tmp', '.fts-flatcurve'];
    for (const folder of folders) {
      mkdirSync(join(root, 'vmail', account, 'Maildir', folder, 'cur'), { recursive: true });
      writeFileSync(join(root, 'vmail', account, 'Maildir', folder, 'cur', '1.M1P1.host:2,'), 'Thư\n');
    }
    const receipt = await world.store.archive(account);
    expect(receipt.messages).toBe(letters.length + folders.length);
    await world.store.remove(account, receipt);
    await world.store.restore(account, receipt);
    for (const folder of folders)
      expect(readdirSync(join(root, 'vmail', account, 'Maildir', folder, 'cur'))).toHaveLength(1);
  });

  it('overwrites no archive that holds something else', async () => {
    await world.store.archive(account);
    world.put([...letters, 'Thư mới\n']);
    await world.store.archive(account);
    expect(readdirSync(join(root, 'archive'))).toEqual([
      expect.stringMatching(/^[0-9a-f-]{36}\.\d{8}T\d{6}Z\.tar$/),
      `${account}.tar`,
    ]);
  });

  it('takes a mailbox of many messages', async () => {
    world.put(Array.from({ length: 3_000 }, (_, index) => `Thư ${index}\n`));
    const receipt = await world.store.archive(account);
    expect(receipt.messages).toBe(3_000);
    await world.store.remove(account, receipt);
    await world.store.restore(account, receipt);
    expect(world.mail()).toHaveLength(3_000);
  }, 60_000);

  it('takes no half an archive or restore for a whole one', async () => {
    const receipt = await world.store.archive(account);
    await world.store.remove(account, receipt);
    mkdirSync(join(root, 'vmail', `.restoring-${account}`, 'Maildir'), { recursive: true });
    writeFileSync(join(root, 'archive', `.partial-${account}.tar`), 'half');
    await world.store.restore(account, receipt);
    expect(world.mail()).toEqual(letters);
    expect((await world.store.archive(account)).messages).toBe(2);
    expect(readdirSync(join(root, 'archive'))).toEqual([`${account}.tar`]);
  });

  it.each(['../etc', '-rf', '', '.'])('takes %j for no account', async (name) => {
    await expect(world.store.discard(name)).rejects.toThrow(/is no account|no request/);
    expect(world.mail()).toEqual(letters);
  });

  it('is told nothing without the lease', async () => {
    const lost = new Unavailable('Lease', 'lost');
    const beforeWrite = () => {
      throw lost;
    };
    await expect(client(server as Server, { beforeWrite }).discard(account)).rejects.toBe(lost);
    expect(world.mail()).toEqual(letters);
  });

  it('listens to nobody without a certificate of its CA', async () => {
    const other = await makeAuthority('another', 2);
    const stranger = await makeLeaf(other, 'operator', ['localhost'], 1);
    const as = { certificate: async () => stranger.certificate, key: async () => stranger.key };
    await expect(client(server as Server, as).discard(account)).rejects.toThrow(Unavailable);
    expect(world.mail()).toEqual(letters);
  });
});
