/** "My mailbox": what it says, and proposals for an organization's delegates (R26). */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Hono } from 'hono';
import { parse } from 'yaml';
import { portalPages } from '../../../../charts/portal-pages.ts';
import { parseDelegate } from '../../../../operator/core/delegates.ts';
import { accountOf } from '../../../../operator/core/observed.ts';
import { portalTexts } from '../../../../operator/core/portal-texts.ts';
import type { DirectoryEntry } from '../../../../operator/ports.ts';
import { Pages } from '../../../../portal/frame.ts';
import type { Candidate, Shared } from '../../../../portal/mailbox/directory.ts';
import { mailboxRoutes } from '../../../../portal/mailbox/routes.ts';
import type { Use } from '../../../../portal/mailbox/store.ts';
import { socTrang as site } from '../../../support/sites.ts';

const texts = portalTexts(portalPages(site));
const department = (name: string, parent?: string): DirectoryEntry => ({
  dn: `ou=${name},ou=organizations`,
  attributes: {
    cn: [name === 'stttt' ? 'Sở Thông tin và Truyền thông' : 'Phòng Bưu chính'],
    hopThuResource: [`soc-trang-accounts/${name}`],
    ...(parent === undefined ? {} : { hopThuOrganization: [parent] }),
  },
});
const [whole, unit, other] = [
  department('stttt'),
  department('phong', 'ou=stttt,ou=organizations'),
  department('khac'),
];
const person = (account: string, cn: string, more: DirectoryEntry['attributes'] = {}): DirectoryEntry => ({
  dn: `uid=${account},ou=mailboxes`,
  attributes: {
    cn: [cn],
    o: ['Sở Thông tin và Truyền thông'],
    mail: [`${account}@soctrang.gov.vn`],
    hopThuAddress: [`${account}@soctrang.gov.vn`],
    hopThuQuotaBytes: ['524288000'],
    hopThuResource: [`soc-trang-accounts/mbx-${account}`],
    hopThuOrganization: [whole.dn],
    pwdChangedTime: ['20261101170000Z'],
    ...more,
  },
});
const binh = person('binh', 'Nguyễn Thanh Bình', {
  title: ['Phó Giám đốc'],
  hopThuAddress: ['binh@soctrang.gov.vn', 'binh.nguyen@soctrang.gov.vn', 'cu@soctrang.gov.vn'],
  hopThuFormerAddress: ['cu@soctrang.gov.vn 2027-01-01T00:00:00Z'],
});
const [an, hoa] = [person('an', 'Trần An'), person('hoa', 'Lê <Hoa>')];
const office = person('sotttt', 'Sở Thông tin và Truyền thông', { hopThuType: ['Organization'] });

const logins = [
  { at: Date.parse('2026-11-26T03:59:00Z') / 1000, succeeded: true },
  { at: Date.parse('2026-11-26T03:58:00Z') / 1000, succeeded: false },
];
let signedIn: DirectoryEntry | undefined;
let rightsOfBinh: string;
let use: Use;
let candidates: Record<string, Candidate>;
const shared = (): Shared => ({
  entry: office,
  organization: whole,
  delegates: [
    { ...parseDelegate(`binh mbx-binh ${rightsOfBinh}`), entry: binh },
    { ...parseDelegate('an mbx-an Read'), entry: an },
  ],
});
const app = new Hono({ strict: false });
app.route(
  '/',
  mailboxRoutes({
    site,
    texts,
    pages: new Pages(site, texts),
    who: async () => signedIn && { entry: signedIn, before: '20261125011500Z', logins },
    directory: {
      sharedWith: async () => [shared()],
      candidate: async (address) => candidates[address],
    },
    store: {
      async useOf(host, names) {
        expect([host, names[0]]).toEqual(['dovecot-0', signedIn?.attributes['mail']?.[0]]);
        return use;
      },
    },
    ports: { imaps: 993, pop3s: 995, submissions: 465, submission: 587 },
    now: () => Date.parse('2026-11-26T04:00:00Z'),
  }),
);

