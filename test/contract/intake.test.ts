/** What real Postfix, rspamd and Dovecot let through to the clerk: what an organization sent with its login, and nothing else (R20). */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createTransport, type SendMailOptions } from 'nodemailer';
import type { NewRequest } from '../../clerk/intake/decide.ts';
import { attribute } from '../../operator/core/layout.ts';
import { hashPassword } from '../../operator/credentials/ssha512.ts';
import { eventually } from '../e2e/support/eventually.ts';
import { ROOT } from '../kind/images.ts';
import { socTrang as site } from '../support/sites.ts';
import { people, peopleRows, sheet, xlsx } from '../unit/clerk/intake/lists.ts';
import { MailPod } from './support/mail-pod.ts';
import { at, ldifOf, mailbox, mailboxDn } from './support/mailbox.ts';

jest.setTimeout(60_000);

const password = 'Kx7m-Qp4r-Wt9h-Zc3e';
const organization = at('soyt');
const other = at('sonv');
const person = at('ntbinh');
const service = at('admin');
const centre = at('trungtam');

const resource = (name: string, type: string, address: string, organizationRef: string) => ({
  kind: 'Mailbox',
  metadata: { name, namespace: 'soc-trang-accounts' },
  spec: { organizationRef: { name: organizationRef }, type },
  status: { address },
});
const mailboxes = [
  resource('so-y-te', 'Organization', organization, 'so-y-te'),
  resource('so-noi-vu', 'Organization', other, 'so-noi-vu'),
  resource('nguyen-thanh-binh', 'Personal', person, 'so-y-te'),
];

let pod: MailPod;
beforeAll(async () => {
  pod = await MailPod.start(site);
  await pod.clerk({ 'mailboxes.json': JSON.stringify(mailboxes) });
  const login = { userPassword: [hashPassword(password)] };
  const own = { ...login, [attribute.type]: ['Organization'] };
  await pod.addEntries(ldifOf('ntbinh', mailbox('ntbinh', login)));
  // Who may send as it besides itself (R26).
  await pod.addEntries(
    ldifOf('soyt', mailbox('soyt', { ...own, [attribute.sendAs]: [mailboxDn('ntbinh')] })),
  );
  await pod.addEntries(ldifOf('sonv', mailbox('sonv', own)));
  const addresses = { [attribute.address]: [centre, service] };
  await pod.addEntries(ldifOf('trungtam', mailbox('trungtam', { ...own, ...addresses })));
}, 600_000);
afterAll(() => pod?.end(), 60_000);

let letters = 0;
async function compose(mail: SendMailOptions = {}): Promise<{ id: string; message: string }> {
  letters += 1;
  const id = `<${letters}@test>`;
  const { message } = await createTransport({
    streamTransport: true,
    buffer: true,
    newline: 'windows',
  }).sendMail({
    from: organization,
    to: service,
    subject: 'De nghi',
    text: 'Kính gửi Trung tâm',
    messageId: id,
    attachments: [{ filename: 'ds.xlsx', content: Buffer.from(xlsx(sheet(people))) }],
    ...mail,
  });
  return { id, message: message.toString() };
}

type Envelope = { readonly login?: string; readonly from?: string; readonly to?: string };

/** Hands a letter in, with a login or as another server. @throws where it is refused */
async function send(message: string, { login, from = login ?? '', to = service }: Envelope): Promise<void> {
  const way =
    login === undefined
      ? ['smtp://127.0.0.1:2525']
      : ['--ssl-reqd', 'smtp://127.0.0.1:5587', '--user', `${login}:${password}`];
  await pod.curl([...way, '--mail-from', from, '--mail-rcpt', to, '--upload-file', '-'], message);
}

