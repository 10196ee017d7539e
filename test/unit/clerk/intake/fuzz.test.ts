/** Whatever anybody sends, the readers end soon, and with nothing but what they say that they throw. */
import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { readFiles, readHead } from '../../../../clerk/intake/letter.ts';
import { readListFile } from '../../../../clerk/intake/list-file.ts';
import { Unreadable } from '../../../../cli/annex/unreadable.ts';
import { requestSpec } from '../../../../operator/api/request.ts';
import { csv, people, sheet, titles, words, xlsx } from './lists.ts';

jest.setTimeout(120_000);

/** @returns the rows, where it could be read */
async function readable(name: string, content: Uint8Array) {
  const started = performance.now();
  try {
    return await readListFile(name, content, words);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return undefined;
  } finally {
    expect(performance.now() - started).toBeLessThan(5_000);
  }
}

/** Bytes changed, cut out or doubled at any place of a good file. */
const perturbed = (content: Uint8Array) =>
  fc
    .array(
      fc.record({
        at: fc.nat(content.length - 1),
        length: fc.nat(20),
        bytes: fc.uint8Array({ maxLength: 20 }),
      }),
      { minLength: 1, maxLength: 6 },
    )
    .map((changes) =>
      changes.reduce<Uint8Array>(
        (all, { at, length, bytes }) =>
          Buffer.concat([all.subarray(0, at), bytes, all.subarray(at + length)]),
        content,
      ),
    );

describe('a list', () => {
  const names = ['a.xlsx', 'a.csv', 'a.txt', 'a.xls', 'a'];
  it('of any bytes is rows, or Unreadable', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        fc.uint8Array({ maxLength: 2_000 }),
        async (name, bytes) => {
          await readable(name, bytes);
        },
      ),
      { numRuns: 150 },
    );
  });

  it.each([
    ['a.xlsx', xlsx(sheet(people))],
    ['a.csv', csv(people)],
  ])('%s that was damaged is rows, or Unreadable', async (name, content) => {
    await fc.assert(
      fc.asyncProperty(perturbed(content), async (bytes) => {
        await readable(name, bytes);
      }),
      { numRuns: 150 },
    );
  });

  it('of any texts gives rows that the API server takes', async () => {
    const cell = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc.constantFrom('hủy', 'cấp mới', '=A1'),
    );
    const row = fc.array(cell, { minLength: 9, maxLength: 9 });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 4 }), async (rows) => {
        const list = await readable('a.csv', csv([titles, ...rows]));
        if (list === undefined) return;
        const spec = {
          source: 'Mail',
          requester: { organizationRef: { name: 'so-y-te' } },
          received: '2026-11-26T03:00:00Z',
          ...list,
        };
        expect(requestSpec.safeParse(spec).error).toBeUndefined();
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['quotes', '"a"b'.repeat(200_000)],
    ['open quotes', '"\n'.repeat(400_000)],
    ['separators', ';'.repeat(1_000_000)],
    ['lines', '\n'.repeat(1_000_000)],
    ['spaces', ' '.repeat(1_000_000)],
    ['marks', 'a\u0301'.repeat(300_000)],
  ])('of a megabyte of %s is read in time', async (_, text) => {
    await readable('a.csv', Buffer.from(text));
  });

  it.each([
    ['open tags', '<row '.repeat(200_000)],
    ['places', 'r="A1" '.repeat(150_000)],
    ['formulas', '<f>'.repeat(300_000)],
    ['depth', '<a>'.repeat(300_000)],
    ['quotes', `<row r="${'"'.repeat(2_000_000)}`],
    ['prefixes', `<${'a'.repeat(60)}:`.repeat(30_000)],
  ])('whose sheet is megabytes of %s is read in time', async (_, markup) => {
    await readable('a.xlsx', xlsx(markup));
  });
});

describe('a letter', () => {
  const good = Buffer.from(
    [
      'From: sotttt@soctrang.gov.vn',
      'Subject: =?utf-8?B?xJDhu4Egbmdo4buL?=',
      'Message-ID: <1@soctrang.gov.vn>',
      'Content-Type: multipart/mixed; boundary="b"',
      '',
      '--b',
      'Content-Type: text/csv; name="ds.csv"',
      'Content-Transfer-Encoding: base64',
      '',
      csv(people).toString('base64'),
      '--b--',
    ].join('\r\n'),
  );

  async function readAll(raw: Uint8Array) {
    const started = performance.now();
    await readHead(raw).catch((error: unknown) => expect(error).toBeInstanceOf(Error));
    await readFiles(raw, words).catch((error: unknown) => expect(error).toBeInstanceOf(Error));
    expect(performance.now() - started).toBeLessThan(10_000);
  }

  it('of any bytes is read, or an Error', async () => {
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 2_000 }), perturbed(good));
    await fc.assert(fc.asyncProperty(bytes, readAll), { numRuns: 150 });
  });

  it.each([
    ['boundaries', `Content-Type: multipart/mixed; boundary=b\n\n${'--b\n'.repeat(200_000)}`],
    ['folded headers', `Subject: x\n${' y\n'.repeat(60_000)}\n`],
    ['headers', `${'X: y\n'.repeat(50_000)}\n`],
    ['addresses', `From: ${'a@b, '.repeat(40_000)}\n\n`],
    ['comments', `From: ${'('.repeat(200_000)}\n\n`],
    ['words', `Subject: ${'=?utf-8?Q?a?= '.repeat(15_000)}\n\n`],
    ['parameters', `Content-Type: text/csv${'; a*0*=b'.repeat(20_000)}\n\n`],
  ])('of many %s is read in time', async (_, text) => {
    await readAll(Buffer.from(text));
  });

  it('of parts within parts is an Error', async () => {
    const parts = Array.from(
      { length: 500 },
      (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\n\n--b${n}\n`,
    );
    await expect(readFiles(Buffer.from(parts.join('')), words)).rejects.toThrow(/nesting/i);
  });
});
