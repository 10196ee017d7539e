/** What real rspamd, clamd and Valkey do with a message under a site's configuration. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createTransport } from 'nodemailer';
import { filterConfig } from '../../charts/components/filter.ts';
import type { Site } from '../../operator/core/site.ts';
import { type Marking, ordinary, secret } from '../support/secrecy.ts';
import { daNang, socTrang } from '../support/sites.ts';
import { FilterPod, updateSignatures, type Verdict } from './support/filter-pod.ts';

jest.setTimeout(30_000);

const mebibyte = 2 ** 20;
const perHour = { loginMessages: 3, loginRecipients: 100, addressMessages: 4 };
const site: Site = {
  ...socTrang,
  domainAliases: ['hauthanh.gov.vn'],
  filter: { ...socTrang.filter, limits: { ...socTrang.filter.limits, perHour } },
};
const own = `ntbinh@${site.domain}`;
const ownFormer = `ntbinh@${site.domainAliases[0]}`;
const outside = 'ai-do@example.org';
const eicar = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR', 'STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('-');

let pod: FilterPod;
beforeAll(async () => {
  pod = await FilterPod.start(site);
}, 300_000);
afterAll(() => pod?.end(), 60_000);

type Letter = Marking & { readonly attachment?: Buffer; readonly from?: string };

/** The message as a mail client writes it. */
async function compose({ attachment, from = outside, headers = {}, ...letter }: Letter): Promise<string> {
  const { message } = await createTransport({
    streamTransport: true,
    buffer: true,
    newline: 'windows',
  }).sendMail({
    from,
    to: own,
    subject: 'Thư',
    text: 'Kính gửi: Sở Nội vụ',
    headers: { ...headers },
    ...letter,
    attachments: attachment === undefined ? [] : [{ filename: 'van-ban.bin', content: attachment }],
  });
  return message.toString();
}

/** From one more address each time, so that no limit is reached. */
let address = 0;
async function judge(
  letter: Letter,
  envelope: { from?: string; ip?: string; user?: string } = {},
): Promise<Verdict> {
  address += 1;
  const ip = `198.51.100.${address}`;
  return pod.judge(await compose(letter), { from: letter.from ?? outside, to: own, ip, ...envelope });
}

const passes = (action: string) => action !== 'reject' && action !== 'soft reject';

describe('R32', () => {
  it.each(secret)('%j is refused with the reason', async (marking) => {
    const { action, text } = await judge(marking);
    expect([action, text]).toEqual([
      'reject',
      expect.stringMatching(/^Thu mang dau "(TUYET |TOI )?MAT".*marked secret/),
    ]);
  });

  it('a stamp counts beside bytes that are no text', async () => {
    const [head, body] = [`From: ${outside}\r\nTo: ${own}\r\nSubject: x`, 'x\xe1\r\nMAT\r\n'];
    const messages = [`${head}\xff [MAT]\r\n\r\nx`, `${head}\r\n\r\n${body}`];
    for (const message of messages) {
      const envelope = { from: outside, to: own, ip: '198.51.100.250' };
      expect((await pod.judge(Buffer.from(message, 'latin1'), envelope)).text).toContain('marked secret');
    }
  });

  it.each(ordinary)('%j passes', async (marking) => {
    const { action, text } = await judge(marking);
    expect([passes(action), text]).toEqual([true, '']);
  });
});

describe('R31', () => {
  it('takes a file of exactly 15 MiB, and refuses one byte more with the limit', async () => {
    expect(passes((await judge({ attachment: randomBytes(15 * mebibyte) })).action)).toBe(true);
    expect(await judge({ attachment: randomBytes(15 * mebibyte + 1) })).toMatchObject({
      action: 'reject',
      text: expect.stringContaining('15 MiB'),
    });
  });
});

describe('spam and viruses (R34)', () => {
  it('an ordinary letter in Vietnamese is far from Junk', async () => {
    const { action, symbols } = await judge({
      subject: 'Giấy mời họp',
      text: 'Kính mời ông Nguyễn Văn Đượm đến họp.',
    });
    expect(action).toBe('no action');
    expect(symbols).not.toContain('R_MIXED_CHARSET');
  });

  it.each([[{ text: eicar }], [{ attachment: Buffer.from(eicar) }]])(
    'a virus is refused by name',
    async (letter) => {
      expect(await judge(letter)).toMatchObject({
        action: 'reject',
        text: expect.stringMatching(/virus.*Eicar/),
      });
    },
  );
});

