/** Who may hand a letter to the clerk, over real TLS, and what is said to whom. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createTransport } from 'nodemailer';
import type { Handed } from '../../clerk/intake/intake.ts';
import { type Receiver, serveIntake } from '../../clerk/intake/receiver.ts';
import { makeAuthority, makeLeaf } from '../../cli/bootstrap/openssl.ts';
import { clerkDomain } from '../../operator/core/requests/service-address.ts';
import { Unavailable } from '../../operator/errors.ts';

jest.setTimeout(60_000);

const postfix = 'postfix.soc-trang-smtp.svc.cluster.local';
const clerk = 'clerk.soc-trang-mail.svc.cluster.local';
const folder = mkdtempSync(join(tmpdir(), 'hopthu-intake-'));
type Leaf = { readonly certificate: string; readonly key: string };
let ca: string;
let leaves: Record<'postfix' | 'webmail' | 'stranger', Leaf>;
let receiver: Receiver;
let handed: Handed[];
let trouble: Error | undefined;
const failures: unknown[] = [];

beforeAll(async () => {
  const [authority, other] = await Promise.all([
    makeAuthority('CA of the test', 2),
    makeAuthority('another', 2),
  ]);
  ca = authority.certificate;
  const own = await makeLeaf(authority, 'clerk', [clerk], 2);
  leaves = {
    postfix: await makeLeaf(authority, 'postfix', [postfix], 2),
    webmail: await makeLeaf(authority, 'webmail', ['webmail.soc-trang-mail.svc.cluster.local'], 2),
    stranger: await makeLeaf(other, 'postfix', [postfix], 2),
  };
  const files = { 'tls.crt': own.certificate, 'tls.key': own.key, 'ca.crt': ca };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  receiver = await serveIntake({
    port: 0,
    tls: folder,
    caller: postfix,
    largest: 100_000,
    services: ['admin', 'cntt'],
    take: async (one) => {
      if (trouble !== undefined) throw trouble;
      handed.push(one);
    },
    failure: (error) => failures.push(error),
    disturbed: () => undefined,
  });
});
beforeEach(() => {
  handed = [];
  trouble = undefined;
});
afterAll(async () => {
  await new Promise<void>((resolve) => (receiver === undefined ? resolve() : receiver.server.close(resolve)));
  rmSync(folder, { recursive: true });
});

type Letter = { readonly leaf?: Leaf | undefined; readonly to?: readonly string[]; readonly raw?: string };

async function hand({
  leaf = leaves.postfix,
  to = [`admin@${clerkDomain}`],
  raw = 'Subject: x\r\n\r\nx\r\n',
}: Letter) {
  const { port } = receiver.server.server.address() as AddressInfo;
  const transport = createTransport({
    host: '127.0.0.1',
    port,
    secure: true,
    tls: { ca, servername: clerk, ...(leaf === undefined ? {} : { cert: leaf.certificate, key: leaf.key }) },
  });
  try {
    return await transport.sendMail({ envelope: { from: 'soyt@soctrang.gov.vn', to: [...to] }, raw });
  } finally {
    transport.close();
  }
}

describe('the intake', () => {
  it('takes a letter of Postfix with its envelope, byte by byte', async () => {
    const raw = 'Subject: x\r\n\r\n.\r\n..x\r\nĐề nghị\r\n';
    await hand({ raw, to: [`admin@${clerkDomain}`, `CNTT@${clerkDomain}`] });
    expect(handed).toEqual([
      { sender: 'soyt@soctrang.gov.vn', services: ['admin', 'cntt'], raw: Buffer.from(raw) },
    ]);
  });

  it('is told by Postfix whose login it was, and makes nothing of that alone (R26)', async () => {
    const login = `NTBinh=soctrang.gov.vn@${clerkDomain}`;
    await hand({ to: [login, `admin@${clerkDomain}`] });
    await hand({ to: [login] });
    expect(handed).toMatchObject([{ services: ['admin'], login: 'ntbinh@soctrang.gov.vn' }]);
    expect(handed).toHaveLength(1);
  });

  it.each(['webmail', 'stranger'] as const)('is not there for the certificate of %s', async (name) => {
    await expect(hand({ leaf: leaves[name] })).rejects.toThrow();
    expect(handed).toEqual([]);
  });

  it('is not there without a certificate', async () => {
    await expect(hand({ leaf: { certificate: '', key: '' } })).rejects.toThrow();
    expect(handed).toEqual([]);
  });

  it.each(['admin@example.org', `postmaster@${clerkDomain}`, `a=b=c@${clerkDomain}`, 'a=b@example.org'])(
    'takes nothing for %s',
    async (to) => {
      await expect(hand({ to: [to] })).rejects.toMatchObject({ responseCode: 550 });
    },
  );

  it('asks Postfix to come again while something is away, and says what', async () => {
    trouble = new Unavailable('Kubernetes', 'the API server is away\r\n250 taken');
    await expect(hand({})).rejects.toMatchObject({
      responseCode: 451,
      message: expect.stringMatching(/451 the API server is away 250 taken$/),
    });
    expect(failures).toContain(trouble);
  });

  it('takes no letter that is larger than any may be', async () => {
    await expect(hand({ raw: `Subject: x\r\n\r\n${'x'.repeat(200_000)}\r\n` })).rejects.toThrow(/552|451/);
    expect(handed).toEqual([]);
  });

  it('shows a renewed certificate to whoever comes then', async () => {
    const other = await makeAuthority('a newer CA', 2);
    const own = await makeLeaf(other, 'clerk', [clerk], 2);
    writeFileSync(join(folder, 'tls.crt'), own.certificate);
    writeFileSync(join(folder, 'tls.key'), own.key);
    receiver.renew();
    await expect(hand({})).rejects.toThrow(/certificate/);
    ca = `${ca}${other.certificate}`;
    await hand({});
    expect(handed).toHaveLength(1);
  });
});
