/** Where a mail store is tried: in memory, and the script beside Dovecot on folders of this machine, behind TLS. */
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
import { type KeyPair, makeAuthority, makeLeaf } from '../../../cli/bootstrap/openssl.ts';
import { MemoryMailStore } from '../../../operator/dovecot/memory-mail-store.ts';
import { StoreClient, type StoreOptions } from '../../../operator/dovecot/store-client.ts';
import type { Store } from '../../../operator/ports.ts';

const script = join(import.meta.dirname, '../../../charts/config/dovecot/store');

export const account = '0b2c4c1e-5d3f-4a49-9d5b-1f8f6d7c1a01';

export type World = {
  readonly store: Store;
  /** What lies in the mailbox; undefined without one. */
  readonly mail: () => readonly string[] | undefined;
  readonly put: (messages: readonly string[]) => void;
  readonly breakArchive: () => void;
  readonly end: () => void;
};

/** With `vmail` and `archive` below `root`, and a client of other rights or none. */
export type Folders = World & {
  readonly root: string;
  readonly client: (more: Partial<StoreOptions>) => StoreClient;
};

/** A CA and the certificate that both ends show. */
export type Identity = { readonly authority: KeyPair; readonly leaf: KeyPair };

export async function makeIdentity(): Promise<Identity> {
  const authority = await makeAuthority('test', 2);
  return { authority, leaf: await makeLeaf(authority, 'operator', ['localhost'], 1) };
}

export function inMemory(): World {
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
async function serve(root: string, { authority, leaf }: Identity): Promise<Server> {
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

export async function onFolders(identity: Identity): Promise<Folders> {
  const { authority, leaf } = identity;
  const root = mkdtempSync(join(tmpdir(), 'hopthu-store-'));
  for (const name of ['vmail', 'archive']) mkdirSync(join(root, name));
  const server = await serve(root, identity);
  const client = (more: Partial<StoreOptions>) =>
    new StoreClient({
      host: 'localhost',
      port: (server.address() as AddressInfo).port,
      ca: async () => authority.certificate,
      certificate: async () => leaf.certificate,
      key: async () => leaf.key,
      now: () => '2026-11-21T00:00:00Z',
      deadline: 60_000,
      ...more,
    });
  const maildir = join(root, 'vmail', account, 'Maildir');
  const cur = join(maildir, 'cur');
  const read = (name: string) => readFileSync(join(cur, name), 'utf8');
  return {
    root,
    client,
    store: client({}),
    mail: () => (existsSync(cur) ? readdirSync(cur).sort().map(read) : undefined),
    put: (messages) => {
      for (const name of ['cur', 'new', 'tmp']) mkdirSync(join(maildir, name), { recursive: true });
      for (const [index, message] of messages.entries())
        writeFileSync(join(cur, `${String(index).padStart(4, '0')}.M1P1.host:2,S`), message);
      // Of Dovecot's own, written at any time and worth nothing to an archive.
      writeFileSync(join(maildir, 'dovecot.index.log'), `${Math.random()}`);
    },
    breakArchive: () => writeFileSync(join(root, 'archive', `${account}.tar`), 'another'),
    end: () => {
      server.close();
      rmSync(root, { recursive: true });
    },
  };
}
