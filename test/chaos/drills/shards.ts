/** One Dovecot becomes two: an organization is carried to the second and back, while letters come in and people read. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MailboxStatus } from '../../../operator/api/mailbox.ts';
import { delegatedFolder } from '../../../operator/core/mail-settings.ts';
import { firstShard } from '../../../operator/core/shards.ts';
import { openWebmail } from '../../e2e/support/browser.ts';
import { hostPort } from '../../e2e/support/cluster.ts';
import { openImap } from '../../e2e/support/open-sessions.ts';
import { authorityOf, type Person } from '../../e2e/support/person.ts';
import { apply } from '../../e2e/support/resources.ts';
import { Traffic, type Work } from '../../support/traffic.ts';
import { withChanges } from '../changed-site.ts';
import type { Drill } from '../drill.ts';
import { eventually } from '../ledger.ts';
import { endTraffic, Office, officeSpec } from '../office.ts';
import { countByPop3 } from '../pop3.ts';
import type { Stack } from '../stack.ts';

const second = 'dovecot-1';
const pods: Readonly<Record<string, string>> = { [firstShard]: 'dovecot-0', [second]: 'dovecot-1-0' };

function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** The person's own folder and the office's, and the number of letters by POP3. */
function readings({ reader, own }: Office): readonly Work[] {
  const open = (folder: string) =>
    reader.imap(async (client) => {
      await client.mailboxOpen(folder);
    });
  return [
    { name: 'IMAP', once: () => open('INBOX') },
    { name: "IMAP, the office's folder", once: () => open(`${delegatedFolder}/${own.address}`) },
    { name: 'POP3', once: async () => void (await countByPop3(reader)) },
  ];
}

async function statusOf(stack: Stack, name: string): Promise<MailboxStatus> {
  return JSON.parse(await stack.accounts(['get', 'mailbox', name, '-o', 'jsonpath={.status}']));
}

/** `hopthu move`, until every mailbox of the office is there and nothing is left where it was. @returns milliseconds */
async function carry(stack: Stack, office: Office, to: string, from: string): Promise<number> {
  const started = performance.now();
  const [namespace = ''] = stack.site.namespaces.accounts;
  await stack.hopthu(['move', office.name, '-n', namespace, '--to', to]);
  const names = [office.reader, office.writer, office.own].map(({ name }) => name);
  await eventually(240, async () => {
    const statuses = await Promise.all(names.map((name) => statusOf(stack, name)));
    const places = statuses.map(({ shard = firstShard }) => shard);
    if (places.some((place) => place !== to)) throw new Error(`mail is on ${places.join(', ')}`);
    const accounts = statuses.map(({ entry = '' }) => /^uid=([^,]+),/.exec(entry)?.[1] ?? '');
    const list = ['exec', pods[from] ?? '', '-c', 'store', '--', 'ls', '-A', '/srv/vmail'];
    const left = (await stack.mail(...list))
      .split('\n')
      .filter((line) => accounts.some((a) => line.includes(a)));
    if (left.length > 0) throw new Error(`still on ${from}: ${left.join(', ')}`);
  });
  return performance.now() - started;
}

/** A move in the midst of traffic. @returns how long it took, in milliseconds */
async function carryAmidTraffic(stack: Stack, office: Office, to: string, from: string): Promise<number> {
  const traffic = new Traffic([...office.works(), ...readings(office)]);
  const taken = await carry(stack, office, to, from);
  await endTraffic(stack, office, traffic, `to ${to} in ${(taken / 1000).toFixed(0)} s`);
  return taken;
}

