/** Two officials of a site exchange mail; the limits of its regulation hold. */
import { randomBytes } from 'node:crypto';
import { beforeAll, expect, it } from '@jest/globals';
import type { Site } from '../../../operator/core/site.ts';
import { hostPort } from './cluster.ts';
import { LineClient } from './line-client.ts';
import { authorityOf, deliver, Person } from './person.ts';
import { replyTo } from './reply.ts';
import { apply, fresh, people, personSpec, ready } from './resources.ts';

/** What every site's mail does; quota and attachments differ, and are the journeys' own. */
export function mailJourney(site: Site, quota: number): void {
  let sender: Person;
  let reader: Person;

  beforeAll(async () => {
    const both = await people(site, { 'mail-sender': 'Phan Văn Gửi', 'mail-reader': 'Phan Thị Nhận' });
    sender = both['mail-sender'] as Person;
    reader = both['mail-reader'] as Person;
  });

  it('a mail goes by submission with STARTTLS to the inbox, its subject and text intact', async () => {
    await sender.send({ to: reader.address, subject: 'Công văn số 17', text: 'Kính gửi: Sở Nội vụ' });
    const source = await reader.receive('Công văn số 17');
    expect(source).toMatch(new RegExp(`^From: ${sender.address}`, 'm'));
    expect(source).toContain('Content-Type: text/plain');
  });

  it('GETQUOTA equals R30', async () => {
    expect((await reader.quota()).limit).toBe(quota);
  });

  it('nobody sends as somebody else', async () => {
    const { code, reply } = await replyTo(
      sender.send({ to: reader.address, from: reader.address, subject: 'Giả mạo' }),
    );
    expect(code).toBe(553);
    expect(reply).toContain('not owned by user');
  });

  it('nobody logs in with a first password that was not changed (R25)', async () => {
    const name = fresh('mail-newcomer');
    await apply(site, 'Mailbox', name, personSpec('Phan Mới'));
    await ready(site, `mailbox/${name}`);
    const newcomer = await Person.newcomer(site, name);
    await expect(newcomer.imap(async () => 'in')).rejects.toMatchObject({ authenticationFailed: true });
    expect(await replyTo(newcomer.send({ to: reader.address, subject: 'Mới' }))).toMatchObject({ code: 535 });
    await newcomer.changePassword('Mat-khau-2026');
    expect(await newcomer.imap(async () => 'in')).toBe('in');
  });

  it('mail for nobody is refused', async () => {
    const unknown = { to: `khong-co@${site.domain}`, subject: 'x' };
    expect(await replyTo(sender.send(unknown))).toMatchObject({ code: 550 });
  });

  it('a stranger delivers to officials, relays to nobody, and is not believed to be an official', async () => {
    const stranger = { from: 'ai-do@example.org', subject: 'Từ ngoài' };
    await deliver(site, { ...stranger, to: reader.address });
    await reader.receive('Từ ngoài');
    expect(await replyTo(deliver(site, { ...stranger, to: 'ai-do@example.com' }))).toMatchObject({
      code: 554,
    });
    const spoof = { ...stranger, from: sender.address, to: reader.address };
    expect(await replyTo(deliver(site, spoof))).toMatchObject({ code: 553 });
  });

  it('POP3 over TLS, submission over TLS and ManageSieve let an official in', async () => {
    const servername = site.hosts.mail;
    const ca = await authorityOf(site);
    const pop3 = await LineClient.overTls({ port: hostPort(site, 'pop3s'), servername, ca });
    await pop3.expect(/^\+OK .*\r\n/);
    await pop3.say(`USER ${reader.address}`, /^\+OK/);
    await pop3.say(`PASS ${reader.password}`, /^\+OK/);
    await pop3.say('STAT', /^\+OK [1-9]\d* [1-9]\d*\r\n/);
    pop3.end();

    const sieve = await LineClient.plain({ port: hostPort(site, 'sieve'), servername, ca });
    await sieve.expect(/"STARTTLS"[\s\S]*\nOK /);
    await sieve.say('STARTTLS', /^OK/);
    await sieve.startTls();
    await sieve.expect(/\nOK /);
    const login = Buffer.from(`\0${reader.address}\0${reader.password}`).toString('base64');
    await sieve.say(`AUTHENTICATE "PLAIN" "${login}"`, /^OK/);
    sieve.end();

    await sender.send({ to: reader.address, subject: 'Cổng 465' }, 'submissions');
    await reader.receive('Cổng 465');
  });

  it('a full mailbox is refused at SMTP time', async () => {
    const name = fresh('mail-full');
    const { [name]: full } = await people(site, { [name]: 'Phan Văn Đầy' }, { quota: '64Ki' });
    const fill = { to: full?.address ?? '', subject: 'Đầy', attachment: randomBytes(80 * 1024) };
    await sender.send(fill);
    await full?.receive('Đầy');
    const { code, reply } = await replyTo(sender.send({ ...fill, subject: 'Tràn' }));
    expect({ code, reply }).toEqual({ code: 552, reply: expect.stringContaining('5.2.2') });
  });
}

/** Who sends letters of the largest size, and who has room for the first of them. */
export async function largeLetters(
  site: Site,
): Promise<{ readonly sender: Person; readonly reader: Person }> {
  const name = fresh('big-reader');
  const both = await people(site, { 'big-sender': 'Lâm Văn Lớn', [name]: 'Lâm Thị Rộng' });
  return { sender: both['big-sender'] as Person, reader: both[name] as Person };
}
