import { describe, expect, it } from '@jest/globals';
import { filesOf, NotReadable } from '../../../../clerk/intake/reading.ts';
import { csv, findingsText, people, peopleRows } from './lists.ts';

const letter = (headers: string, body: string) =>
  Buffer.from(
    `From: a@b.vn\r\n${headers}\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n${body}\r\n--b--\r\n`,
  );
const attached = `Content-Type: text/csv; name="ds.csv"\r\nContent-Transfer-Encoding: base64\r\n\r\n${csv(people).toString('base64')}`;

describe('a letter in a thread of its own', () => {
  it('gives its lists', async () => {
    const [file] = await filesOf(letter('Subject: x', attached), findingsText);
    expect(file).toMatchObject({ name: 'ds.csv', list: { rows: peopleRows } });
  });

  it('is given up when it takes too long, and nothing goes on', async () => {
    await expect(filesOf(letter('Subject: x', attached), findingsText, 1)).rejects.toThrow(NotReadable);
  });

  it('is given up when it is none, and nobody else ends with it', async () => {
    const parts = Array.from(
      { length: 500 },
      (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\n\n--b${n}\n`,
    );
    await expect(filesOf(Buffer.from(parts.join('')), findingsText)).rejects.toThrow(NotReadable);
    const many = 'Content-Type: text/plain\n\n\n--b\n'.repeat(600_000);
    await filesOf(letter('Subject: x', many), findingsText).catch((error: unknown) =>
      expect(error).toBeInstanceOf(NotReadable),
    );
  }, 60_000);
});
