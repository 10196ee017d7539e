import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Failed } from '../../../../cli/failure.ts';
import { shown } from '../../../../cli/support/shown.ts';
import { collect } from '../../../../cli/support-bundle.ts';
import { run } from '../run.ts';

describe('what leaves the province', () => {
  it.each([
    ['mail to ntbinh@soctrang.gov.vn was kept', 'mail to person-1@soctrang.gov.vn was kept'],
    ['a@x.vn b@x.vn A@X.VN', 'person-1@x.vn person-2@x.vn person-1@x.vn'],
    ['userPassword {ARGON2}$argon2id$v=19$m=19456 x', 'userPassword {ARGON2}[taken out] x'],
    ['{"password":"Mat-khau-1","n":1}', '{"password":"[taken out]","n":1}'],
    ['Authorization: Bearer', 'Authorization: [taken out]'],
    ['Authorization: Bearer 0paque x', 'Authorization: [taken out] x'],
    ['-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----', '[private key taken out]'],
    ['reason: PasswordExpired', 'reason: PasswordExpired'],
  ])('%j becomes %j', (text, expected) => expect(shown(text, false)).toBe(expected));

  it('may have addresses in it where one says so, and still no secret', () => {
    expect(shown('ntbinh@soctrang.gov.vn token=abc', true)).toBe('ntbinh@soctrang.gov.vn token=[taken out]');
  });
});

describe('a bundle', () => {
  let output: string;
  beforeEach(() => {
    output = mkdtempSync(join(tmpdir(), 'hopthu-bundle-'));
  });
  afterEach(() => rmSync(output, { recursive: true }));
  const refused = {
    what: 'pods',
    read: async () => {
      throw new Failed('listing pods: you may not');
    },
  };

  it('has what could be had, and says what could not', async () => {
    const version = {
      what: 'version',
      read: async () => [{ file: 'v.yaml', text: 'gitVersion: v1.35.4 a@x.vn' }],
    };
    expect(await collect(async () => [refused, version], { output, people: false })).toBe(1);
    expect(readFileSync(join(output, 'v.yaml'), 'utf8')).toBe('gitVersion: v1.35.4 person-1@x.vn');
    expect(readFileSync(join(output, 'missing.txt'), 'utf8')).toBe('pods: listing pods: you may not\n');
  });

  it('with nothing in it is a failure', async () => {
    await expect(collect(async () => [refused], { output, people: false })).rejects.toThrow('you may not');
  });

  it('never overwrites a folder', async () => {
    const { stderr, exitCode } = await run([
      'support-bundle',
      '--site',
      'soc-trang',
      '-o',
      join(output, '..'),
    ]);
    expect({ stderr, exitCode }).toEqual({ stderr: expect.stringContaining('is not empty'), exitCode: 2 });
  });
});