beforeEach(() => {
  signedIn = binh;
  rightsOfBinh = 'Read,Write';
  use = {
    usedBytes: 430 * 2 ** 20 + 1,
    sessions: [{ service: 'imap', connections: 2, addresses: ['203.0.113.7'] }],
  };
  candidates = {
    'hoa@soctrang.gov.vn': { entry: hoa, organizations: [unit, whole] },
    'an@soctrang.gov.vn': { entry: an, organizations: [whole] },
    'xa@soctrang.gov.vn': { entry: person('xa', 'Xa'), organizations: [other] },
    'sotttt@soctrang.gov.vn': { entry: office, organizations: [whole] },
  };
});

const text = async () => (await app.request('/tai-khoan')).text();
const plain = (html: string) => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');

describe('the page', () => {
  it('leads who is not in to the login, and back', async () => {
    signedIn = undefined;
    const response = await app.request('/tai-khoan/');
    expect([response.status, response.headers.get('location')]).toEqual([
      303,
      '/tai-khoan/dang-nhap?tiep=%2Ftai-khoan%2F',
    ]);
  });

  it('tells addresses, quota, password and sessions', async () => {
    const said = plain(await text());
    for (const line of [
      'Nguyễn Thanh Bình, Phó Giám đốc – Sở Thông tin và Truyền thông',
      'Địa chỉ chính binh@soctrang.gov.vn',
      'Địa chỉ phụ binh.nguyen@soctrang.gov.vn Địa chỉ cũ cu@soctrang.gov.vn, còn nhận thư đến hết ngày 01/01/2027',
      'Đã dùng 431 MB trong 500 MB (87 %).',
      'Hộp thư sắp đầy.',
      'Mật khẩu phải đổi trước ngày 03/12/2026',
      'Đổi lần gần nhất 02/11/2026',
      'Lần truy cập trước khoảng 08:15 ngày 25/11/2026',
      '10:59 ngày 26/11/2026: thành công 10:58 ngày 26/11/2026: bị từ chối',
      'thư điện tử (IMAP): 2 kết nối, từ 203.0.113.7',
    ])
      expect(said).toContain(line);
  });

  it('says what is not known, which is not 0 and not none', async () => {
    use = {};
    const said = plain(await text());
    expect(said).toContain('Chưa đọc được phần đã dùng');
    expect(said).toContain('Chưa đọc được các phiên đang mở');
    expect(said).not.toMatch(/Đã dùng|Không có phiên/);
    use = { usedBytes: 0, sessions: [] };
    expect(plain(await text())).toMatch(/Đã dùng 0 B trong 500 MB \(0 %\).*Không có phiên nào/);
  });

  it('is kept by nobody', async () => {
    expect((await app.request('/tai-khoan')).headers.get('cache-control')).toBe('no-store');
  });

  it('shows the form to who manages the mailbox alone', async () => {
    expect(await text()).toContain('action="/tai-khoan/uy-quyen"');
    rightsOfBinh = 'Read,SendAs';
    expect(await text()).not.toContain('action="/tai-khoan/uy-quyen"');
    expect(plain(await text())).toContain('Quyền của tôi: đọc, gửi thay.');
    signedIn = office;
    expect(await text()).toContain('action="/tai-khoan/uy-quyen"');
  });
});

it('tells everybody how a device is set up', async () => {
  signedIn = undefined;
  const html = await (await app.request('/tai-khoan/thiet-bi')).text();
  expect(plain(html)).toMatch(/IMAP, nên dùng\) mail\.soctrang\.gov\.vn 993 SSL\/TLS/);
  expect(html).toContain('href="/profile.mobileconfig"');
  expect(html).toContain('https://mail.soctrang.gov.vn/tai-khoan/thiet-bi');
  expect(html).toMatch(/<svg [^>]*viewBox[^>]*>/);
  expect(html).not.toMatch(/style=|<style/);
});

type Fields = readonly (readonly [string, string])[];
async function propose(fields: Fields, token?: string) {
  const opened = await app.request('/tai-khoan');
  const known = /name="token" value="([\w-]{43})"/.exec(await opened.text())?.[1] ?? '';
  const body = new URLSearchParams({ mailbox: accountOf(office), token: token ?? known });
  for (const [name, value] of fields) body.append(name, value);
  const cookie = opened.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  return app.request('/tai-khoan/uy-quyen', { method: 'POST', body, headers: { cookie } });
}
const asBefore: Fields = [
  ['rights-binh', 'Read'],
  ['rights-binh', 'Write'],
  ['rights-an', 'Read'],
];
const manifestIn = (html: string) => {
  const base64 = /href="data:application\/yaml;base64,([^"]*)"/.exec(html)?.[1] ?? '';
  return Buffer.from(base64, 'base64').toString();
};

