/** What the portal answers below /danh-ba, and to whom (R40). */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Hono } from 'hono';
import { portalPages } from '../../../../charts/portal-pages.ts';
import { portalTexts } from '../../../../operator/core/portal-texts.ts';
import type { Published, Viewer } from '../../../../operator/core/published.ts';
import { Unavailable } from '../../../../operator/errors.ts';
import { clientHeader } from '../../../../portal/client-address.ts';
import { Pages } from '../../../../portal/frame.ts';
import { Downloads } from '../../../../portal/published/downloads.ts';
import { KeptDirectory } from '../../../../portal/published/kept.ts';
import type { Listed } from '../../../../portal/published/model.ts';
import { publishedRoutes } from '../../../../portal/published/routes.ts';
import { organization, person, small } from '../../../support/published.ts';
import { socTrang } from '../../../support/sites.ts';

const texts = portalTexts(portalPages(socTrang));
const signedIn = { entry: { dn: '', attributes: {} } };
let viewer: Viewer | 'unknown';
const who = async () => {
  if (viewer === 'unknown') throw new Unavailable('LDAP', 'away');
  return viewer === 'members' ? signedIn : undefined;
};
beforeEach(() => {
  viewer = 'public';
});

let seconds = 0;

async function portal(listed: Listed | undefined, published: Published = socTrang.published) {
  const site = { ...socTrang, published };
  const kept = new KeptDirectory({
    site,
    read: async () => listed ?? small,
    now: () => new Date('2026-11-25T22:05:00Z'),
    fault: () => undefined,
  });
  if (listed !== undefined) await kept.refresh();
  const app = new Hono({ strict: false });
  const pages = new Pages(site, texts);
  const downloads = new Downloads(published.downloadsPerHour, () => seconds);
  app.route('/', publishedRoutes({ site, words: texts.published, pages, kept, who, downloads }));
  const get = async (path: string, more: Readonly<Record<string, string>> = {}) => {
    const response = await app.request(path, { headers: { [clientHeader]: '192.0.2.7', ...more } });
    const { status, headers } = response;
    return { status, headers, text: await response.text() };
  };
  return get;
}

describe('the tree', () => {
  it('is there without a script, with the date in Việt Nam', async () => {
    const { text, status } = await (await portal(small))('/danh-ba');
    expect(status).toBe(200);
    expect(text).toContain('4 cơ quan, đơn vị và 4 cá nhân');
    expect(text).toMatch(/<details><summary>Sở Thông tin và Truyền thông/);
    expect(text).toContain(
      '<a class="leaf" href="/danh-ba/don-vi/phongcntt.sotttt">Phòng Công nghệ thông tin</a>',
    );
    expect(text).toContain('Cập nhật lúc 05:05 ngày 26/11/2026');
    expect(text).not.toContain('<script');
  });

  it('shows what is in a name as text', async () => {
    const listed = { organizations: [organization(1, '<b>"Sở"</b>', 'so')], mailboxes: [] };
    expect((await (await portal(listed))('/danh-ba')).text).toContain('&lt;b&gt;&quot;Sở&quot;&lt;/b&gt;');
  });
});