/** R38: nobody takes a letter away under a hold, and what is exported is what is there, confirmed by sha256sum. */
async function holdAndExport(stack: Stack, { name, own }: Office): Promise<void> {
  const reason = 'Quyết định thanh tra số 33/QĐ-TTr';
  await apply(stack.site, 'Mailbox', name, officeSpec(name, { hold: { reason } }));
  await stack.accounts(['wait', `mailbox/${name}`, '--for=condition=LegalHold', '--timeout=60s']);
  const count = await lettersOf(own);
  await own.imap(async (client) => {
    await client.mailboxOpen('INBOX');
    await client.messageDelete('1:*').catch(() => undefined);
  });
  if ((await lettersOf(own)) !== count) throw new Error('a letter went under a legal hold');
  const folder = mkdtempSync(join(tmpdir(), 'hopthu-record-'));
  try {
    const record = join(folder, 'office');
    const [namespace = ''] = stack.site.namespaces.accounts;
    const said = await stack.hopthu(['export-mail', name, '-n', namespace, '--output', record]);
    execFileSync('sha256sum', ['--check', '--strict', '--quiet', 'SHA256SUMS'], { cwd: record });
    const exported = readdirSync(join(record, 'INBOX')).length;
    if (exported !== count) throw new Error(`${exported} of ${count} letters were exported: ${said}`);
    tell(said);
  } finally {
    rmSync(folder, { recursive: true });
  }
  await apply(stack.site, 'Mailbox', name, officeSpec(name, {}));
}

function lettersOf(person: Person, folder = 'INBOX'): Promise<number> {
  return person.imap(async (client) => {
    await client.mailboxOpen(folder);
    return client.mailbox === false ? 0 : client.mailbox.exists;
  });
}

/** The inbox is emptied after a backup; all of it has to come back beside it, byte for byte. */
async function backUpAndRestore(stack: Stack, { reader }: Office): Promise<void> {
  const before = await sourcesOf(reader, 'INBOX');
  await stack.hopthu(['backup', 'now']);
  const [namespace = ''] = stack.site.namespaces.accounts;
  const said = await stack.hopthu(['restore', 'mailbox', reader.name, '-n', namespace, '--folder', 'INBOX']);
  tell(said);
  const folders = await reader.imap(async (client) => (await client.list()).map(({ path }) => path));
  const restored = folders.find((path) => /^Khôi phục\/.*\/INBOX$/.test(path)) ?? 'not there';
  const after = await sourcesOf(reader, restored);
  if (after.join('\0') !== before.join('\0'))
    throw new Error(`${before.length} letters were backed up, ${after.length} restored, or not the same`);
}

function sourcesOf(person: Person, folder: string): Promise<readonly string[]> {
  return person.imap(async (client) => {
    await client.mailboxOpen(folder);
    const found = await client.fetchAll('1:*', { source: true });
    return found.map(({ source }) => source?.toString('latin1') ?? '').sort();
  });
}

/** "My mailbox" asks the Dovecot that has the mail, for what is used and for who is logged in. */
async function seeInPortal({ site }: Stack, { reader }: Office): Promise<void> {
  const port = hostPort(site, 'webmail');
  const webmail = await openWebmail(site, { caPem: await authorityOf(site), port });
  const open = await openImap(reader);
  try {
    const { page } = webmail;
    await page.goto(new URL('/tai-khoan', page.url()).href);
    await page.fill('#address', reader.address);
    await page.fill('#password', reader.password);
    await page.click('main button[type=submit]');
    await page.locator('h1', { hasText: 'Hộp thư của tôi' }).waitFor();
    await eventually(30, async () => {
      await page.reload();
      const said = (await page.locator('main').textContent()) ?? '';
      for (const wanted of [/Đã dùng .* trong 500 MB/, /\(IMAP\): 1 kết nối/])
        if (!wanted.test(said)) throw new Error(`the portal does not say ${wanted}: ${said}`);
    });
  } finally {
    open.close();
    await webmail.close();
  }
}

export const shards: Drill = {
  fault: 'A second Dovecot: an organization carried there and back while letters come in and are read',
  run: async ({ stack, ledger }) => {
    const office = await Office.open(stack, 'shards', 'Sở Phân vùng');
    const taken = await withChanges(stack, async (change) => {
      const sharded = await change({ 'storage.shards': 2 });
      const there = await carryAmidTraffic(sharded, office, second, firstShard);
      await holdAndExport(sharded, office);
      await seeInPortal(sharded, office);
      await backUpAndRestore(sharded, office);
      return Math.max(there, await carryAmidTraffic(sharded, office, firstShard, second));
    });
    const wrong = await office.wrong(stack);
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
    await ledger.probe();
    return taken;
  },
};
