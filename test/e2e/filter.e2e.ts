/** Viruses and spam (R34): what comes in, what goes out, and what happens while the filter is away. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { kubectl } from '../kind/install.ts';
import { socTrang as site } from '../support/sites.ts';
import { hostPort, testCluster } from './support/cluster.ts';
import { eventually } from './support/eventually.ts';
import { LineClient } from './support/line-client.ts';
import { authorityOf, deliver, type Person } from './support/person.ts';
import { replyTo } from './support/reply.ts';
import { people } from './support/resources.ts';

/** Test patterns, in pieces so that no scanner takes this file for what they stand for. */
const eicar = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR', 'STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('-');
const ube = 'JS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X';
const [refusedSpam, junk] = [`X${ube}`, `Y${ube}`];

const stranger = 'nguoi-la@example.org';
let official: Person;
let colleague: Person;

const inMail = (...args: readonly string[]) => kubectl(testCluster(), ['-n', site.namespaces.mail, ...args]);
const inFilter = (container: string, ...command: readonly string[]) =>
  inMail('exec', 'rspamd-0', '-c', container, '--', ...command);

/** How many messages people have taught it. */
async function lessons(): Promise<number> {
  const stat = await inFilter('rspamd', 'rspamc', 'stat');
  return Number(/Messages learned: (\d+)/.exec(stat)?.[1]);
}

/** Makes the script the one that Dovecot runs for the person's mail. */
async function activate(person: Person, script: string): Promise<void> {
  const peer = { port: hostPort(site, 'sieve'), servername: site.hosts.mail, ca: await authorityOf(site) };
  const sieve = await LineClient.plain(peer);
  await sieve.expect(/\nOK /);
  await sieve.say('STARTTLS', /^OK/);
  await sieve.startTls();
  await sieve.expect(/\nOK /);
  const login = Buffer.from(`\0${person.address}\0${person.password}`).toString('base64');
  await sieve.say(`AUTHENTICATE "PLAIN" "${login}"`, /^OK/);
  await sieve.say(`PUTSCRIPT "journey" {${Buffer.byteLength(script)}+}\r\n${script}`, /^OK/);
  await sieve.say('SETACTIVE "journey"', /^OK/);
  sieve.end();
}

beforeAll(async () => {
  const both = await people(site, { 'filter-official': 'Mai Văn Lọc', 'filter-colleague': 'Mai Thị Sạch' });
  official = both['filter-official'] as Person;
  colleague = both['filter-colleague'] as Person;
});

describe.each([
  [
    'a stranger',
    (mail: { subject: string; text?: string; attachment?: Buffer }) =>
      deliver(site, { from: stranger, to: official.address, ...mail }),
  ],
  [
    'an official',
    (mail: { subject: string; text?: string; attachment?: Buffer }) =>
      colleague.send({ to: official.address, ...mail }),
  ],
])('from %s', (_, send) => {
  it('a virus is refused while the sender is there, in the text or attached', async () => {
    const infected = { code: 554, reply: expect.stringMatching(/virus.*Eicar/i) };
    expect(await replyTo(send({ subject: 'Vi-rút', text: eicar }))).toEqual(infected);
    const attached = { subject: 'Vi-rút đính kèm', attachment: Buffer.from(eicar) };
    expect(await replyTo(send(attached))).toEqual(infected);
  });

  it('spam is refused with a reason', async () => {
    expect(await replyTo(send({ subject: 'Rác', text: refusedSpam }))).toEqual({
      code: 554,
      reply: expect.stringMatching(/gtube/i),
    });
  });
});

it('likely spam goes to Junk', async () => {
  await deliver(site, { from: stranger, to: official.address, subject: 'Nghi rác', text: junk });
  expect(await official.receive('Nghi rác', 'Junk')).toMatch(/^X-Spam: Yes/m);
});

it('who moves mail into Junk or back teaches the filter', async () => {
  const subject = `Quảng cáo ${Date.now()}`;
  const words = Array.from({ length: 40 }, (_, index) => `khuyến-mãi-${index}`).join(' ');
  await deliver(site, { from: stranger, to: official.address, subject, text: `${subject} ${words}` });
  await official.receive(subject);
  const before = await lessons();
  const move = (from: string, to: string) =>
    official.imap(async (client) => {
      await client.mailboxOpen(from);
      const messages = await client.fetchAll('1:*', { envelope: true, uid: true });
      const uid = messages.find(({ envelope }) => envelope?.subject === subject)?.uid;
      await client.messageMove(String(uid), to, { uid: true });
    });
  await move('INBOX', 'Junk');
  await eventually(20_000, async () => expect(await lessons()).toBe(before + 1));
  await move('Junk', 'INBOX');
  await eventually(20_000, async () => expect(await lessons()).toBe(before + 2));
});

