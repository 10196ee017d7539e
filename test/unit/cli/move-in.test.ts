/** What `hopthu move-in` reads and prints; the copy itself is in test/contract/move-in.test.ts. */
import { describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { describeMoved, moveIn, readMoved } from '../../../cli/move-in.ts';
import { parseMovers } from '../../../cli/move-list.ts';
import { launcher } from './run.ts';

describe('a list', () => {
  it('has a mailbox, a user and a password by line', () => {
    const text = '# moving\nbinh,ntbinh,a,b \r\n\nha\nvanthu, so-tttt ,\n';
    expect(parseMovers(text, 'list.csv')).toEqual([
      { name: 'binh', user: 'ntbinh', password: 'a,b ' },
      { name: 'ha' },
      { name: 'vanthu', user: 'so-tttt' },
    ]);
  });

  it.each([
    ['secret word,x', /^list.csv:1: a line is mailbox,user,password/],
    ['binh\nbinh', /binh is there twice/],
    ['# nobody', /nobody in it/],
  ])('%j is refused, and told without what may be a password', (text, message) => {
    expect(() => parseMovers(text, 'list.csv')).toThrow(message);
    try {
      parseMovers(text, 'list.csv');
    } catch (error) {
      expect(String(error)).not.toContain('secret');
    }
  });
});

describe('the options', () => {
  const from = 'imap.example.org';
  it.each([
    [undefined, { from }, /name one Mailbox, or a --list/],
    ['binh', { from, list: 'x' }, /name one Mailbox, or a --list/],
    ['binh', { from }, /binh: no password/],
  ])('%s %j are refused', async (name, options, message) => {
    await expect(moveIn(name, options)).rejects.toThrow(message);
  });
});

it('a password comes by standard input from another program, which hands over a socket', async () => {
  const command = ['move-in', 'binh', '--from', 'imap.example.org', '--password-file', '-'];
  const ask = async (input: string) =>
    (await execa(launcher, command, { input, reject: false, env: { KUBECONFIG: '/dev/null' } })).stderr;
  expect(await ask('\n')).toBe('hopthu: --password-file: the first line of - is empty');
  expect(await ask('a secret\n')).toMatch(/^hopthu: .*(kubeconfig|cluster)/);
}, 30_000);

it('the line of a mailbox says what was there, what is new, and which folders got our names', () => {
  const text = 'letters\t345\t1288490189\t350\t27\nfolder\tSent\tĐã gửi\nfolder\tTrash\tThùng rác\n';
  expect(describeMoved('ntbinh@soctrang.gov.vn', readMoved(text))).toBe(
    'ntbinh@soctrang.gov.vn: 345 letters there (1229 MiB), 27 new, 350 here; Sent ← Đã gửi, Trash ← Thùng rác',
  );
  expect(() => readMoved('')).toThrow('the pod did not say');
});
