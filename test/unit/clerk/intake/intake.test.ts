/** Letters as people, programs and others send them, and what becomes of each. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { createTransport, type SendMailOptions } from 'nodemailer';
import type { NewRequest } from '../../../../clerk/intake/decide.ts';
import { Intake, type IntakeOptions, type Seen } from '../../../../clerk/intake/intake.ts';
import { readFiles } from '../../../../clerk/intake/letter.ts';
import { NotReadable } from '../../../../clerk/intake/reading.ts';
import type { Resource } from '../../../../operator/api/resource.ts';
import { intakeFiles, intakeTexts } from '../../../../operator/core/requests/intake-texts.ts';
import { Blocked, Unavailable } from '../../../../operator/errors.ts';
import { daNang, socTrang } from '../../../support/sites.ts';
import { csv, people, peopleRows, sheet, words, xlsx } from './lists.ts';

const place = new URL('../../../../charts/config/requests/', import.meta.url);
const texts = intakeTexts(
  Object.fromEntries(intakeFiles.map((name) => [name, readFileSync(new URL(name, place), 'utf8')])),
);
const now = new Date('2026-11-26T03:00:00Z');

function mailbox(name: string, type: string, status: object): Resource {
  return {
    kind: 'Mailbox',
    metadata: {
      name,
      namespace: 'soc-trang-accounts',
      uid: name,
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
      finalizers: [],
      annotations: {},
    },
    spec: { organizationRef: { name: 'so-y-te' }, type },
    status,
  };
}

const organization = 'soyt@soctrang.gov.vn';
const person = 'ntbinh@soctrang.gov.vn';
const mailboxes = [
  mailbox('nguyen-thanh-binh', 'Personal', { address: person }),
  mailbox('new', 'Personal', {}),
  mailbox('so-y-te', 'Organization', { address: organization, aliases: ['yte@soctrang.gov.vn'] }),
];

type Sent = {
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly answers?: string;
};

function desk(changes: Partial<IntakeOptions> = {}) {
  const requests = new Map<string, NewRequest>();
  const sent: (Sent & { readonly files: readonly string[] })[] = [];
  const seen: Seen[] = [];
  const intake = new Intake({
    site: socTrang,
    texts,
    mailboxes: async () => mailboxes,
    requests: {
      create: async (request) => {
        const isNew = !requests.has(request.name);
        requests.set(request.name, request);
        return isNew;
      },
    },
    letters: {
      send: async (letter, attachments) => {
        sent.push({ ...letter, files: attachments.map(({ filename }) => filename) });
      },
    },
    files: (raw) => readFiles(raw, words),
    clock: () => now,
    observe: (one) => seen.push(one),
    ...changes,
  });
  return { intake, requests, sent, seen };
}

const xlsxFile = { filename: 'danh sách.xlsx', content: Buffer.from(xlsx(sheet(people))) };
const received =
  'from pc (unknown [198.51.100.7]) by mail.soctrang.gov.vn (Postfix) with ESMTPSA id 4d; Thu, 26 Nov 2026 09:58:00 +0700 (+07)';

/** The letter as our submission has taken it. */
async function compose(mail: SendMailOptions = {}): Promise<Buffer> {
  const { message } = await createTransport({
    streamTransport: true,
    buffer: true,
    newline: 'windows',
  }).sendMail({
    from: `Sở Y tế <${organization}>`,
    to: 'admin@soctrang.gov.vn',
    subject: 'Đề nghị cấp hộp thư',
    text: 'Kính gửi Trung tâm',
    messageId: '<1@soctrang.gov.vn>',
    attachments: [xlsxFile],
    ...mail,
  });
  return Buffer.concat([Buffer.from(`Received: ${received}\r\n`), message as Buffer]);
}

async function take(mail: SendMailOptions = {}, sender = organization, changes: Partial<IntakeOptions> = {}) {
  const all = desk(changes);
  await all.intake.take({ sender, services: ['admin'], raw: await compose(mail) });
  return all;
}

