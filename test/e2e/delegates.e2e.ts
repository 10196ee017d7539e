/** An organization's mailbox in the hands of its delegates, each within their rights (R26, R27, R28). */
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { ImapFlow } from 'imapflow';
import { delegatedFolder } from '../../operator/core/mail-settings.ts';
import { socTrang as site } from '../support/sites.ts';
import { openWebmail } from './support/browser.ts';
import { hostPort } from './support/cluster.ts';
import { eventually } from './support/eventually.ts';
import { openImap } from './support/open-sessions.ts';
import { authorityOf, type Person } from './support/person.ts';
import { apply, field, people, personSpec, ready } from './support/resources.ts';

const office = 'delegates-office';
let address: string;
let folder: string;
let reader: Person;
let officer: Person;
let outsider: Person;

async function delegate(...delegates: readonly [Person, ...string[]][]): Promise<void> {
  const named = delegates.map(([{ name }, ...rights]) => ({ mailboxRef: { name }, rights }));
  await apply(site, 'Mailbox', office, {
    organizationRef: { name: 'journey' },
    type: 'Organization',
    delegates: named,
  });
}

/** As applied at first, whatever another test withdrew. */
async function delegateAll(): Promise<void> {
  await delegate([reader, 'Read'], [officer, 'Read', 'Write', 'SendAs']);
  await ready(site, `mailbox/${office}`);
}

/** The subjects in a folder of the organization's mailbox, as a delegate's client sees them. */
async function subjects(client: ImapFlow, path = folder): Promise<readonly (string | undefined)[]> {
  await client.mailboxOpen(path);
  const exists = client.mailbox !== false && client.mailbox.exists > 0;
  const messages = exists ? await client.fetchAll('1:*', { envelope: true, flags: true }) : [];
  return messages.map(
    ({ envelope, flags }) => `${envelope?.subject}${flags?.has('\\Seen') ? ' (seen)' : ''}`,
  );
}

beforeAll(async () => {
  const all = await people(site, {
    'delegates-reader': 'Trịnh Thị Xem',
    'delegates-officer': 'Trịnh Văn Thư',
    'delegates-outsider': 'Trịnh Ngoài Cuộc',
  });
  reader = all['delegates-reader'] as Person;
  officer = all['delegates-officer'] as Person;
  outsider = all['delegates-outsider'] as Person;
  await delegateAll();
  address = await field(site, `mailbox/${office}`, '.status.address');
  folder = `${delegatedFolder}/${address}`;
});

describe('a letter to the organization', () => {
  it('is read by a delegate, who with Read alone changes nothing of it (R27)', async () => {
    await outsider.send({ to: address, subject: 'Công văn số 26', text: 'Kính gửi: Sở Nội vụ' });
    await eventually(30_000, () =>
      reader.imap(async (client) => expect(await subjects(client)).toContain('Công văn số 26')),
    );
    await reader.imap(async (client) => {
      const lock = await client.mailboxOpen(folder);
      expect(lock.readOnly).toBe(true);
      const { source } = (await client.fetchOne('*', { source: true })) || {};
      expect(source?.toString()).toContain('Subject: =?UTF-8?');
      await client.messageFlagsAdd('1:*', ['\\Seen', '\\Deleted']).catch(() => undefined);
      await client.messageDelete('1:*').catch(() => undefined);
      expect(await client.messageMove('1:*', 'Trash').catch(() => false)).toBe(false);
      await expect(client.append(folder, 'Subject: x\r\n\r\nx\r\n')).rejects.toThrow();
      await expect(client.mailboxCreate(`${folder}/moi`)).rejects.toThrow();
    });
    await officer.imap(async (client) => expect(await subjects(client)).toContain('Công văn số 26'));
  });

  it('is filed and deleted by one who may write, who deletes no folder', async () => {
    await outsider.send({ to: address, subject: 'Để lưu' });
    await outsider.send({ to: address, subject: 'Để xóa' });
    await eventually(30_000, () =>
      officer.imap(async (client) =>
        expect(await subjects(client)).toEqual(expect.arrayContaining(['Để lưu', 'Để xóa'])),
      ),
    );
    await officer.imap(async (client) => {
      const filed = `${folder}/Lưu trữ`;
      await client.mailboxCreate(filed);
      await client.mailboxOpen(folder);
      const uid = async (subject: string) => {
        const [found] = (await client.search({ subject }, { uid: true })) || [];
        return String(found);
      };
      await client.messageMove(await uid('Để lưu'), filed, { uid: true });
      await client.messageDelete(await uid('Để xóa'), { uid: true });
      expect(await subjects(client)).not.toEqual(expect.arrayContaining(['Để xóa']));
      expect(await subjects(client, filed)).toContain('Để lưu');
      await expect(client.mailboxDelete(filed)).rejects.toThrow();
    });
  });

  it('is seen by nobody else', async () => {
    await outsider.imap(async (client) => {
      expect((await client.list()).filter(({ path }) => path.startsWith(delegatedFolder))).toEqual([]);
      await expect(client.mailboxOpen(folder)).rejects.toThrow();
    });
  });
});