it.each([
  ['[MẬT] Phương án', undefined],
  ['Phuong an', 'UBND TINH SOC TRANG      TOI MAT'],
  ['Do mat: Tuyet mat', undefined],
])('a mail marked secret is refused with the reason: %s, %s (R32)', async (subject, text) => {
  const refused = { code: 554, reply: expect.stringMatching(/mang dau.*marked secret/) };
  const mail = { subject, ...(text === undefined ? {} : { text }) };
  expect(await replyTo(colleague.send({ to: official.address, ...mail }))).toEqual(refused);
  expect(await replyTo(deliver(site, { from: stranger, to: official.address, ...mail }))).toEqual(refused);
});

it('bí mật, bảo mật and mật ong are ordinary words (R32)', async () => {
  const subject = 'Bảo mật, bí mật và mật ong';
  await colleague.send({ to: official.address, subject, text: subject });
  await official.receive(subject);
});

it('nobody writes as another in the header that people read (R28)', async () => {
  const to = official.address;
  const spoofed = { to, subject: 'Mạo danh', from: official.address };
  expect(await replyTo(colleague.send({ ...spoofed, sender: colleague.address }))).toMatchObject({
    code: 554,
  });
  expect(await replyTo(deliver(site, { ...spoofed, sender: stranger }))).toMatchObject({ code: 554 });
});

it('nothing is forwarded by itself; a person writes to foreign providers, and is answered for who is away (R33)', async () => {
  await activate(official, 'redirect "ban-be@example.org";');
  await deliver(site, { from: stranger, to: official.address, subject: 'Chuyển tiếp' });
  await official.receive('Chuyển tiếp');
  const queue = await kubectl(testCluster(), [
    ...['-n', site.namespaces.smtp, 'exec', 'postfix-0', '-c', 'postfix', '--', 'postqueue', '-j'],
  ]);
  expect(queue).not.toContain('ban-be@example.org');
  expect(await replyTo(official.send({ to: 'ban-be@example.org', subject: 'Thư riêng' }))).toMatchObject({
    code: 250,
  });
  await activate(official, 'require "vacation"; vacation :subject "Đi vắng" "Tôi đi công tác.";');
  await colleague.send({ to: official.address, subject: 'Hỏi' });
  expect(await colleague.receive('Đi vắng')).toContain(`From: <${official.address}>`);
  await activate(official, 'keep;');
});

it('a sender that forges the verdict is not believed', async () => {
  await deliver(site, {
    from: stranger,
    to: official.address,
    subject: 'Tự nhận là rác',
    headers: { 'X-Spam': 'Yes' },
  });
  await official.receive('Tự nhận là rác');
});

it('what became of messages is counted', async () => {
  const script = "fetch('http://127.0.0.1:8080/metrics').then((answer) => answer.text()).then(console.log)";
  const metrics = await inFilter('metrics', 'node', '-e', script);
  for (const rule of ['CLAMAV_VIRUS', 'SECRET', 'SENDER_SPOOFED'])
    expect(metrics).toMatch(new RegExp(`^hopthu_filter_rule_hits_total\\{rule="${rule}",.*\\} [1-9]`, 'm'));
  expect(metrics).toMatch(/^hopthu_filter_messages_total\{action="reject",.*\} [1-9]/m);
  expect(metrics).toMatch(/^hopthu_filter_up\{part="clamav",.*\} 1$/m);
});

describe('while a part of the filter is away, mail waits and nothing is lost:', () => {
  const letter = (subject: string) =>
    replyTo(deliver(site, { from: stranger, to: official.address, subject, text: 'Kính gửi' }));

  it('clamd', async () => {
    // Again and again: the cluster starts it anew at once, at first.
    await eventually(60_000, async () => {
      await inFilter('clamav', 'sh', '-c', 'kill 1').catch(() => undefined);
      expect(await letter('Khi clamd vắng')).toMatchObject({ code: 451 });
    });
    await eventually(120_000, async () =>
      expect(await letter('Khi clamd trở lại')).toMatchObject({ code: 250 }),
    );
    await official.receive('Khi clamd trở lại');
  });

  it('rspamd', async () => {
    await inMail('scale', 'statefulset/rspamd', '--replicas=0');
    await inMail('wait', '--for=delete', 'pod/rspamd-0', '--timeout=90s');
    try {
      // 454 where the sender has asked for TLS first.
      expect([451, 454]).toContain((await letter('Khi rspamd vắng')).code);
    } finally {
      await inMail('scale', 'statefulset/rspamd', '--replicas=1');
      await inMail('rollout', 'status', 'statefulset/rspamd', '--timeout=120s');
    }
    await eventually(60_000, async () =>
      expect(await letter('Khi rspamd trở lại')).toMatchObject({ code: 250 }),
    );
    await official.receive('Khi rspamd trở lại');
  });
});
