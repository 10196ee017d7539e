/** Who manages an organization's mailbox on the page "My mailbox": its head, where one is named (R26). */
import { describe, expect, it } from '@jest/globals';
import type { Hono } from 'hono';
import { portalPages } from '../../../../charts/portal-pages.ts';
import { portalTexts } from '../../../../operator/core/portal-texts.ts';
import type { DirectoryEntry } from '../../../../operator/ports.ts';
import { Pages } from '../../../../portal/frame.ts';
import { mailboxRoutes } from '../../../../portal/mailbox/routes.ts';
import { socTrang as site } from '../../../support/sites.ts';

const texts = portalTexts(portalPages(site));
const person = (account: string, cn: string): DirectoryEntry => ({
  dn: `uid=${account},ou=mailboxes`,
  attributes: { cn: [cn], mail: [`${account}@soctrang.gov.vn`], hopThuResource: [`accounts/${account}`] },
});
const [head, writer, office] = [person('ha', 'Lê <Hà>'), person('an', 'Trần An'), person('stttt', 'Sở')];
const formAction = 'action="/tai-khoan/uy-quyen"';

/** The portal for who is logged in, where this person is the head, and may be seen. */
function portalOf(entry: DirectoryEntry, named?: DirectoryEntry, isSeen = true): Hono {
  const organization = {
    dn: 'ou=stttt,ou=organizations',
    attributes: {
      ...{ cn: ['Sở'], hopThuResource: ['accounts/stttt'] },
      ...(named === undefined ? {} : { manager: [named.dn] }),
    },
  };
  const delegates = [{ account: 'an', name: 'an', rights: ['Write' as const], entry: writer }];
  const shared = {
    ...{ entry: office, organization, delegates },
    ...(named === undefined || !isSeen ? {} : { head: named }),
  };
  return mailboxRoutes({
    site,
    texts,
    pages: new Pages(site, texts),
    who: async () => ({ entry }),
    directory: { sharedWith: async () => [shared], candidate: async () => undefined },
    store: { useOf: async () => ({}) },
    ports: { imaps: 993, pop3s: 995, submissions: 465, submission: 587 },
    now: () => Date.parse('2026-11-26T04:00:00Z'),
  });
}
const pageOf = async (portal: Hono) => (await portal.request('/tai-khoan')).text();
const plain = (html: string) => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');

async function propose(portal: Hono): Promise<number> {
  const opened = await portal.request('/tai-khoan');
  const token = /name="token" value="([\w-]{43})"/.exec(await opened.text())?.[1] ?? '';
  const body = new URLSearchParams({ mailbox: 'stttt', token });
  const cookie = opened.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  return (await portal.request('/tai-khoan/uy-quyen', { method: 'POST', body, headers: { cookie } })).status;
}

describe.each<[string, DirectoryEntry, DirectoryEntry | undefined, boolean, RegExp, RegExp]>([
  ['the head', head, head, true, /Tôi là thủ trưởng đơn vị/, /Quyền của tôi|đang đăng nhập\./],
  [
    'a delegate beside the head',
    writer,
    head,
    false,
    /Thủ trưởng đơn vị, người quản lý hộp thư này: Lê &lt;Hà&gt;\. Quyền của tôi: đọc và xử lý\./,
    /Tôi là thủ trưởng/,
  ],
  ['the mailbox itself', office, head, true, /Đây là hộp thư đang đăng nhập\./, /Quyền của tôi/],
  [
    'a delegate who writes, where no head is named',
    writer,
    undefined,
    true,
    /Quyền của tôi/,
    /[Tt]hủ trưởng/,
  ],
])('%s', (_, who, named, mayPropose, says, saysNot) => {
  it(mayPropose ? 'proposes delegates' : 'proposes nobody', async () => {
    const html = await pageOf(portalOf(who, named));
    expect(plain(html)).toMatch(says);
    expect(plain(html)).not.toMatch(saysNot);
    expect(html.includes(formAction)).toBe(mayPropose);
    expect(await propose(portalOf(who, named))).toBe(mayPropose ? 200 : 403);
  });
});

it('a head whom the portal is not shown is named by nobody, and nobody takes the place', async () => {
  const html = await pageOf(portalOf(writer, head, false));
  expect(plain(html)).not.toMatch(/[Tt]hủ trưởng/);
  expect(html).not.toContain(formAction);
});
