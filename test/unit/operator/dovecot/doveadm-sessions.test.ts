import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type KeyPair, makeAuthority, makeLeaf } from '../../../../cli/bootstrap/openssl.ts';
import { Doveadm } from '../../../../operator/dovecot/doveadm.ts';
import { DoveadmSessions } from '../../../../operator/dovecot/doveadm-sessions.ts';
import { DoveadmUsage } from '../../../../operator/dovecot/doveadm-usage.ts';
import { Unavailable } from '../../../../operator/errors.ts';

type Request = { readonly authorization: string | undefined; readonly commands: unknown };

let authority: KeyPair;
let leaf: KeyPair;
let server: Server | undefined;
const asked: Request[] = [];

beforeAll(async () => {
  authority = await makeAuthority('test', 2);
  leaf = await makeLeaf(authority, 'dovecot', ['localhost'], 1);
});
afterEach(async () => {
  asked.length = 0;
  server?.closeAllConnections();
  server?.close();
});

/** A server that answers as Dovecot 2.4.1 was seen to; without an answer it says nothing. */
async function answering(answer: string | undefined, status = 200, beforeWrite?: () => void) {
  server = createServer({ cert: leaf.certificate, key: leaf.key }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const commands: unknown = JSON.parse(Buffer.concat(chunks).toString());
      asked.push({ authorization: request.headers.authorization, commands });
      if (answer !== undefined) response.writeHead(status).end(answer);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const doveadm = new Doveadm({
    host: 'localhost',
    port: (server.address() as AddressInfo).port,
    ca: async () => authority.certificate,
    key: async () => 'a key',
    deadline: 1_000,
  });
  return Object.assign(new DoveadmSessions(doveadm, beforeWrite), {
    usage: new DoveadmUsage(doveadm),
  });
}

const who = JSON.stringify([
  [
    'doveadmResponse',
    [
      { username: 'a@x.vn', connections: '1', service: 'imap', pids: '(44)', ips: '(10.89.0.1)' },
      { username: 'b@x.vn', connections: '1', service: 'indexer-worker', pids: '(52)', ips: '()' },
      { username: 'a@x.vn', connections: '1', service: 'pop3', pids: '(46)', ips: '(10.89.0.1)' },
      { username: 'd@x.vn', connections: '1', service: 'managesieve', pids: '(48)', ips: '(10.89.0.1)' },
      { username: 'c@x.vn', connections: '1', service: 'lmtp', pids: '(47)', ips: '(10.89.0.1)' },
    ],
    'who',
  ],
]);

describe('used bytes over doveadm', () => {
  it('are read in bytes; whose could not be read is missing, not 0', async () => {
    const of = (value: string, tag: string) => [
      'doveadmResponse',
      [
        { root: 'Dung luong hop thu', type: 'STORAGE', value, limit: '10240', percent: '4' },
        { root: 'Dung luong hop thu', type: 'MESSAGE', value: '25', limit: '-', percent: '0' },
      ],
      tag,
    ];
    const refused = ['error', { type: 'exitCode', exitCode: 67 }, '1'];
    const { usage } = await answering(
      JSON.stringify([of('509', '0'), refused, of('0', '2'), ['doveadmResponse', [], '3']]),
    );
    const used = await usage.usage(['a@x.vn', 'nobody@x.vn', 'b@x.vn', 'c@x.vn']);
    expect([...used]).toEqual([
      ['a@x.vn', 509 * 1024],
      ['b@x.vn', 0],
    ]);
    expect(asked[0]?.commands).toContainEqual(['quotaGet', { user: 'nobody@x.vn' }, '1']);
  });

  it('are unavailable when Dovecot does not answer', async () => {
    const { usage } = await answering(undefined);
    await expect(usage.usage(['a@x.vn'])).rejects.toThrow(Unavailable);
  });
});

describe('sessions over doveadm', () => {
  it('are of people, each named once; the key is shown', async () => {
    const sessions = await answering(who);
    expect(await sessions.open()).toEqual(['a@x.vn', 'd@x.vn']);
    expect(asked).toEqual([
      {
        authorization: `X-Dovecot-API ${Buffer.from('a key').toString('base64')}`,
        commands: [['who', {}, '0']],
      },
    ]);
  });

  it('of one person are those of the own names, with what they come by and from where', async () => {
    const of = (username: string, ips: string) => ({
      username,
      connections: '2',
      service: 'imap',
      pids: '(1)',
      ips,
    });
    const lists = [[of('a@x.vn', '(10.89.0.1 2001:db8::7 10.89.0.1)'), of('aa@x.vn', '(192.0.2.1)')], []];
    const sessions = await answering(
      JSON.stringify(lists.map((list, tag) => ['doveadmResponse', list, `${tag}`])),
    );
    expect(await sessions.of(['a@x.vn', 'old@x.vn'])).toEqual([
      { service: 'imap', connections: 2, addresses: ['10.89.0.1', '2001:db8::7'] },
    ]);
    expect(asked[0]?.commands).toEqual([
      ['who', { mask: ['a@x.vn'] }, '0'],
      ['who', { mask: ['old@x.vn'] }, '1'],
    ]);
  });

  it('end by name, all in one request', async () => {
    const ended = ['0', '1'].map((tag) => ['doveadmResponse', [{ count: '1' }], tag]);
    const sessions = await answering(JSON.stringify(ended));
    await sessions.end(['a@x.vn', 'b@x.vn']);
    expect(asked[0]?.commands).toEqual([
      ['kick', { mask: ['a@x.vn'] }, '0'],
      ['kick', { mask: ['b@x.vn'] }, '1'],
    ]);
  });

  it('are not asked for when nobody is to be ended', async () => {
    await (await answering('[]')).end([]);
    expect(asked).toEqual([]);
  });

  it('are not ended without the lease', async () => {
    const lost = new Unavailable('Lease', 'lost');
    const sessions = await answering('[]', 200, () => {
      throw lost;
    });
    await expect(sessions.end(['a@x.vn'])).rejects.toBe(lost);
    expect(asked).toEqual([]);
  });

  it.each([
    ['a wrong key', '', 401, /answered with HTTP 401/],
    [
      'a command that is not allowed',
      '[["error",{"type":"unAuthorized","exitCode":0},"who"]]',
      200,
      /unAuthorized/,
    ],
    ['another protocol', 'hello', 200, /no JSON/],
    ['too few answers', '[]', 200, /answered 1 commands with \[\]/],
    ['no answer', undefined, 200, /gave no answer within 1000 ms/],
  ])('are unavailable after %s', async (_, answer, status, message) => {
    const sessions = await answering(answer, status);
    await expect(sessions.open()).rejects.toThrow(Unavailable);
    await expect(sessions.open()).rejects.toThrow(message);
  });

  it('are told to nobody whose certificate the CA did not sign', async () => {
    const sessions = await answering(who);
    authority = await makeAuthority('another', 2);
    await expect(sessions.open()).rejects.toThrow(Unavailable);
    expect(asked).toEqual([]);
  });
});
