/** The published files in S3: a prefix for each state, and the object `index.html` that leads to the present one. */
import { AwsClient } from 'aws4fetch';
import { Invalid, Unavailable } from '../../operator/errors.ts';
import type { WebFile } from './files.ts';
import { isState, type Target } from './publish.ts';

/** What stands at the top, under one name for ever: whoever fetches a file asks for this one. */
const copied = /^danh-ba\.\w+$/;
const atOnce = 8;

export type S3Place = {
  /** `s3:https://HOST/BUCKET/PREFIX` */
  readonly place: string;
  /** Text of a file as AWS's programs have it. */
  readonly credentials: string;
  /** A page that leads on to another one: objects have no links. */
  readonly leadingTo: (href: string) => string;
};

export function s3Target({ place, credentials, leadingTo }: S3Place): Target {
  const base = place.replace(/^s3:/, '').replace(/\/+$/, '');
  const client = new AwsClient({ ...keysOf(credentials), service: 's3', retries: 4 });
  const call = (url: string, init: RequestInit = {}) => answered(client, url, init);
  const put = ({ path, type, text }: WebFile) =>
    call(`${base}/${path}`, {
      method: 'PUT',
      body: text,
      headers: { 'content-type': type, 'cache-control': 'no-cache' },
    });
  const kept = new Map<string, WebFile>();
  return {
    // What an unfinished run wrote is a state that nobody is led to, and goes in its turn.
    clean: async () => undefined,
    async write(state, file) {
      if (copied.test(file.path)) kept.set(file.path, file);
      await put({ ...file, path: `${state}/${file.path}` });
    },
    async show(state) {
      for (const file of kept.values()) await put(file);
      await put({
        path: 'index.html',
        type: 'text/html; charset=utf-8',
        text: leadingTo(`${state}/index.html`),
      });
    },
    async states() {
      const found = await list(call, base, { delimiter: '/' }, /<Prefix>([^<]*)<\/Prefix>/g);
      return found.map((key) => key.replace(/\/$/, '').split('/').at(-1) ?? '').filter(isState);
    },
    async remove(state) {
      const { origin, bucket } = partsOf(base);
      const keys = await list(call, `${base}/${state}`, {}, /<Key>([^<]*)<\/Key>/g);
      for (let start = 0; start < keys.length; start += atOnce) {
        const some = keys.slice(start, start + atOnce);
        await Promise.all(some.map((key) => call(`${origin}/${bucket}/${key}`, { method: 'DELETE' })));
      }
    },
  };
}

type Call = (url: string, init?: RequestInit) => Promise<string>;

/** Every match in the answers of ListObjectsV2; our own keys have no character that XML escapes. */
async function list(
  call: Call,
  below: string,
  options: Readonly<Record<string, string>>,
  pattern: RegExp,
): Promise<readonly string[]> {
  const { origin, bucket, key } = partsOf(below);
  const found: string[] = [];
  let token: string | undefined;
  do {
    const query = { 'list-type': '2', prefix: `${key}/`, ...options };
    const more = token === undefined ? {} : { 'continuation-token': token };
    const text = await call(`${origin}/${bucket}?${new URLSearchParams({ ...query, ...more })}`);
    found.push(...[...text.matchAll(pattern)].map(([, name = '']) => name));
    token = /<NextContinuationToken>([^<]*)</.exec(text)?.[1];
  } while (token !== undefined);
  return found;
}

function partsOf(url: string) {
  const { origin, pathname } = new URL(url);
  const [bucket = '', ...rest] = pathname.slice(1).split('/');
  return { origin, bucket, key: rest.join('/') };
}

/** @throws Unavailable for every answer but a good one */
async function answered(client: AwsClient, url: string, init: RequestInit): Promise<string> {
  const { host, pathname } = new URL(url);
  const what = `${init.method ?? 'GET'} ${host}${pathname}`;
  let response: Response;
  try {
    response = await client.fetch(url, init);
  } catch (error) {
    const { cause = error } = error as { cause?: unknown };
    throw new Unavailable('S3', `${what}: ${cause instanceof Error ? cause.message : cause}`, error);
  }
  const text = await response.text();
  if (response.ok) return text;
  const reason = /<Code>([^<]*)</.exec(text)?.[1] ?? '';
  throw new Unavailable('S3', `${what}: HTTP ${response.status} ${reason}`.trimEnd());
}

/** @throws Invalid without naming what it holds */
function keysOf(credentials: string) {
  const value = (name: string) => new RegExp(`^\\s*${name}\\s*=\\s*(\\S+)\\s*$`, 'm').exec(credentials)?.[1];
  const accessKeyId = value('aws_access_key_id');
  const secretAccessKey = value('aws_secret_access_key');
  if (accessKeyId === undefined || secretAccessKey === undefined)
    throw new Invalid('credentials', 'no aws_access_key_id and aws_secret_access_key in it');
  return { accessKeyId, secretAccessKey };
}