describe('signatures (RFC 6376)', () => {
  const ip = '10.244.0.7';
  const signer = `vanthu@${site.domain}`;
  it.each([
    ['of a login', signer, { ip, user: signer }, true],
    ['of a login in a former domain', ownFormer, { ip, user: signer }, true],
    ['of Dovecot for who is away', own, { ip: '127.0.0.1', from: '' }, true],
    ['of a stranger in a private network', outside, { ip }, false],
    ['of a stranger that names us', own, { ip, from: outside }, false],
  ])('mail %s', async (_, from, envelope, isSigned) => {
    const { symbols } = await judge({ from }, envelope);
    expect(symbols.includes('DKIM_SIGNED')).toBe(isSigned);
  });

  it('and names of the sender are looked at in private networks too', async () => {
    expect((await judge({}, { ip })).symbols).toEqual(
      expect.arrayContaining([expect.stringMatching(/^R_SPF_/)]),
    );
  });
});

describe('who writes (R28)', () => {
  it('is whoever logged in, in the header too', async () => {
    const user = own;
    expect((await judge({ from: own }, { from: own, user })).action).toBe('no action');
    const organization = `sotttt@${site.domain}`;
    expect((await judge({ from: organization }, { from: organization, user })).action).toBe('no action');
    expect((await judge({ from: organization }, { from: own, user })).symbols).toContain('SENDER_SPOOFED');
    expect((await judge({ from: outside }, { from: '', user })).action).toBe('reject');
  });

  it('is nobody of a former domain without a login', async () => {
    expect((await judge({ from: ownFormer }, { from: outside })).symbols).toContain('SENDER_SPOOFED');
  });

  it('is nobody of the domain without a login, but Dovecot for who is away', async () => {
    expect(await judge({ from: own }, { from: outside })).toMatchObject({ action: 'reject' });
    expect((await judge({ from: own }, { from: '', ip: '127.0.0.1' })).action).toBe('no action');
  });
});

describe('limits (R42)', () => {
  const send = (envelope: object) => judge({ from: own }, { from: own, ...envelope });

  it('are counted by login, wherever it comes from', async () => {
    const stolen = { user: `stolen@${site.domain}` };
    for (let count = 0; count < perHour.loginMessages; count += 1)
      expect((await send(stolen)).action).toBe('no action');
    expect(await send(stolen)).toMatchObject({
      action: 'soft reject',
      text: expect.stringContaining('too many messages'),
    });
    expect((await send({ user: `other@${site.domain}` })).action).toBe('no action');
  });

  it('are counted by address for strangers, whomever they write to', async () => {
    const stranger = { ip: '203.0.113.9' };
    for (let count = 0; count < perHour.addressMessages; count += 1)
      expect(passes((await judge({}, stranger)).action)).toBe(true);
    expect(await judge({}, stranger)).toMatchObject({ action: 'soft reject' });
    expect(passes((await judge({})).action)).toBe(true);
  });
});

describe('signatures', () => {
  it('are asked for at the mirror of the site alone, and without them it says so', async () => {
    const asked: string[] = [];
    const mirror = createServer(({ url = '' }, response) => {
      asked.push(url);
      response.writeHead(404).end();
    });
    await once(mirror.listen(0, '127.0.0.1'), 'listening');
    const { port } = mirror.address() as AddressInfo;
    try {
      await expect(updateSignatures(site, `http://127.0.0.1:${port}`)).rejects.toThrow(/Update failed/);
      expect(new Set(asked.map((path) => path.split('.')[0]))).toEqual(new Set(['/daily']));
    } finally {
      mirror.close();
    }
  }, 60_000);
});

describe('what clamd did not call clean', () => {
  it('waits: without clamd', async () => {
    await pod.stop('clamav');
    expect(await judge({})).toMatchObject({ action: 'soft reject', text: expect.stringContaining('virus') });
  });

  it('waits: when clamd answers with an error', async () => {
    // Its limit of Đà Nẵng, mail of Sóc Trăng: "INSTREAM size limit exceeded".
    const smaller = await FilterPod.start(site, { 'clamd.conf': filterConfig(daNang)['clamd.conf'] ?? '' });
    try {
      const message = await compose({ attachment: randomBytes(14 * mebibyte) });
      expect(await smaller.judge(message, { from: outside, to: own })).toMatchObject({
        action: 'soft reject',
      });
    } finally {
      await smaller.end();
    }
  }, 60_000);
});