describe('an organization that sends its list', () => {
  it('has made a request: who asks, when, where to, and the rows', async () => {
    const { requests, sent } = await take();
    expect([...requests.values()]).toEqual([
      {
        name: expect.stringMatching(/^mail-[0-9a-f]{20}$/),
        namespace: 'soc-trang-accounts',
        spec: {
          source: 'Mail',
          requester: { organizationRef: { name: 'so-y-te' }, address: organization },
          received: '2026-11-26T02:58:00Z',
          service: 'admin',
          messageId: '<1@soctrang.gov.vn>',
          subject: 'Đề nghị cấp hộp thư',
          attachment: { name: 'danh sách.xlsx', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
          rows: peopleRows,
        },
      },
    ]);
    // What is acknowledged is a number, which the letter does not have yet.
    expect(sent).toEqual([]);
  });

  it('has made one, however often the letter comes, and another one by another list or letter', async () => {
    const { intake, requests, seen } = desk();
    const other = { ...xlsxFile, content: csv(people), filename: 'khac.csv' };
    const letters = [{}, {}, { attachments: [other] }, { messageId: '<2@soctrang.gov.vn>' }];
    for (const mail of letters)
      await intake.take({ sender: organization, services: ['admin'], raw: await compose(mail) });
    expect(requests.size).toBe(3);
    expect(seen.map((one) => one.outcome === 'request' && one.isNew)).toEqual([true, false, true, true]);
  });

  it('may write from a further address, in a former domain or in capitals: its own address asks', async () => {
    const site = { ...socTrang, domainAliases: ['hauthanh.gov.vn'] };
    for (const from of ['yte@soctrang.gov.vn', 'soyt@hauthanh.gov.vn', 'SoYT@SocTrang.gov.vn']) {
      const { requests } = await take({ from }, from, { site });
      expect([...requests.values()][0]?.spec.requester.address).toBe(organization);
    }
  });

  it('is asked for by a login that is noted (R26)', async () => {
    const { intake, requests } = desk();
    await intake.take({ sender: organization, services: ['admin'], login: person, raw: await compose() });
    expect([...requests.values()][0]?.spec.requester.sentBy).toBe(person);
  });

  it('may attach several lists, one of which cannot be read: it is told of that one', async () => {
    const broken = { filename: 'hong.xlsx', content: Buffer.from('PK') };
    const { requests, sent } = await take({
      attachments: [xlsxFile, { ...xlsxFile, filename: 'khac.csv', content: csv(people) }, broken],
    });
    expect(requests.size).toBe(2);
    expect(sent).toHaveLength(1);
    expect(sent[0]?.text).toContain('Tệp hong.xlsx bị hỏng');
  });

  it('may pass on a letter that has the list, or reply to one of ours with it', async () => {
    const inner = await compose({ messageId: '<0@soctrang.gov.vn>' });
    const passedOn = { filename: 'thu.eml', content: inner, contentType: 'message/rfc822' };
    expect((await take({ attachments: [passedOn] })).requests.size).toBe(1);
    expect(
      (await take({ inReplyTo: '<a@soctrang.gov.vn>', references: '<a@soctrang.gov.vn>' })).requests.size,
    ).toBe(1);
  });

  it('may write to both service addresses at once; then neither is the wrong one', async () => {
    const { intake, requests } = desk({ site: { ...daNang, domain: socTrang.domain } });
    await intake.take({ sender: organization, services: ['admin', 'cntt'], raw: await compose() });
    expect([...requests.values()][0]?.spec).not.toHaveProperty('service');
  });

  it('is not given another date by a clock that is wrong', async () => {
    const { requests } = await take({}, organization, { clock: () => new Date('2030-01-01T00:00:00Z') });
    expect([...requests.values()][0]?.spec.received).toBe('2030-01-01T00:00:00Z');
  });
});

describe('what is answered', () => {
  const said = async (mail: SendMailOptions, sender = organization) => {
    const { requests, sent, seen } = await take(mail, sender);
    expect(requests.size).toBe(0);
    expect(seen).toEqual([expect.objectContaining({ outcome: 'answered' })]);
    expect(sent).toHaveLength(1);
    return sent[0] ?? { to: [], subject: '', text: '', files: [] };
  };

  it('is a letter without a list, with the form', async () => {
    const answer = await said({ attachments: [] });
    expect(answer).toMatchObject({
      to: [organization],
      answers: '<1@soctrang.gov.vn>',
      files: ['mau-danh-sach-yeu-cau.xlsx'],
    });
    expect(answer.text).toContain('không kèm danh sách');
    expect(answer.text).not.toContain('{{');
  });

  it.each([
    ['ds.xlsm', 'macro'],
    ['ds.xls', 'không phải là .xlsx'],
    ['ds.csv', 'tiêu đề'],
    ['ds.xlsx', 'hỏng'],
  ])('is a list that cannot be read: %s, "%s"', async (filename, why) => {
    const answer = await said({ attachments: [{ filename, content: 'x' }] });
    expect(answer.text).toContain(filename);
    expect(answer.text).toContain(why);
  });

  it('is a letter with too many lists', async () => {
    const many = Array.from({ length: 7 }, () => ({ filename: 'ds.csv', content: 'x' }));
    expect((await said({ attachments: many })).text).toContain('hơn 5 danh sách');
  });

  it('is a list from the mailbox of a person, the head among them: the organization asks (R20)', async () => {
    const answer = await said({ from: person }, person);
    expect(answer.to).toEqual([person]);
    expect(answer.text).toContain('hộp thư đơn vị');
  });

  it('is a letter that takes too long to read, with what to do', async () => {
    const files = () => Promise.reject(new NotReadable('too long'));
    const { sent } = await take({}, organization, { files });
    expect(sent[0]?.text).toContain('Thư không đọc được');
  });

  it('repeats nothing of a subject that could be a header or a link of its own', async () => {
    const { subject } = await said({ attachments: [], subject: 'a\r\nBcc: x@example.org\u202e' });
    expect(subject).not.toMatch(/[\r\n\u202e]/);
  });

  it('is answered ten times within the hour at most, and the same letter once', async () => {
    const { intake, sent, seen } = desk();
    for (let index = 0; index < 15; index += 1) {
      const raw = await compose({ attachments: [], messageId: `<${index}@soctrang.gov.vn>` });
      await intake.take({ sender: organization, services: ['admin'], raw });
      if (index === 0) await intake.take({ sender: organization, services: ['admin'], raw });
    }
    expect(sent).toHaveLength(10);
    expect(seen.filter((one) => one.outcome === 'dropped' && one.reason === 'rate')).toHaveLength(6);
  });
});

describe('what is dropped, and counted', () => {
  const auto = (headers: Record<string, string>) => ({ headers });
  it.each<[string, SendMailOptions, string]>([
    ['automatic', auto({ 'Auto-Submitted': 'auto-replied' }), organization],
    ['automatic', auto({ 'X-Autoreply': 'yes' }), organization],
    ['bulk', auto({ Precedence: 'bulk' }), organization],
    ['bulk', auto({ 'List-Id': '<a.example.org>' }), organization],
    ['loop', auto({ 'X-Loop': 'admin@soctrang.gov.vn' }), organization],
    ['bounce', {}, ''],
    ['unknown', { from: 'ai-do@soctrang.gov.vn' }, 'ai-do@soctrang.gov.vn'],
    ['unknown', { from: 'ai-do@example.org' }, 'ai-do@example.org'],
    // The filter refuses these; the clerk would not believe them either.
    ['from', { from: organization }, person],
    ['from', { from: `${organization}, ${person}` }, organization],
    ['personal', { from: person, attachments: [] }, person],
    ['reply', { attachments: [], inReplyTo: '<a@soctrang.gov.vn>' }, organization],
  ])('%s: %j', async (reason, mail, sender) => {
    const { requests, sent, seen } = await take(mail, sender);
    expect([requests.size, sent.length, seen]).toEqual([0, 0, [{ outcome: 'dropped', reason }]]);
  });

  it("the clerk's own letters, where it does not write from the Centre's first address", async () => {
    const site = { ...socTrang, notices: { ...socTrang.notices, from: 'thong-bao' } };
    const { seen } = await take(auto({ 'X-Loop': 'thong-bao@soctrang.gov.vn' }), organization, { site });
    expect(seen).toEqual([{ outcome: 'dropped', reason: 'loop' }]);
  });

  it('an answer that nobody takes', async () => {
    const send = () => Promise.reject(new Blocked('LetterRefused', 'mailbox is full'));
    const { seen } = await take({ attachments: [] }, organization, { letters: { send } });
    expect(seen).toEqual([{ outcome: 'dropped', reason: 'refused' }]);
  });
});

describe('while something is away the letter waits in Postfix, and nothing is lost or twice', () => {
  const away = () => Promise.reject(new Unavailable('Kubernetes', 'away'));
  const fails = async (changes: Partial<IntakeOptions>, mail: SendMailOptions = {}) =>
    expect(take(mail, organization, changes)).rejects.toThrow(Unavailable);

  it('the list of mailboxes', () =>
    fails({
      mailboxes: () => Promise.reject(new Unavailable('Kubernetes', 'not complete yet')),
    }));
  it('the API server', () => fails({ requests: { create: away } }));
  it('the way out', () => fails({ letters: { send: away } }, { attachments: [] }));
});