describe('an organization', () => {
  it('has its contact, its units and its people, and leads up', async () => {
    const get = await portal(small);
    const { text } = await get('/danh-ba/don-vi/sotttt');
    expect(text).toContain('<a href="mailto:sotttt@soctrang.gov.vn">');
    expect(text).toContain('<a href="tel:02993821234">0299 3821 234</a>');
    expect(text).toContain('Số 56, đường Lê Duẩn; phường 3');
    expect(text).toContain('<dt>Thủ trưởng</dt><dd>Nguyễn Thanh Bình, Giám đốc</dd>');
    expect(text.indexOf('Nguyễn Thanh Bình')).toBeLessThan(text.indexOf('Trần Văn An'));
    const unit = await get('/danh-ba/don-vi/phongcntt.sotttt');
    expect(unit.text).not.toContain('Thủ trưởng');
    expect(unit.text).toContain('<li><a href="/danh-ba/don-vi/sotttt">Sở Thông tin và Truyền thông</a></li>');
  });

  it('that there is not is not there', async () => {
    const get = await portal(small);
    for (const path of ['don-vi/khong', 'don-vi/khong/danh-ba.csv', 'don-vi/__proto__', 'danh-ba.xlsx'])
      expect((await get(`/danh-ba/${path}`)).status).toBe(404);
  });

  it('with many people has pages', async () => {
    const many = Array.from({ length: 120 }, (_, number) => person(100 + number, `Lê Văn Số${number}`, 1));
    const get = await portal({ organizations: [organization(1, 'Sở Nội vụ', 'snv')], mailboxes: many });
    const count = (text: string) => text.match(/Lê Văn Số/g)?.length;
    const first = await get('/danh-ba/don-vi/snv');
    expect([count(first.text), first.text.includes('Trang 1 trên 3')]).toEqual([50, true]);
    const last = await get('/danh-ba/don-vi/snv?trang=3');
    expect([count(last.text), last.text.includes('?trang=2'), last.text.includes('?trang=4')]).toEqual([
      ...[20, true, false],
    ]);
    for (const wrong of ['0', '-1', 'x', '1e9', '99', '1.5'])
      expect((await get(`/danh-ba/don-vi/snv?trang=${wrong}`)).status).toBe(200);
    const found = await get('/danh-ba?q=le+van&trang=2');
    expect([count(found.text), found.text.includes('?q=le+van&amp;trang=3')]).toEqual([50, true]);
  });
});

describe('a search', () => {
  it('is shown with what was typed, as text', async () => {
    const get = await portal(small);
    expect((await get('/danh-ba?q=nguyen')).text).toContain('Tìm thấy 2 kết quả cho “nguyen”');
    const { text } = await get('/danh-ba?q=%22%3E%3Cscript%3E');
    expect(text).toContain('Không tìm thấy gì cho “&quot;&gt;&lt;script&gt;”');
  });
});

describe('a telephone for members', () => {
  const paths = ['', '?q=tran+van+an', '/don-vi/sotttt', '/danh-ba.csv', '/danh-ba.vcf', '/danh-ba.ldif'];
  const everywhere = [...paths, '/don-vi/sotttt/danh-ba.csv', '/don-vi/sotttt/danh-ba.vcf'];

  it.each(everywhere)('is nowhere in /danh-ba%s for the public', async (path) => {
    const { text, status } = await (await portal(small))(`/danh-ba${path}`);
    expect([status, text.includes('0299 111')]).toEqual([200, false]);
  });

  it('is offered to who logs in, where there is one', async () => {
    const link = '<a href="/tai-khoan/dang-nhap?tiep=%2Fdanh-ba%2Fdon-vi%2Fsotttt">Đăng nhập</a>';
    expect((await (await portal(small))('/danh-ba/don-vi/sotttt')).text).toContain(link);
    const people = { ...socTrang.published.people, phone: 'public' as const };
    const open = await portal(small, { ...socTrang.published, people });
    expect((await open('/danh-ba/don-vi/sotttt')).text).not.toContain('Đăng nhập</a> để xem');
    viewer = 'members';
    expect((await (await portal(small))('/danh-ba/don-vi/sotttt')).text).not.toContain(
      'Đăng nhập</a> để xem',
    );
  });

  it('is there for who is logged in, and kept by nobody on the way', async () => {
    viewer = 'members';
    const get = await portal(small);
    for (const path of everywhere.slice(1)) {
      const { text, headers } = await get(`/danh-ba${path}`);
      expect([path, text.includes('0299 111')]).toEqual([path, true]);
      expect(headers.get('cache-control')).toBe('private, no-cache');
    }
  });
});

it('who cannot be told for the moment sees what everybody sees', async () => {
  viewer = 'unknown';
  const { text, status } = await (await portal(small))('/danh-ba/don-vi/sotttt');
  expect([status, text.includes('0299 111')]).toEqual([200, false]);
});

