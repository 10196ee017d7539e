/** A letter as the clerk needs it: who wrote what, and the lists in it, read or with the reason why not. */
import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import PostalMime, { addressParser, type PostalMimeOptions } from 'postal-mime';
import { Unreadable } from '../../cli/annex/unreadable.ts';
import { type FileFault, type FindingWords, oneLine } from '../../operator/core/requests/findings.ts';
import type { Headers } from './automatic.ts';
import { type ReadList, readListFile } from './list-file.ts';

export type LetterHead = {
  readonly headers: Headers;
  readonly from: readonly string[];
  readonly subject: string;
  /** Without it an answer cannot refer to the letter; our submission adds it where a program did not. */
  readonly messageId?: string;
  /** Milliseconds since 1970, as our own submission has put it on top; absent where that says nothing. */
  readonly received?: number;
  /** It answers another letter. */
  readonly isReply: boolean;
};

export type LetterFile = { readonly name: string; readonly sha256: string } & (
  | { readonly list: ReadList }
  | { readonly fault: FileFault; readonly detail: string }
);

/** Bytes that the headers of a letter may take: Postfix takes no single one longer than 100 KiB. */
const longestHead = 256 * 1024;
/** What an official writes has fewer; depth and headers beyond it are no letter. */
const most = { depth: 20, headers: longestHead, lists: 5, letters: 2, boundaries: 5_000 } as const;

/** Extensions of what may have been meant as a list. */
const lists = ['.xlsx', '.csv', '.xlsm', '.xlsb', '.xls', '.ods', '.tsv'];
const types: Readonly<Record<string, string>> = {
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': '.xlsx',
  'application/vnd.ms-excel.sheet.macroenabled.12': '.xlsm',
  'application/vnd.ms-excel': '.xls',
  'text/csv': '.csv',
};

/** @throws Error where the headers are none that a mail program writes */
export async function readHead(raw: Uint8Array): Promise<LetterHead> {
  const end = endOfHead(raw);
  if (end > longestHead) throw new Error(`headers of more than ${longestHead} bytes`);
  const { headers, subject = '', messageId } = await parse(raw.subarray(0, end));
  const values = (name: string) => headers.filter(({ key }) => key === name).map(({ value }) => value);
  const received = dateOf(values('received')[0] ?? '');
  const from = values('from').flatMap((value) => addressParser(value, { flatten: true }));
  return {
    headers: headers.map(({ key, value }) => ({ key: key.toLowerCase(), value })),
    from: from.flatMap(({ address }) => (address ? [address] : [])),
    subject: oneLine(subject, 400),
    ...(messageId === undefined || messageId === '' ? {} : { messageId: oneLine(messageId, 900) }),
    ...(received === undefined ? {} : { received }),
    isReply: values('in-reply-to').length > 0 || values('references').length > 0,
  };
}

/**
 * Every list in the letter, those in letters that are attached to it among them.
 * @throws Error where it cannot be taken apart
 */
export async function readFiles(raw: Uint8Array, words: FindingWords): Promise<readonly LetterFile[]> {
  const files: LetterFile[] = [];
  for (const { name, bytes } of await listsIn(raw)) {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    if (files.length === most.lists)
      return [...files, { name, sha256, fault: 'many', detail: String(most.lists) }];
    files.push({ name, sha256, ...(await read(name, bytes, words)) });
  }
  return files;
}

type Attached = { readonly name: string; readonly bytes: Uint8Array };

async function listsIn(raw: Uint8Array, depth = 0): Promise<readonly Attached[]> {
  if (boundariesIn(raw) > most.boundaries) throw new Error(`more than ${most.boundaries} parts`);
  const { attachments } = await parse(raw);
  const found: Attached[] = [];
  for (const { filename, mimeType, content } of attachments) {
    const bytes = new Uint8Array(content as ArrayBuffer);
    const name = nameOf(filename, mimeType);
    if (name !== undefined) found.push({ name, bytes });
    else if (mimeType === 'message/rfc822' && depth < most.letters)
      found.push(...(await listsIn(bytes, depth + 1)));
  }
  return found;
}

async function read(name: string, bytes: Uint8Array, words: FindingWords) {
  try {
    return { list: await readListFile(name, bytes, words) };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { fault: error.reason, detail: error.detail };
  }
}

/** With the extension that its type says where the name has none; undefined for what is no list. */
function nameOf(filename: string | null, mimeType: string): string | undefined {
  const name = oneLine(filename ?? '', 200);
  const extension = extname(name).toLowerCase();
  if (lists.includes(extension)) return name;
  const byType = types[mimeType.toLowerCase()];
  return byType === undefined || extension !== '' ? undefined : `${name || 'danh-sach'}${byType}`;
}

function parse(raw: Uint8Array) {
  const options: PostalMimeOptions = { maxNestingDepth: most.depth, maxHeadersSize: most.headers };
  return PostalMime.parse(raw, options);
}

/** Lines that may begin a part: what the library does for each grows with their number. */
function boundariesIn(raw: Uint8Array): number {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  let count = 0;
  for (
    let at = bytes.indexOf('\n--');
    at >= 0 && count <= most.boundaries;
    at = bytes.indexOf('\n--', at + 3)
  )
    count += 1;
  return count;
}

function endOfHead(raw: Uint8Array): number {
  for (let at = 0; at < raw.length; at += 1) {
    if (raw[at] !== 10) continue;
    if (raw[at + 1] === 10) return at + 2;
    if (raw[at + 1] === 13 && raw[at + 2] === 10) return at + 3;
    if (at > longestHead) return at;
  }
  return raw.length;
}

/** `from … by … id …; Thu, 26 Nov 2026 10:00:00 +0700 (+07)` */
function dateOf(received: string): number | undefined {
  const time = Date.parse(received.slice(received.lastIndexOf(';') + 1).replace(/\([^()]*\)\s*$/, ''));
  return Number.isNaN(time) ? undefined : time;
}