async function requests(): Promise<readonly NewRequest[]> {
  const found = await pod.exec('clerk', ['/bin/sh', '-c', 'cat /run/clerk/*.request 2> /dev/null || true']);
  return found
    .split(/(?<=\})(?=\{"name")/)
    .filter((text) => text !== '')
    .map((text) => JSON.parse(text));
}
const requestOf = async (id: string) => (await requests()).find(({ spec }) => spec.messageId === id);
const counted = async (labels: string) =>
  (await pod.scrape('clerk'))
    .split('\n')
    .find((line) => line.startsWith(`hopthu_intake_letters_total{${labels}}`));

/** How many letters the Centre has received with this Message-ID. */
async function centreHas(id: string): Promise<number> {
  const lines = [
    `a LOGIN ${centre} ${password}`,
    'b EXAMINE INBOX',
    `c SEARCH HEADER Message-ID ${id}`,
    'd LOGOUT',
  ];
  const [, numbers = ''] = /^\* SEARCH(.*)$/m.exec(await pod.imap(lines)) ?? [];
  return numbers.trim().split(' ').filter(Boolean).length;
}

/** Whatever came before has been dealt with once a later letter has become a request. */
async function nothingCameOf(ids: readonly string[]): Promise<void> {
  const { id, message } = await compose();
  await send(message, { login: organization });
  await eventually(30_000, async () => expect(await requestOf(id)).toBeDefined());
  for (const one of ids) expect(await requestOf(one)).toBeUndefined();
}

describe('a list that an organization sends with its login', () => {
  it('becomes a request with its rows, and the Centre has the letter', async () => {
    const { id, message } = await compose();
    await send(message, { login: organization });
    await eventually(30_000, async () => {
      expect((await requestOf(id))?.spec).toMatchObject({
        requester: { organizationRef: { name: 'so-y-te' }, address: organization, sentBy: organization },
        service: 'admin',
        rows: peopleRows,
      });
      expect(await centreHas(id)).toBe(1);
    });
    const page = await pod.scrape('postfix');
    expect(page).not.toContain('via="clerk",status="bounced"');
  });

  it('becomes one when a delegate who may send as it sends it, who is named; and when it comes twice', async () => {
    const { id, message } = await compose();
    await send(message, { login: person, from: organization });
    await eventually(30_000, async () => expect(await requestOf(id)).toBeDefined());
    await send(message, { login: organization });
    await eventually(30_000, async () => {
      expect(await centreHas(id)).toBe(2);
      const [made, ...more] = (await requests()).filter(({ spec }) => spec.messageId === id);
      expect(made?.spec.requester).toMatchObject({ address: organization, sentBy: person });
      expect(more).toEqual([]);
      expect(await counted('outcome="request",reason="again"')).toMatch(/ 1$/);
    });
  });
});

describe('what somebody else makes of it', () => {
  it('is refused: as the organization without its login, or with another one', async () => {
    const { message } = await compose();
    const strange = 'ai-do@example.org';
    const tries: readonly Envelope[] = [
      { from: organization },
      { login: other, from: organization },
      { login: other },
      { login: person },
    ];
    for (const envelope of tries) await expect(send(message, envelope)).rejects.toThrow(/exit code/);
    for (const to of ['admin@clerk.invalid', 'ntbinh=soctrang.gov.vn@clerk.invalid'])
      await expect(send(message, { login: organization, to })).rejects.toThrow(/exit code/);
    await expect(send(message, { from: strange, to: 'admin@clerk.invalid' })).rejects.toThrow(/exit code/);
  });

  it('is no request from outside, whatever its headers say; the Centre has it', async () => {
    const from = 'ai-do@example.org';
    const headers = { 'X-Original-From': organization, Sender: organization, 'Return-Path': organization };
    const { id, message } = await compose({ from, headers });
    const forged = `Received: from pc by ${site.hosts.mail} (Authenticated sender: ${organization}) with ESMTPSA id 1\r\n`;
    await send(forged + message, { from });
    // The filter takes whoever comes from 127.0.0.1 for Dovecot, and lets the header pass here.
    const named = await compose();
    await send(named.message, { from });
    await eventually(30_000, async () => expect(await centreHas(named.id)).toBe(1));
    expect(await centreHas(id)).toBe(1);
    await nothingCameOf([id, named.id]);
  });

  it('is its own request with another login, and an answer to a person', async () => {
    const own = await compose({ from: other });
    await send(own.message, { login: other });
    const personal = await compose({ from: person, subject: 'Ca nhan' });
    await send(personal.message, { login: person });
    await eventually(30_000, async () => {
      expect((await requestOf(own.id))?.spec.requester).toMatchObject({ address: other });
      expect(await pod.exec('clerk', ['cat', '/run/clerk/answers'])).toMatch(`${person} Xin gửi yêu cầu`);
    });
    expect(await requestOf(personal.id)).toBeUndefined();
  });

  it('is nothing to the clerk where a program wrote it', async () => {
    const { id, message } = await compose({ headers: { 'Auto-Submitted': 'auto-replied' } });
    await send(message, { login: organization });
    await nothingCameOf([id]);
    expect(await counted('outcome="dropped",reason="automatic"')).toMatch(/ 1$/);
  });
});

