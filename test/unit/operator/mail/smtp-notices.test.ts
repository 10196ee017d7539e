import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { noticeTemplates } from '../../../../charts/notice-templates.ts';
import { type KeyPair, makeAuthority, makeLeaf } from '../../../../cli/bootstrap/openssl.ts';
import { noticeTexts } from '../../../../operator/core/notices/texts.ts';
import { Blocked, Unavailable } from '../../../../operator/errors.ts';
import { SmtpNotices, type SmtpOptions } from '../../../../operator/mail/smtp-notices.ts';
import type { Notice } from '../../../../operator/ports.ts';

const files = noticeTemplates({ notices: {} });
const notice: Notice = {
  kind: 'reclaim',
  id: 'reclaim-30.1.u1',
  to: ['ntbinh@soctrang.gov.vn', 'sotttt@soctrang.gov.vn'],
  fields: {
    name: 'Nguyễn Thanh Bình',
    organization: 'Sở Thông tin và Truyền thông',
    address: 'ntbinh@soctrang.gov.vn',
    lastAccess: '01/01/2026',
    date: '04/07/2026',
    days: '30',
    afterDays: '184',
    regulation: 'Quyết định 17/2014/QĐ-UBND',
    site: 'Tỉnh Sóc Trăng',
    webmail: 'mail.soctrang.gov.vn',
    centre: 'admin@soctrang.gov.vn',
  },
};

let authority: KeyPair;
let leaf: KeyPair;
let client: KeyPair;
const servers: Server[] = [];
const sockets = new Set<TLSSocket>();
let said: string[];
let shown: string[];

beforeAll(async () => {
  authority = await makeAuthority('test', 2);
  leaf = await makeLeaf(authority, 'postfix', ['localhost'], 1);
  client = await makeLeaf(authority, 'operator', ['operator.test'], 1);
});
beforeEach(() => {
  said = [];
  shown = [];
});
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

/** A mail server that asks for a certificate; `replies` are for commands that do not get the usual one. */
async function listening(replies: Readonly<Record<string, string>> = {}, options: Partial<SmtpOptions> = {}) {
  const server = createServer(
    { cert: leaf.certificate, key: leaf.key, ca: authority.certificate, requestCert: true },
    (socket) => {
      shown.push(socket.getPeerCertificate().subject?.CN?.toString() ?? '');
      sockets.add(socket);
      converse(socket, replies);
    },
  ).listen(0, '127.0.0.1');
  servers.push(server);
  server.on('tlsClientError', () => undefined);
  await once(server, 'listening');
  return new SmtpNotices({
    host: 'localhost',
    port: (server.address() as AddressInfo).port,
    ca: async () => authority.certificate,
    certificate: async () => client.certificate,
    key: async () => client.key,
    from: { name: 'Hộp thư Tỉnh Sóc Trăng', address: 'admin@soctrang.gov.vn' },
    texts: noticeTexts(files),
    deadline: 1_000,
    ...options,
  });
}

function converse(socket: TLSSocket, replies: Readonly<Record<string, string>>): void {
  let inMessage = false;
  socket.on('error', () => undefined);
  socket.write('220 test\r\n');
  createInterface({ input: socket }).on('line', (line) => {
    said.push(line);
    if (inMessage && line !== '.') return;
    inMessage = line === 'DATA';
    const known = Object.entries(replies).find(([command]) => line.startsWith(command));
    const usual = line === 'DATA' ? '354 go on' : '250 ok';
    if (known?.[1] !== 'nothing') socket.write(`${known?.[1] ?? usual}\r\n`);
  });
}

/** The message as it arrived. */
function message(): string {
  return said.slice(said.indexOf('DATA') + 1, said.indexOf('.')).join('\r\n');
}

/** The text of a message, decoded. */
function textOf(raw: string): string {
  const [head = '', ...rest] = raw.split('\r\n\r\n');
  const body = rest.join('\r\n\r\n');
  if (/base64/.test(head)) return Buffer.from(body, 'base64').toString('utf8');
  const bytes = body
    .replaceAll('=\r\n', '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number(`0x${hex}`)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

describe('a notice', () => {
  it('goes to all its recipients in Vietnamese, under the certificate of the operator, and asks for no answer', async () => {
    await (await listening()).send(notice);
    expect(shown).toEqual(['operator']);
    expect(said).toContain('MAIL FROM:<admin@soctrang.gov.vn>');
    expect(said.filter((line) => line.startsWith('RCPT'))).toEqual(notice.to.map((to) => `RCPT TO:<${to}>`));
    expect(message()).toContain('Message-ID: <reclaim-30.1.u1@soctrang.gov.vn>');
    expect(message()).toContain('Auto-Submitted: auto-generated');
    const text = textOf(message());
    expect(text).toContain('Kính gửi: Nguyễn Thanh Bình, Sở Thông tin và Truyền thông');
    expect(text).toContain('ngày 04/07/2026');
    expect(text).not.toContain('{{');
  });

  it('names rights in the words of the site', async () => {
    const fields = { ...notice.fields, delegate: 'Lê Văn Tám', delegateAddress: 'lvtam@soctrang.gov.vn' };
    await (await listening()).send({
      ...notice,
      kind: 'delegation-granted',
      fields,
      rights: ['Read', 'SendAs'],
    });
    expect(textOf(message())).toContain('đọc thư, gửi thư bằng địa chỉ của đơn vị.');
  });

  it('is taken when one of its recipients is', async () => {
    await (await listening({ 'RCPT TO:<ntbinh': '552 5.2.2 full' })).send(notice);
    expect(message()).not.toBe('');
  });

  it.each<[string, Readonly<Record<string, string>>, typeof Blocked | typeof Unavailable]>([
    ['refused for good when nobody takes it', { RCPT: '550 5.1.1 unknown' }, Blocked],
    ['refused for good when its sender is', { MAIL: '554 5.7.1 not you' }, Blocked],
    ['tried again when nobody takes it now', { RCPT: '451 4.3.0 later' }, Unavailable],
    ['tried again when the server says nothing', { DATA: 'nothing' }, Unavailable],
    ['tried again when the message is not taken now', { '.': '451 4.3.0 later' }, Unavailable],
  ])('is %s', async (_, replies, kind) => {
    await expect((await listening(replies)).send(notice)).rejects.toThrow(kind);
  });

  it('is not sent without the lease', async () => {
    const lost = new Unavailable('Lease', 'lost');
    const beforeWrite = () => {
      throw lost;
    };
    await expect((await listening({}, { beforeWrite })).send(notice)).rejects.toBe(lost);
    expect(said).toEqual([]);
  });

  it('is told to nobody whose certificate the CA did not sign', async () => {
    const another = await makeAuthority('another', 2);
    const notices = await listening({}, { ca: async () => another.certificate });
    await expect(notices.send(notice)).rejects.toThrow(Unavailable);
    expect(said).toEqual([]);
  });
});