describe('a proposal', () => {
  it('is a whole Mailbox, whose comment says who proposes what', async () => {
    const response = await propose([
      ['rights-binh', 'Read'],
      ['rights-binh', 'Write'],
      ['address-1', ' hoa@soctrang.gov.vn '],
      ['new-1', 'Read'],
      ['new-1', 'SendAs'],
    ]);
    const html = await response.text();
    expect(response.status).toBe(200);
    const manifest = manifestIn(html);
    expect(parse(manifest)).toEqual({
      apiVersion: 'hopthu.io/v1alpha1',
      kind: 'Mailbox',
      metadata: { name: 'mbx-sotttt', namespace: 'soc-trang-accounts' },
      spec: {
        organizationRef: { name: 'stttt' },
        type: 'Organization',
        delegates: [
          { mailboxRef: { name: 'mbx-binh' }, rights: ['Read', 'Write'] },
          { mailboxRef: { name: 'mbx-hoa' }, rights: ['Read', 'SendAs'] },
        ],
      },
    });
    expect(manifest).toContain(
      '# Người đề nghị: Nguyễn Thanh Bình <binh@soctrang.gov.vn>, lúc 11:00 ngày 26/11/2026',
    );
    expect(manifest).toContain('\n# Thêm Lê <Hoa> <hoa@soctrang.gov.vn>: đọc, gửi thay\n# Bớt Trần An');
    expect(html).toContain('Lê &lt;Hoa&gt;');
    expect(html).toContain('download="mbx-sotttt.yaml"');
  });

  it('may leave nobody', async () => {
    const manifest = manifestIn(await (await propose([])).text());
    expect(parse(manifest).spec.delegates).toEqual([]);
  });

  it('tells a changed right from others', async () => {
    const html = await (await propose([...asBefore, ['rights-an', 'SendAs']])).text();
    expect(plain(html)).toContain('Đổi Trần An &lt;an@soctrang.gov.vn&gt;: từ đọc thành đọc, gửi thay');
    expect(manifestIn(html)).not.toMatch(/Thêm|Bớt/);
  });

  it.each<[string, Fields, string]>([
    ['nothing', [], texts.mailbox.refusals.nothing],
    [
      'a stranger',
      [
        ['address-1', 'la@example.org'],
        ['new-1', 'Read'],
      ],
      `la@example.org: ${texts.mailbox.refusals.unknown}`,
    ],
    [
      'somebody of another organization',
      [
        ['address-1', 'xa@soctrang.gov.vn'],
        ['new-1', 'Read'],
      ],
      texts.mailbox.refusals.outside,
    ],
    [
      'a delegate',
      [
        ['address-1', 'an@soctrang.gov.vn'],
        ['new-1', 'Read'],
      ],
      texts.mailbox.refusals.already,
    ],
    [
      'the mailbox itself',
      [
        ['address-1', 'sotttt@soctrang.gov.vn'],
        ['new-1', 'Read'],
      ],
      texts.mailbox.refusals.itself,
    ],
    ['nobody’s rights', [['address-2', 'hoa@soctrang.gov.vn']], texts.mailbox.refusals.noRights],
  ])('for %s is none, and says why', async (_, fields, told) => {
    const html = await (await propose([...asBefore, ...fields])).text();
    expect(plain(html)).toContain(told);
    expect(html).not.toContain('data:application');
  });

  it('is not taken from another page, from who does not manage the mailbox, or of unknown rights', async () => {
    expect((await propose([], 'x'.repeat(43))).status).toBe(403);
    expect((await propose([['rights-an', 'Admin']])).status).toBe(403);
    rightsOfBinh = 'Read,SendAs';
    signedIn = office;
    const token = await propose(asBefore);
    expect(token.status).toBe(200);
    signedIn = binh;
    expect(
      (
        await app.request('/tai-khoan/uy-quyen', {
          method: 'POST',
          body: new URLSearchParams({ mailbox: 'sotttt' }),
        })
      ).status,
    ).toBe(403);
    signedIn = undefined;
    expect(
      (await app.request('/tai-khoan/uy-quyen', { method: 'POST', body: new URLSearchParams({}) })).status,
    ).toBe(303);
  });
});
