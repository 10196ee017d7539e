/** What the portal answers, headers and cookies included (R25). */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { portalPages } from '../../../charts/portal-pages.ts';
import { type Outcome, portalTexts } from '../../../operator/core/portal-texts.ts';
import { portalApp } from '../../../portal/app.ts';
import { SessionCookie } from '../../../portal/login/session.ts';
import type { Form } from '../../../portal/password/form.ts';
import { socTrang as site } from '../../support/sites.ts';

const page = '/tai-khoan/mat-khau';
const texts = portalTexts(portalPages(site));
const filled = { address: 'ntbinh', current: 'Cu-Mat-1', wanted: 'Moi-Mat-2', again: 'Moi-Mat-2' };

let outcome: Outcome;
let asked: { readonly form: Form; readonly address: string }[];
let faults: unknown[];
const app = portalApp({
  site,
  texts,
  changes: {
    async carryOut(form, address) {
      asked.push({ form, address });
      if (outcome === 'other') throw new Error('broken');
      return outcome;
    },
  },
  shelf: { chapters: {}, sizes: {}, picture: async () => Buffer.alloc(0) },
  logins: { carryOut: async () => ({ outcome: 'wrong' }) },
  cookie: new SessionCookie({ key: async () => 'a key', minutes: 60, now: Date.now }),
  who: async () => undefined,
  mailbox: {
    directory: { sharedWith: async () => [], candidate: async () => undefined },
    store: { useOf: async () => ({}) },
    ports: { imaps: 993, pop3s: 995, submissions: 465, submission: 587 },
    now: Date.now,
  },
  kept: { view: () => undefined },
  fault: (error) => faults.push(error),
});

beforeEach(() => {
  outcome = 'wrong';
  asked = [];
  faults = [];
});

async function open(): Promise<{ cookie: string; token: string }> {
  const response = await app.request(page);
  const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? '';
  return { cookie, token: /name="token" value="([\w-]{43})"/.exec(await response.text())?.[1] ?? '' };
}

type Sent = { readonly cookie: string; readonly token: string };
function send(
  { cookie, token }: Sent,
  fields: Readonly<Record<string, string>> = filled,
  headers: Readonly<Record<string, string>> = {},
) {
  const body = new URLSearchParams({ ...fields, token });
  const own = { cookie, 'x-client-address': '192.0.2.7', ...headers };
  return app.request(page, { method: 'POST', body, headers: own });
}

describe('the page', () => {
  it('is in Vietnamese, with the rules of the site', async () => {
    const text = await (await app.request(page)).text();
    expect(text).toContain('<html lang="vi">');
    expect(text).toContain('có ít nhất 8 ký tự');
    expect(text).toContain('khác 5 mật khẩu đã dùng gần nhất');
  });

  it('loads its own files alone, is kept by nobody and framed by nobody', async () => {
    const { headers } = await app.request(page);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|data:|https?:/);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('set-cookie')).toMatch(
      /^__Host-hopthu_portal=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    );
  });

  it.each([
    ['style.css', 'text/css; charset=utf-8'],
    ['rules.js', 'text/javascript; charset=utf-8'],
  ])('%s', async (name, type) => {
    const response = await app.request(`/tai-khoan/${name}`);
    expect(response.headers.get('content-type')).toBe(type);
    expect(await response.text()).toBe(texts.files[name as 'style.css']);
  });

  it.each(['/', '/tai-khoan/texts.yaml', '/tai-khoan/../etc/passwd'])('there is no %s', async (path) => {
    const response = await app.request(path);
    expect([response.status, await response.text()]).toEqual([
      404,
      expect.stringContaining('Không có trang này'),
    ]);
  });

  it('stands in the frame of all pages, which says where one is', async () => {
    const text = await (await app.request(page)).text();
    expect(text).toContain(`<title>Đổi mật khẩu – Hộp Thư – ${site.title}</title>`);
    expect(text.match(/aria-current="page">[^<]*/g)).toEqual(['aria-current="page">Mật khẩu']);
    for (const path of ['/tai-khoan', '/danh-ba', '/huong-dan', '/'])
      expect(text).toContain(`href="${path}"`);
  });
});

describe('a form', () => {
  it('is carried out for the browser that the webmail names', async () => {
    const sent = await open();
    await send(sent);
    expect(asked).toEqual([{ form: { ...filled, token: sent.token }, address: '192.0.2.7' }]);
  });

  it('leads on after the change', async () => {
    outcome = 'changed';
    const text = await (await send(await open())).text();
    expect(text).toContain('Đã đổi mật khẩu');
    expect(text).not.toContain('<form');
  });

  it('that failed comes back with the address, escaped, and without a password', async () => {
    const address = '"><script>alert(1)</script>{{token}}';
    const text = await (await send(await open(), { ...filled, address })).text();
    expect(text).toContain('Địa chỉ hoặc mật khẩu hiện tại không đúng');
    expect(text).toContain('&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;{{token}}');
    expect(text).not.toMatch(/<script>alert|Cu-Mat-1|Moi-Mat-2/);
  });

  it.each([
    ['throttled', 429],
    ['busy', 503],
    ['unavailable', 503],
    ['wrong', 200],
  ] as const)('%s is HTTP %i', async (told, status) => {
    outcome = told;
    expect((await send(await open())).status).toBe(status);
  });

  it('of another page, another browser or another site is not carried out', async () => {
    const [one, other] = [await open(), await open()];
    const refused = await Promise.all([
      send({ ...one, token: other.token }),
      send({ ...one, token: '' }),
      send({ cookie: '', token: one.token }),
      send(one, filled, { 'sec-fetch-site': 'cross-site' }),
      send({ cookie: '__Host-hopthu_portal=', token: '' }),
    ]);
    expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
    expect(asked).toEqual([]);
    await send(one, filled, { 'sec-fetch-site': 'same-origin' });
    expect(asked).toHaveLength(1);
  });

  it('that is too large, or of an unknown kind, is not looked at', async () => {
    const sent = await open();
    const large = await send(sent, { ...filled, wanted: 'x'.repeat(20_000) });
    expect([large.status, faults]).toEqual([413, []]);
    const long = await send(sent, { ...filled, wanted: 'x'.repeat(257) });
    expect(long.status).toBe(403);
    const headers = { cookie: sent.cookie, 'content-type': 'application/json' };
    const json = await app.request(page, { method: 'POST', body: '{', headers });
    expect(json.status).toBe(403);
    expect(asked).toEqual([]);
  });

  it('that breaks something tells the log, and the person nothing of it', async () => {
    outcome = 'other';
    const response = await send(await open());
    expect(response.status).toBe(503);
    expect(await response.text()).not.toContain('broken');
    expect(faults).toMatchObject([{ message: 'broken' }]);
  });
});