describe('the address of the organization', () => {
  it('is written from by one who may send as it, and by nobody else (R28)', async () => {
    await officer.send({ to: outsider.address, from: address, subject: 'Trả lời của Sở' });
    expect(await outsider.receive('Trả lời của Sở')).toMatch(new RegExp(`^From: ${address}`, 'm'));
    for (const person of [reader, outsider]) {
      const sending = person.send({ to: officer.address, from: address, subject: 'Giả danh' });
      await expect(sending).rejects.toMatchObject({ responseCode: 553 });
    }
  });
});

describe('a right that is withdrawn', () => {
  it('ends within 10 seconds, in open sessions too', async () => {
    const reading = await openImap(officer);
    await delegate([reader, 'Read']);
    const withdrawnAt = performance.now();
    await reading.ended;
    expect(performance.now() - withdrawnAt).toBeLessThan(10_000);
    await officer.imap(async (client) => await expect(client.mailboxOpen(folder)).rejects.toThrow());
    const sending = officer.send({ to: outsider.address, from: address, subject: 'Sau khi thu hồi' });
    await expect(sending).rejects.toMatchObject({ responseCode: 553 });
    await ready(site, `mailbox/${office}`);
    expect(await field(site, `mailbox/${office}`, '.status.delegates[*].name')).toBe(reader.name);
  });
});

describe('a delegate', () => {
  it('is nobody from outside of the organization: the condition names field and Mailbox', async () => {
    await delegate([reader, 'Read']);
    await apply(site, 'Organization', 'delegates-elsewhere', { name: 'Sở Xây dựng' });
    const spec = { ...personSpec('Trịnh Ngoài Cuộc'), organizationRef: { name: 'delegates-elsewhere' } };
    await apply(site, 'Mailbox', outsider.name, spec);
    await delegate([reader, 'Read'], [outsider, 'Read']);
    await eventually(20_000, async () =>
      expect(
        await field(site, `mailbox/${office}`, '.status.conditions[?(@.type=="Stalled")].message'),
      ).toMatch(/^spec\.delegates: Mailbox delegates-outsider belongs to Sở Xây dựng/),
    );
    await outsider.imap(async (client) => await expect(client.mailboxOpen(folder)).rejects.toThrow());
  });

  it('of a personal mailbox is refused by the API server (R28)', async () => {
    const spec = personSpec('Trịnh Thị Xem', {
      delegates: [{ mailboxRef: { name: officer.name }, rights: ['Read'] }],
    });
    await expect(apply(site, 'Mailbox', reader.name, spec)).rejects.toThrow(/spec\.delegates: .*\(R28\)/s);
  });
});

it('in the webmail a delegate reads the organization’s letters and answers as the organization', async () => {
  await delegateAll();
  await outsider.send({ to: address, subject: 'Hỏi Sở Nội vụ', text: 'Kính gửi: Sở Nội vụ' });
  await eventually(30_000, () =>
    officer.imap(async (client) => expect(await subjects(client)).toContain('Hỏi Sở Nội vụ')),
  );
  const port = hostPort(site, 'webmail');
  const webmail = await openWebmail(site, { caPem: await authorityOf(site), port });
  try {
    await webmail.login(officer.address, officer.password);
    await webmail.openFolder(address);
    expect(await webmail.readMessage('Hỏi Sở Nội vụ')).toMatchObject({ from: outsider.address });
    await webmail.screenshot(`${site.name}-delegate`);
    await webmail.compose();
    await webmail.chooseSender(address);
    await webmail.addRecipient(outsider.address);
    await webmail.send('Sở Nội vụ trả lời', 'Kính gửi: ông/bà');
    expect(webmail.violations).toEqual([]);
  } finally {
    await webmail.close();
  }
  expect(await outsider.receive('Sở Nội vụ trả lời')).toMatch(new RegExp(`^From: .*<${address}>`, 'm'));
  await officer.imap(async (client) =>
    expect(await subjects(client, `${folder}/Sent`)).toContain('Sở Nội vụ trả lời (seen)'),
  );
});
