/** One behaviour of the mail store, in memory and by the script beside Dovecot. */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { makeAuthority, makeLeaf } from '../../cli/bootstrap/openssl.ts';
import { Unavailable } from '../../operator/errors.ts';
import {
  account,
  type Folders,
  type Identity,
  inMemory,
  makeIdentity,
  onFolders,
  type World,
} from './support/mail-worlds.ts';

const letters = ['Công văn số 17\n', 'Giấy mời họp\n'];
let identity: Identity;

beforeAll(async () => {
  identity = await makeIdentity();
}, 30_000);

describe.each([
  ['in memory', async () => inMemory()],
  ['beside Dovecot', () => onFolders(identity)],
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

describe.each([
  ['in memory', async () => inMemory()],
  ['beside Dovecot', () => onFolders(identity)],
])('a mail store %s', (_, make) => {
  let world: World;
  beforeEach(async () => {
    world = await make();
    world.put(letters);
  });
  afterEach(() => world.end());

  it('purges an archive once its mail was removed, once or twice', async () => {
    const receipt = await world.store.archive(account);
    await expect(world.store.purge(account, receipt)).rejects.toMatchObject({ reason: 'AccountInUse' });
    await world.store.remove(account, receipt);
    await world.store.purge(account, receipt);
    await world.store.purge(account, receipt);
    await expect(world.store.restore(account, receipt)).rejects.toMatchObject({ reason: 'ArchiveBroken' });
  });

  it('purges no other archive than the one that is named', async () => {
    const receipt = await world.store.archive(account);
    await world.store.remove(account, receipt);
    const other = { ...receipt, sha256: '0'.repeat(64) };
    await expect(world.store.purge(account, other)).rejects.toMatchObject({ reason: 'ArchiveDiffers' });
    await world.store.restore(account, receipt);
    expect(world.mail()).toEqual(letters);
  });
});

describe('the store beside Dovecot', () => {
  let world: Folders;
  beforeEach(async () => {
    world = await onFolders(identity);
    world.put(letters);
  });
  afterEach(() => world.end());

  it('finishes a removal that died between renaming and removing, and loses nothing of one that died before', async () => {
    const receipt = await world.store.archive(account);
    const removing = join(world.root, 'vmail', `.removing-${account}`);
    mkdirSync(join(removing, 'Maildir', 'cur'), { recursive: true });
    writeFileSync(join(removing, 'Maildir', 'cur', 'only-there'), 'Không có trong lưu trữ\n');
    await expect(world.store.remove(account, receipt)).rejects.toMatchObject({ reason: 'ArchiveDiffers' });
    expect(existsSync(removing)).toBe(true);
    expect(world.mail()).toEqual(letters);
    rmSync(removing, { recursive: true });
    await world.store.remove(account, receipt);
    expect(readdirSync(join(world.root, 'vmail'))).toEqual([]);
  });

  it('takes nothing of a person for an index or a lock, whatever the folder is called', async () => {
    const folders = ['.khoa.lock', '.dovecot.index.cache', '.tmp', '.fts-flatcurve'];
    for (const folder of folders) {
      mkdirSync(join(world.root, 'vmail', account, 'Maildir', folder, 'cur'), { recursive: true });
      writeFileSync(join(world.root, 'vmail', account, 'Maildir', folder, 'cur', '1.M1P1.host:2,'), 'Thư\n');
    }
    const receipt = await world.store.archive(account);
    expect(receipt.messages).toBe(letters.length + folders.length);
    await world.store.remove(account, receipt);
    await world.store.restore(account, receipt);
    for (const folder of folders)
      expect(readdirSync(join(world.root, 'vmail', account, 'Maildir', folder, 'cur'))).toHaveLength(1);
  });

  it('overwrites no archive that holds something else', async () => {
    await world.store.archive(account);
    world.put([...letters, 'Thư mới\n']);
    await world.store.archive(account);
    expect(readdirSync(join(world.root, 'archive'))).toEqual([
      expect.stringMatching(/^[0-9a-f-]{36}\.\d{8}T\d{6}Z\.tar$/),
      `${account}.tar`,
    ]);
  });

  it('purges older archives of the account with it, and nobody else’s', async () => {
    const others = [`${account}.2.tar`, `${account}0.tar`, `${account}.20260101T000000Z.tar.bak`];
    for (const name of others) writeFileSync(join(world.root, 'archive', name), 'another’s');
    await world.store.archive(account);
    world.put([...letters, 'Thư mới\n']);
    const receipt = await world.store.archive(account);
    await world.store.remove(account, receipt);
    expect(readdirSync(join(world.root, 'archive'))).toHaveLength(others.length + 2);
    await world.store.purge(account, receipt);
    expect(readdirSync(join(world.root, 'archive')).sort()).toEqual(others.sort());
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
    mkdirSync(join(world.root, 'vmail', `.restoring-${account}`, 'Maildir'), { recursive: true });
    writeFileSync(join(world.root, 'archive', `.partial-${account}.tar`), 'half');
    await world.store.restore(account, receipt);
    expect(world.mail()).toEqual(letters);
    expect((await world.store.archive(account)).messages).toBe(2);
    expect(readdirSync(join(world.root, 'archive'))).toEqual([`${account}.tar`]);
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
    await expect(world.client({ beforeWrite }).discard(account)).rejects.toBe(lost);
    expect(world.mail()).toEqual(letters);
  });

  it('listens to nobody without a certificate of its CA', async () => {
    const other = await makeAuthority('another', 2);
    const stranger = await makeLeaf(other, 'operator', ['localhost'], 1);
    const as = { certificate: async () => stranger.certificate, key: async () => stranger.key };
    await expect(world.client(as).discard(account)).rejects.toThrow(Unavailable);
    expect(world.mail()).toEqual(letters);
  });
});
