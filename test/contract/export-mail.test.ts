/** The script that hands out every letter of an account, and the record that is made of it (R38). */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { makeFolder, writeRecord } from '../../cli/letters/record.ts';
import { lettersIn } from '../../cli/letters/stream.ts';

const script = join(import.meta.dirname, '../../charts/config/dovecot/export');
const account = '0b2c4c1e-5d3f-4a49-9d5b-1f8f6d7c1a01';
let root: string;
let record: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'hopthu-export-'));
  record = join(root, 'record');
  makeFolder(record);
});
afterEach(() => rmSync(root, { recursive: true }));

const maildir = (...path: readonly string[]) => join(root, 'vmail', account, 'Maildir', ...path);

function put(folder: string, name: string, content: string): void {
  for (const part of ['cur', 'new', 'tmp']) mkdirSync(maildir(folder, part), { recursive: true });
  writeFileSync(maildir(folder, name), content);
}

function run(name = account) {
  const child = spawn('/bin/bash', [script, join(root, 'vmail'), name], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise((resolve) => child.on('close', resolve));
  return { out: child.stdout, fault: text(child.stderr), ended };
}

const read = (...path: readonly string[]) => readFileSync(join(record, ...path), 'utf8');

describe('a record of a mailbox', () => {
  it('holds every letter as it came, below its folder, and sums that sha256sum confirms', async () => {
    put('.', 'new/1.M1.host', 'Subject: Công văn\n\nKính gửi\n');
    put('.', 'cur/2.M1.host:2,RS', 'Subject: hai\r\n\r\nTự có CR\r\n');
    put('.L&AbB-u tr&Hu8-.2026', 'cur/3.M1.host:2,', 'Subject: ba\n\n');
    // Of Dovecot's own, half delivered, and not a letter.
    put('.', 'dovecot-uidlist', 'x');
    put('.', 'tmp/4.M1.host', 'x');
    const { out, ended } = run();
    const summary = await writeRecord(record, lettersIn(out), [['address', 'snv@soctrang.gov.vn']]);
    expect(await ended).toBe(0);
    expect(summary.letters).toBe(3);
    expect(read('Lưu trữ', '2026', '000001.eml')).toBe('Subject: ba\r\n\r\n');
    expect([read('INBOX', '000002.eml'), read('INBOX', '000003.eml')]).toEqual([
      'Subject: hai\r\n\r\nTự có CR\r\n',
      'Subject: Công văn\r\n\r\nKính gửi\r\n',
    ]);
    expect(execFileSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: record }).toString()).toBe(
      [
        'Lưu trữ/2026/000001.eml: OK',
        'INBOX/000002.eml: OK',
        'INBOX/000003.eml: OK',
        'letters.csv: OK',
        '',
      ].join('\n'),
    );
    const table = read('letters.csv');
    expect(table).toContain('address,snv@soctrang.gov.vn');
    expect(table).toMatch(/^INBOX\/000002\.eml,[0-9a-f]{64},\d+,20[^,]+Z,answered seen\r$/m);
  });

  it('misses no letter that is marked as read meanwhile', async () => {
    // More than a pipe holds: the script waits with the first letter while the others are marked.
    const large = `Subject: x\n\n${'x'.repeat(200_000)}\n`;
    for (const index of [1, 2, 3]) put('.', `new/${index}.M1.host`, large);
    const { out, ended } = run();
    await new Promise((resolve) => out.once('readable', resolve));
    for (const index of [2, 3])
      renameSync(maildir(`new/${index}.M1.host`), maildir(`cur/${index}.M1.host:2,S`));
    expect((await writeRecord(record, lettersIn(out), [])).letters).toBe(3);
    expect(await ended).toBe(0);
  });

  it('is none when a letter went away meanwhile, which the script says', async () => {
    for (const index of [1, 2]) put('.', `cur/${index}.M1.host:2,`, `x: ${'x'.repeat(200_000)}\n`);
    const { out, fault, ended } = run();
    await new Promise((resolve) => out.once('readable', resolve));
    rmSync(maildir('cur/2.M1.host:2,'));
    await expect(writeRecord(record, lettersIn(out), [])).rejects.toThrow('broke off');
    expect(await ended).toBe(1);
    expect(await fault).toContain('2.M1.host:2, went away meanwhile: put the mailbox under a hold');
  });

  it('of a mailbox without a letter is empty', async () => {
    const { out } = run();
    expect((await writeRecord(record, lettersIn(out), [])).letters).toBe(0);
  });

  it('is not written over another one', async () => {
    writeFileSync(join(record, 'x'), '');
    expect(() => makeFolder(record)).toThrow('is not empty');
  });

  it.each(['../etc', '-rf', '', '.'])('is made of no account %j', async (name) => {
    const { fault, ended } = run(name);
    expect(await ended).toBe(2);
    expect(await fault).toContain('usage');
  });
});