describe('the directory', () => {
  const of = (listed: 'members' | 'nobody') => ({
    ...socTrang.published,
    organizations: { ...socTrang.published.organizations, listed },
  });

  it('for members alone leads to the login and back', async () => {
    const get = await portal(small, of('members'));
    for (const [path, back] of [
      ['/danh-ba?q=an', '%2Fdanh-ba%3Fq%3Dan'],
      ['/danh-ba/danh-ba.csv', '%2Fdanh-ba%2Fdanh-ba.csv'],
    ] as const) {
      const { status, headers } = await get(path);
      expect([status, headers.get('location')]).toEqual([303, `/tai-khoan/dang-nhap?tiep=${back}`]);
    }
    viewer = 'members';
    expect((await get('/danh-ba')).text).toContain('Sở Đắk Lắk');
  });

  it('for nobody is not there', async () => {
    viewer = 'members';
    expect((await (await portal(small, of('nobody')))('/danh-ba')).status).toBe(404);
  });

  it('that was never read is away for a while', async () => {
    expect((await (await portal(undefined))('/danh-ba')).status).toBe(503);
  });
});

describe('files', () => {
  it.each([
    ['csv', 'text/csv; charset=utf-8', '\uFEFFLoại'],
    ['vcf', 'text/vcard; charset=utf-8', 'BEGIN:VCARD'],
    ['ldif', 'text/x-ldif; charset=utf-8', 'version: 1'],
  ])('of one organization: %s', async (format, type, beginning) => {
    const { headers, text } = await (await portal(small))(`/danh-ba/don-vi/sotttt/danh-ba.${format}`);
    expect(headers.get('content-type')).toBe(type);
    expect(headers.get('content-disposition')).toBe(`attachment; filename="danh-ba-sotttt.${format}"`);
    expect(Buffer.from(text).toString()).toContain(beginning.replace('\uFEFF', ''));
    expect(text).not.toContain('nvdung');
  });
});

describe('who fetches files again and again', () => {
  const few = { ...socTrang.published, downloadsPerHour: 2 };
  const whole = '/danh-ba/danh-ba.csv';

  it('has to wait, and is told how long in Vietnamese; pages and others do not', async () => {
    const get = await portal(small, few);
    for (const format of ['csv', 'ldif']) expect((await get(`/danh-ba/danh-ba.${format}`)).status).toBe(200);
    const { status, headers, text } = await get(whole);
    expect([status, headers.get('retry-after')]).toEqual([429, '1800']);
    expect(text).toContain('nhiều nhất 2 lần trong một giờ. Đề nghị tải lại sau 30 phút.');
    expect((await get('/danh-ba?q=an')).status).toBe(200);
    expect((await get(whole, { [clientHeader]: '192.0.2.8' })).status).toBe(200);
    viewer = 'members';
    expect((await get(whole)).status).toBe(200);
    viewer = 'public';
    seconds += 1799;
    expect((await get(whole)).status).toBe(429);
    seconds += 1;
    expect((await get(whole)).status).toBe(200);
  });

  it('has to wait too where who is logged in sees no more', async () => {
    const people = { ...few.people, phone: 'public' as const };
    const get = await portal(small, { ...few, people });
    const answers = await Promise.all([1, 2, 3].map(() => get(whole)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
  });

  it('counts parts as what is in them, and an IPv6 network as one client', async () => {
    const get = await portal(small, few);
    // One of four organizations and four people.
    for (let time = 0; time < 16; time += 1)
      expect((await get('/danh-ba/don-vi/sodl/danh-ba.vcf')).status).toBe(200);
    expect((await get('/danh-ba/don-vi/sodl/danh-ba.vcf')).status).toBe(429);
    const from = (address: string) => get(whole, { [clientHeader]: address });
    const answers = await Promise.all(['2001:db8::1', '2001:db8::2', '2001:db8::3'].map(from));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
  });

  it('is given nothing anew while nothing changed, and that costs nothing', async () => {
    const get = await portal(small, few);
    const { headers } = await get(whole);
    const tag = headers.get('etag') ?? '';
    expect(tag).toMatch(/^"[\w-]{43}"$/);
    for (const known of [tag, `W/${tag}`, `"x", ${tag}`, '*'])
      expect(await get(whole, { 'if-none-match': known })).toMatchObject({ status: 304, text: '' });
    expect((await get(whole, { 'if-none-match': '"x"' })).status).toBe(200);
    const other = await portal({ ...small, mailboxes: small.mailboxes.slice(1) }, few);
    expect((await other(whole, { 'if-none-match': tag })).status).toBe(200);
    viewer = 'members';
    expect((await get(whole, { 'if-none-match': tag })).status).toBe(200);
  });
});
