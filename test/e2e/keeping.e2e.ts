/** What is in an organization's mailbox stays as it came (R27), and under a legal hold it stays (R37, R38). */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { delegatedFolder } from '../../operator/core/mail-settings.ts';
import { socTrang as site } from '../support/sites.ts';
import { inAccounts } from './support/cluster.ts';
import { eventually } from './support/eventually.ts';
import { withQuickExpiry } from './support/expiry.ts';
import { deliver, hopthu, Person } from './support/person.ts';
import { apply, people, ready } from './support/resources.ts';

const name = 'keeping-office';
const subject = 'Công văn có tệp đính kèm';
// What a relay might put right: folded and 8-bit headers, spaces at line ends, dots, long lines, a preamble, no newline at the end.
const original = Buffer.from(
  [
    'From: =?UTF-8?B?VsSDbiB0aMaw?= <van-thu@example.org>',
    'To: =?UTF-8?Q?S=E1=BB=9F_T=C6=B0_ph=C3=A1p?= <sotp@soctrang.gov.vn>',
    `Subject: =?UTF-8?B?${Buffer.from(subject).toString('base64')}?=`,
    'Date: Wed, 25 Nov 2026 08:00:00 +0700',
    'Message-ID: <cong-van-27@example.org>',
    'X-Folded: one',
    '\ttwo  ',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary="=_x"',
    '',
    'A preamble.  ',
    '--=_x',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    'Kính gửi: Sở Tư pháp ',
    '.',
    '..hai chấm',
    `${'dài '.repeat(200)}`,
    '--=_x',
    'Content-Type: application/pdf; name="cong-van.pdf"',
    'Content-Transfer-Encoding: base64',
    '',
    ...(randomBytes(30_000)
      .toString('base64')
      .match(/.{1,76}/g) ?? []),
    '--=_x--',
    'An epilogue',
    '',
  ].join('\r\n'),
);
let office: Person;
let officer: Person;
let address: string;
const records = mkdtempSync(join(tmpdir(), 'hopthu-record-'));
afterAll(() => rmSync(records, { recursive: true }));

async function applyOffice(more: object): Promise<void> {
  const delegates = [{ mailboxRef: { name: officer.name }, rights: ['Write'] }];
  const spec = { organizationRef: { name: 'keeping' }, type: 'Organization', delegates, ...more };
  await apply(site, 'Mailbox', name, spec);
}

beforeAll(async () => {
  await apply(site, 'Organization', 'keeping', { name: 'Sở Tư pháp' });
  const settled = await people(
    site,
    { 'keeping-officer': 'Vương Văn Thư' },
    { organizationRef: { name: 'keeping' } },
  );
  officer = settled['keeping-officer'] as Person;
  await applyOffice({});
  await ready(site, `mailbox/${name}`);
  office = await Person.settled(site, name);
  address = office.address;
  await deliver(site, { from: 'van-thu@example.org', to: address, subject, raw: original });
  await office.receive(subject);
});

/** Sources of a folder's letters. */
function sources(person: Person, folder: string): Promise<readonly Buffer[]> {
  return person.imap(async (client) => {
    await client.mailboxOpen(folder);
    const exists = client.mailbox !== false && client.mailbox.exists > 0;
    const messages = exists ? await client.fetchAll('1:*', { source: true }) : [];
    return messages.flatMap(({ source }) => source ?? []);
  });
}

/** What was put before the message; throws where the rest is not what was sent. */
function addedTo(source: Buffer | undefined): string {
  const start = (source?.length ?? 0) - original.length;
  expect(source?.subarray(start).equals(original)).toBe(true);
  return source?.subarray(0, start).toString('latin1') ?? '';
}

describe('a letter to an organization', () => {
  it('is kept byte for byte below the headers of its way, for its login and for delegates (R27)', async () => {
    const [own] = await sources(office, 'INBOX');
    expect(addedTo(own)).toMatch(/^(?:[A-Za-z-]+: .*\r\n(?:[ \t].*\r\n)*)+$/);
    const [delegated] = await sources(officer, `${delegatedFolder}/${address}`);
    expect(delegated?.equals(own as Buffer)).toBe(true);
  });
});

describe('under a legal hold (R38)', () => {
  beforeAll(async () => {
    await applyOffice({ hold: { reason: 'Quyết định thanh tra số 12/QĐ-TTr' } });
    await inAccounts(site, ['wait', `mailbox/${name}`, '--for=condition=LegalHold', '--timeout=30s']);
  });

  it.each([
    ['its login', () => office, 'INBOX'],
    ['a delegate', () => officer, `${delegatedFolder}/`],
  ])('%s neither deletes nor moves a letter, and still marks it', async (_who, who, place) => {
    const folder = place === 'INBOX' ? place : `${place}${address}`;
    await who().imap(async (client) => {
      await client.mailboxOpen(folder);
      await client.messageFlagsAdd('1:*', ['\\Seen']);
      await client.messageDelete('1:*').catch(() => undefined);
      expect(await client.messageMove('1:*', 'Trash').catch(() => false)).toBe(false);
    });
    expect(await sources(office, 'INBOX')).toHaveLength(1);
  });

  it('nothing expires, while a letter in anybody else’s trash goes after its days (R37)', async () => {
    const letter = 'Subject: Bỏ đi\r\n\r\nx\r\n';
    for (const person of [office, officer])
      for (const folder of ['Trash', 'Junk']) await person.imap((client) => client.append(folder, letter));
    await withQuickExpiry(site, async () => {
      await eventually(30_000, async () => {
        // A logout is what clears the folders.
        for (const folder of ['Trash', 'Junk']) expect(await sources(officer, folder)).toHaveLength(0);
      });
      for (const folder of ['Trash', 'Junk']) expect(await sources(office, folder)).toHaveLength(1);
    });
  });

  it('is exported with sums that sha256sum confirms, each letter as IMAP gives it', async () => {
    const record = join(records, 'so-tu-phap');
    const said = await hopthu(site, ['export-mail', name, '--output', record]);
    expect(said).toMatch(
      new RegExp(`^3 letters of ${address}, \\d+ bytes, .*\\nSHA-256 of SHA256SUMS: [0-9a-f]{64}$`),
    );
    execFileSync('sha256sum', ['--check', '--strict', '--quiet', 'SHA256SUMS'], { cwd: record });
    const [letter = ''] = readdirSync(join(record, 'INBOX'));
    const [own] = await sources(office, 'INBOX');
    expect(readFileSync(join(record, 'INBOX', letter)).equals(own as Buffer)).toBe(true);
    expect(readFileSync(join(record, 'letters.csv'), 'utf8')).toContain('legal hold,Quyết định thanh tra');
  });

  it('ends with its spec: letters go again', async () => {
    await applyOffice({});
    await eventually(30_000, async () => {
      await office.imap(async (client) => {
        await client.mailboxOpen('INBOX');
        await client.messageDelete('1:*').catch(() => undefined);
      });
      expect(await sources(office, 'INBOX')).toHaveLength(0);
    });
  });
});