it('waits while the API server is away, which holds nobody up, and comes once', async () => {
  await pod.exec('clerk', ['touch', '/run/clerk/away']);
  const { id, message } = await compose();
  await send(message, { login: organization });
  await eventually(30_000, async () => expect(await centreHas(id)).toBe(1));
  await eventually(40_000, async () => {
    const page = await pod.scrape('postfix');
    expect(page).toMatch(/hopthu_queue_oldest_seconds\{to="clerk"\} [1-9]/);
    expect(page).toMatch(/via="clerk",status="deferred",code="4\./);
  });
  expect(await requestOf(id)).toBeUndefined();
  await pod.exec('clerk', ['rm', '/run/clerk/away']);
  await eventually(60_000, async () => {
    await pod.exec('postfix', ['postqueue', '-f']);
    expect(await requestOf(id)).toBeDefined();
  });
  expect(await pod.exec('postfix', ['postqueue', '-j'])).toBe('');
}, 150_000);

describe('what the clerk writes', () => {
  const write = async (more: object = {}, sender = service) => {
    const letter = {
      ...{ id: 'uid.result', to: [organization], subject: 'Kết quả yêu cầu số 2026-0012' },
      ...{ text: 'Kính gửi: Sở Y tế', answers: '<1@test>', ...more },
    };
    const program = join(ROOT, 'test/contract/support/letter-program.ts');
    const said = await pod.exec('clerk', ['/usr/local/bin/node', program, JSON.stringify(letter), sender]);
    return said.trim();
  };

  it('is delivered with its report, as an answer that no machine answers', async () => {
    expect(await write()).toBe('sent');
    const fields = 'BODY[HEADER.FIELDS (FROM AUTO-SUBMITTED IN-REPLY-TO)]';
    await eventually(30_000, async () => {
      const found = await pod.imap([
        `a LOGIN ${organization} ${password}`,
        'b EXAMINE INBOX',
        `c FETCH 1:* (BODYSTRUCTURE ${fields})`,
        'd LOGOUT',
      ]);
      expect(found).toMatch(/"application" "pdf" \("name" "bao-cao\.pdf"\)/);
      expect(found).toMatch(/^Auto-Submitted: auto-replied\r?$/m);
      expect(found).toMatch(/^In-Reply-To: <1@test>\r?$/m);
      expect(found).toMatch(/<admin@soctrang\.gov\.vn>\r?$/m);
    });
  });

  it('has one sender, and goes to people of the site alone', async () => {
    expect(await write({}, person)).toMatch(/^Blocked: .*refused the letter/);
    expect(await write({ to: ['giamdoc@gmail.com'] })).toMatch(/^Blocked: .*refused the letter/);
    expect(await write({ to: [at('khongco')] })).toMatch(/^Blocked: .*refused the letter/);
  });
});
