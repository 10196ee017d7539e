/** Login, the session that it begins, and what ends it. */
import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Hono } from 'hono';
import { portalPages } from '../../../../charts/portal-pages.ts';
import { portalTexts } from '../../../../operator/core/portal-texts.ts';
import { Unavailable } from '../../../../operator/errors.ts';
import { type PasswordRefusal, PasswordRefused } from '../../../../operator/ldap/password-change.ts';
import type { DirectoryEntry } from '../../../../operator/ports.ts';
import { Memory } from '../../../../operator/throttle/memory.ts';
import { Attempts } from '../../../../portal/attempts.ts';
import { Pages } from '../../../../portal/frame.ts';
import { pageAfter } from '../../../../portal/login/form.ts';
import { Logins } from '../../../../portal/login/logins.ts';
import { loginRoutes } from '../../../../portal/login/routes.ts';
import { type Session, SessionCookie } from '../../../../portal/login/session.ts';
import { toLogin, whoIsIn } from '../../../../portal/login/who.ts';
import { socTrang as site } from '../../../support/sites.ts';

const texts = portalTexts(portalPages(site));
const entry: DirectoryEntry = {
  dn: 'uid=a1',
  attributes: { cn: ['Nguyễn Thanh Bình'], mail: ['ntbinh@soctrang.gov.vn'] },
};
const login = '/tai-khoan/dang-nhap';

let now: number;
let key: string;
let refusal: Error | undefined;
let mustChange: boolean;
let asked: string[];
let held: Session[];
let holder: DirectoryEntry | undefined;
let seen: string[];
let app: Hono;

beforeEach(() => {
  now = Date.parse('2026-11-26T03:00:00Z');
  key = 'a key';
  refusal = undefined;
  mustChange = false;
  [asked, held, seen] = [[], [], []];
  holder = entry;
  const cookie = new SessionCookie({ key: async () => key, minutes: 60, now: () => now });
  const who = whoIsIn(cookie, {
    async holder(session) {
      held.push(session);
      return holder;
    },
  });
  const logins = new Logins({
    attempts: new Attempts({ site, memory: new Memory(site.throttle, 100, () => 0), step: 1 }),
    directory: {
      async enter(address, password) {
        asked.push(`${address} ${password}`);
        if (refusal !== undefined) throw refusal;
        return mustChange
          ? 'mustChange'
          : { account: 'a1', password: '20261101000000Z', before: '20261125010203Z' };
      },
    },
    observe: (outcome) => seen.push(outcome),
  });
  app = new Hono();
  app.route(
    '/',
    loginRoutes({ site, texts, pages: new Pages(site, texts), logins, cookie, fault: () => undefined }),
  );
  app.get('/who', async (c) => {
    const signedIn = await who(c);
    return signedIn === undefined ? toLogin(c) : c.json(signedIn);
  });
});

const cookiesOf = (response: Response) =>
  response.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');

async function send(fields: Readonly<Record<string, string>> = {}, path = login) {
  const opened = await app.request(login);
  const token = /name="token" value="([\w-]{43})"/.exec(await opened.text())?.[1] ?? '';
  const body = new URLSearchParams({ address: 'ntbinh', password: 'Mat-Khau-1', token, ...fields });
  const headers = { cookie: cookiesOf(opened), 'x-client-address': '192.0.2.7' };
  return app.request(path, { method: 'POST', body, headers });
}

const see = (cookie: string) => app.request('/who?x=1', { headers: { cookie } });

describe('with the right password', () => {
  it('a person is in, goes on to the page that was asked for, and is asked for at every page', async () => {
    const response = await send({ next: '/danh-ba?tim=a' });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/danh-ba?tim=a']);
    expect(response.headers.getSetCookie().join()).toMatch(
      /__Host-hopthu_portal_session=[\w-]+; Max-Age=3600; Path=\/; HttpOnly; Secure; SameSite=Strict/,
    );
    expect(await (await see(cookiesOf(response))).json()).toEqual({ entry, before: '20261125010203Z' });
    expect(held).toMatchObject([{ account: 'a1', password: '20261101000000Z' }]);
    expect([asked, seen]).toEqual([['ntbinh Mat-Khau-1'], ['in']]);
  });

  it('stays in at the webmail, which has its cookies on the same host', async () => {
    const names = (await send()).headers.getSetCookie().map((one) => one.split('=')[0] ?? '');
    const webmail = readFileSync('charts/config/webmail/config.inc.php', 'utf8');
    expect(names.filter((name) => webmail.includes(`'${name}'`))).toEqual([]);
    expect(names).toHaveLength(1);
  });

  it('that must be changed, leads to its page, which says so', async () => {
    mustChange = true;
    const response = await send();
    expect([response.status, response.headers.get('location')]).toEqual([
      303,
      '/tai-khoan/mat-khau?phai-doi',
    ]);
    expect(response.headers.getSetCookie().join()).not.toContain('session');
  });
});

