/** What else a mail program speaks: POP3, and filters and replies by ManageSieve (R2). */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { socTrang as site } from '../support/sites.ts';
import { hostPort } from './support/cluster.ts';
import { LineClient } from './support/line-client.ts';
import { authorityOf, type Person } from './support/person.ts';
import { fresh, people } from './support/resources.ts';

let sender: Person;
let owner: Person;
let other: Person;

beforeAll(async () => {
  const name = fresh('protocols-owner');
  const all = await people(site, {
    'protocols-sender': 'Triệu Văn Gửi',
    'protocols-other': 'Triệu Thị Khác',
    [name]: 'Triệu Văn Nhận',
  });
  sender = all['protocols-sender'] as Person;
  other = all['protocols-other'] as Person;
  owner = all[name] as Person;
});

const peer = async (service: 'pop3s' | 'sieve') => ({
  port: hostPort(site, service),
  servername: site.hosts.mail,
  ca: await authorityOf(site),
});

/** The subjects in a folder, as IMAP shows them. */
function subjects(person: Person, folder = 'INBOX'): Promise<readonly string[]> {
  return person.imap(async (client) => {
    await client.mailboxOpen(folder);
    const exists = client.mailbox !== false && client.mailbox.exists > 0;
    const messages = exists ? await client.fetchAll('1:*', { envelope: true }) : [];
    return messages.map(({ envelope }) => envelope?.subject ?? '');
  });
}

it('POP3 lists, reads and deletes; what it has read has the same name at every session', async () => {
  for (const subject of ['Thư thứ nhất', 'Thư thứ hai']) {
    await sender.send({ to: owner.address, subject, text: 'Kính gửi: Sở Nội vụ' });
    await owner.receive(subject);
  }
  const session = async <T>(use: (client: LineClient) => Promise<T>): Promise<T> => {
    const client = await LineClient.overTls(await peer('pop3s'));
    try {
      await client.expect(/^\+OK .*\r\n/);
      await client.say(`USER ${owner.address}`, /^\+OK/);
      await client.say(`PASS ${owner.password}`, /^\+OK Logged in/);
      const result = await use(client);
      await client.say('QUIT', /^\+OK/);
      return result;
    } finally {
      client.end();
    }
  };
  const names = await session(async (client) => {
    expect(await client.say('STAT', /^\+OK \d+ \d+\r\n/)).toMatch(/^\+OK 2 /);
    const letter = await client.say('RETR 1', /\r\n\.\r\n$/);
    expect(letter).toMatch(/^Subject: =\?UTF-8\?/m);
    const list = await client.say('UIDL', /\r\n\.\r\n$/);
    await client.say('DELE 1', /^\+OK/);
    return list.split('\r\n').slice(1, 3);
  });
  expect(await subjects(owner)).toEqual(['Thư thứ hai']);
  const [, second = ''] = names;
  await session(async (client) => {
    expect(await client.say('UIDL 1', /^\+OK .*\r\n/)).toContain(second.split(' ')[1]);
  });
});

describe('by ManageSieve', () => {
  let sieve: LineClient;

  beforeAll(async () => {
    sieve = await LineClient.plain(await peer('sieve'));
    await sieve.expect(/"STARTTLS"[\s\S]*\nOK /);
    await sieve.say('STARTTLS', /^OK/);
    await sieve.startTls();
    await sieve.expect(/\nOK /);
    const login = Buffer.from(`\0${owner.address}\0${owner.password}`).toString('base64');
    await sieve.say(`AUTHENTICATE "PLAIN" "${login}"`, /^OK/);
  });

  async function put(name: string, lines: readonly string[], answer = /^OK/): Promise<void> {
    const script = lines.join('\r\n');
    await sieve.say(`PUTSCRIPT "${name}" {${Buffer.byteLength(script)}+}\r\n${script}`, answer);
  }

  it('a filter files letters, and nothing but Sieve is taken for one', async () => {
    await put('hong', ['day khong phai sieve'], /^NO [\s\S]*\r\n/);
    await put('loc', [
      'require ["fileinto", "mailbox"];',
      'if header :contains "subject" "Công văn" { fileinto :create "Công văn đến"; }',
    ]);
    await sieve.say('SETACTIVE "loc"', /^OK/);
    await sender.send({ to: owner.address, subject: 'Công văn số 18' });
    await sender.send({ to: owner.address, subject: 'Không lọc' });
    await owner.receive('Không lọc');
    expect(await subjects(owner)).not.toContain('Công văn số 18');
    expect(await subjects(owner, 'Công văn đến')).toEqual(['Công văn số 18']);
  });

  it('who is away answers each sender once, in Vietnamese, and no machine', async () => {
    await put('vang', [
      'require ["vacation"];',
      'vacation :days 7 :subject "Vắng mặt đến ngày 30/11" "Tôi đi công tác, sẽ trả lời sau.";',
    ]);
    await sieve.say('SETACTIVE "vang"', /^OK/);
    const machine = (header: string, subject: string) =>
      sender.send({
        to: owner.address,
        subject,
        raw: Buffer.from(
          `From: ${sender.address}\r\nTo: ${owner.address}\r\nSubject: ${subject}\r\n${header}\r\n\r\nx\r\n`,
        ),
      });
    await machine('Auto-Submitted: auto-replied', 'Tra loi tu dong');
    await machine('List-Id: <ban-tin.example.org>', 'Ban tin');
    for (const subject of ['Hỏi lần một', 'Hỏi lần hai']) await sender.send({ to: owner.address, subject });
    await owner.receive('Hỏi lần hai');
    // Whatever was to be answered before has been answered by the time that somebody else has an answer.
    await other.send({ to: owner.address, subject: 'Hỏi' });
    const reply = await other.receive('Vắng mặt đến ngày 30/11');
    expect(reply).toMatch(/^Return-Path: <>\r$/m);
    expect(reply).toMatch(/^Auto-Submitted: auto-replied/m);
    expect(reply).toMatch(new RegExp(`^From: .*<?${owner.address}>?\\r$`, 'm'));
    expect(reply).toContain('Tôi đi công tác, sẽ trả lời sau.');
    await sender.receive('Vắng mặt đến ngày 30/11');
    expect((await subjects(sender)).filter((subject) => subject.startsWith('Vắng mặt'))).toHaveLength(1);
    sieve.end();
  });
});