describe('a session ends', () => {
  const isOver = async (cookie: string) => {
    const response = await see(cookie);
    expect([response.status, response.headers.get('location')]).toEqual([
      303,
      `${login}?tiep=%2Fwho%3Fx%3D1`,
    ]);
  };

  it('after its time', async () => {
    const cookie = cookiesOf(await send());
    now += 59 * 60_000;
    expect((await see(cookie)).status).toBe(200);
    now += 60_000;
    await isOver(cookie);
  });

  it('when the directory does not know it any more', async () => {
    const cookie = cookiesOf(await send());
    holder = undefined;
    await isOver(cookie);
  });

  it('with another key', async () => {
    const cookie = cookiesOf(await send());
    key = 'another key';
    await isOver(cookie);
    expect(held).toEqual([]);
  });

  it('by logging out, which another page cannot do', async () => {
    const response = await send({}, '/tai-khoan/dang-xuat');
    expect(response.headers.getSetCookie().join()).toMatch(
      /__Host-hopthu_portal_session=; Max-Age=0; Path=\/; .*Secure/,
    );
    const foreign = await send({ token: 'x' }, '/tai-khoan/dang-xuat');
    expect([foreign.status, foreign.headers.getSetCookie()]).toEqual([403, []]);
  });

  it('and none begins by a cookie that somebody made', async () => {
    for (const made of ['x', Buffer.from(JSON.stringify({ account: 'a1' })).toString('base64url')])
      await isOver(`__Host-hopthu_portal_session=${made}`);
    expect(held).toEqual([]);
  });
});

describe('nobody comes in', () => {
  it.each<[PasswordRefusal, string, number]>([
    ['wrong', 'wrong', 200],
    ['closed', 'wrong', 200],
    ['forbidden', 'wrong', 200],
    ['expired', 'expired', 200],
  ])('who is refused as %s and told %s', async (reason, told, status) => {
    refusal = new PasswordRefused(reason);
    const response = await send({ address: '"><b>', next: '/huong-dan' });
    const text = await response.text();
    expect(response.status).toBe(status);
    expect(text).toContain(texts.login[told as 'wrong']);
    expect(text).toContain('value="&quot;&gt;&lt;b&gt;"');
    expect(text).toContain('name="next" value="/huong-dan"');
    expect(text).not.toContain('Mat-Khau-1');
    expect(response.headers.getSetCookie()).toEqual([]);
  });

  it('while the directory is away', async () => {
    refusal = new Unavailable('LDAP', 'gone');
    const response = await send();
    expect([response.status, seen]).toEqual([503, ['unavailable']]);
  });

  it('who guesses too often', async () => {
    refusal = new PasswordRefused('wrong');
    for (let number = 0; number < site.throttle.failures.pair; number += 1)
      await send({ password: `Sai-${number}` });
    expect((await send({ password: 'Sai-99' })).status).toBe(429);
  });

  it('from another page, or without a password', async () => {
    expect((await send({ token: 'x'.repeat(43) })).status).toBe(403);
    expect(await (await send({ password: '' })).text()).toContain(texts.login.incomplete);
    expect((await send({ password: 'x'.repeat(257) })).status).toBe(403);
    expect((await send({ password: 'x'.repeat(9_000) })).status).toBe(413);
    expect(asked).toEqual([]);
  });
});

it.each([
  ['/danh-ba', '/danh-ba'],
  ['/danh-ba/so?tim=B%C3%ACnh&trang=2', '/danh-ba/so?tim=B%C3%ACnh&trang=2'],
  ['/tai-khoan/mat-khau', '/tai-khoan/mat-khau'],
  ['', '/tai-khoan'],
  ['/', '/tai-khoan'],
  ['//evil.example/danh-ba', '/tai-khoan'],
  ['/danh-ba.evil.example', '/tai-khoan'],
  ['/danh-ba/\\evil', '/tai-khoan'],
  ['/danh-ba/../?_task=logout', '/tai-khoan'],
  ['/danh-ba/%2E%2e/?_task=mail', '/tai-khoan'],
  ['/danh-ba/.%2e/', '/tai-khoan'],
  ['/danh-ba/\r\nx: y', '/tai-khoan'],
  ['https://evil.example', '/tai-khoan'],
])('after %j leads to %s', (asked, page) => {
  expect(pageAfter(asked)).toBe(page);
});

it('after a page whose address is longer than the form takes, leads to the mailbox', () => {
  const [whole, longer] = [489, 490].map((length) => `/danh-ba?q=${'a'.repeat(length)}`) as [string, string];
  expect([pageAfter(whole), pageAfter(longer)]).toEqual([whole, '/tai-khoan']);
});
