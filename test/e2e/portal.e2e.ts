/** From the first password to the mailbox, and what the portal tells of it: in a browser, on a phone, by keyboard alone, and without JavaScript (R25, R26). */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { socTrang as site } from '../support/sites.ts';
import { axeViolations } from './support/axe.ts';
import { openWebmail, type Webmail } from './support/browser.ts';
import { hostPort, inAccounts } from './support/cluster.ts';
import { eventually } from './support/eventually.ts';
import { openImap } from './support/open-sessions.ts';
import { authorityOf, Person } from './support/person.ts';
import { apply, field, fresh, personSpec, ready } from './support/resources.ts';

const chosen = 'Mat-khau-dau-2026';
const later = 'Mat-khau-sau-2026';
const office = 'portal-office';

let webmail: Webmail;
let page: Page;
let newcomer: Person;

beforeAll(async () => {
  const name = fresh('portal-newcomer');
  const organizationRef = { name: office };
  await apply(site, 'Organization', office, { name: 'Chi cục Kiểm lâm', headRef: { name } });
  await apply(
    site,
    'Mailbox',
    name,
    personSpec('Đinh Thị Mới', { organizationRef, aliases: [`alias-${name}`] }),
  );
  await apply(site, 'Mailbox', office, {
    organizationRef,
    type: 'Organization',
    quota: '700Mi',
    delegates: [{ mailboxRef: { name }, rights: ['Read'] }],
  });
  await ready(site, `mailbox/${name}`, `mailbox/${office}`);
  newcomer = await Person.newcomer(site, name);
  webmail = await openWebmail(site, { caPem: await authorityOf(site), port: hostPort(site, 'webmail') });
  page = webmail.page;
  await page.setViewportSize({ width: 390, height: 844 });
});
afterAll(() => webmail?.close());

async function look(name: string): Promise<void> {
  await webmail.screenshot(`portal-${name}`);
  const wide = await page.evaluate('document.documentElement.scrollWidth > innerWidth');
  expect(wide).toBe(false);
  expect(await axeViolations(page)).toEqual([]);
}

/** The first link of every page leads past the others. */
async function passNavigation(): Promise<void> {
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
}

it('the webmail tells who has the right first password, and nobody else, and leads to the page', async () => {
  const link = page.locator('#messagestack a.change-password');
  await expect(webmail.login(newcomer.address, 'Sai-Mat-Khau-1')).rejects.toThrow();
  expect(await link.count()).toBe(0);
  await page.reload();
  await expect(webmail.login(newcomer.address, newcomer.password)).rejects.toThrow();
  await webmail.picture('portal-webmail');
  await link.click();
  await page.locator('#wanted').waitFor();
  expect(new URL(page.url()).pathname).toBe('/tai-khoan/mat-khau');
});

it('by keyboard alone: rules are ticked as they are met, and the mailbox opens afterwards', async () => {
  await look('form');
  await webmail.picture('portal-phone');
  await page.setViewportSize({ width: 1280, height: 900 });
  const typed = { address: newcomer.address, current: newcomer.password, wanted: chosen, again: chosen };
  await passNavigation();
  for (const [field, text] of Object.entries(typed)) {
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.id')).toBe(field);
    await page.keyboard.type(text);
    if (field === 'wanted') expect(await page.locator('#rules li.met').count()).toBe(6);
  }
  expect(await page.locator('#rules li.met').count()).toBe(7);
  await look('typed');
  await webmail.picture('portal');
  await page.setViewportSize({ width: 390, height: 844 });
  await page.keyboard.press('Enter');
  await page.locator('.message.good').waitFor();
  await look('done');
  await passNavigation();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.locator('#rcmloginuser').waitFor();
  await page.setViewportSize({ width: 1280, height: 800 });
  await webmail.login(newcomer.address, chosen);
  newcomer.password = chosen;
  expect(webmail.violations).toEqual([]);
});

it('without JavaScript; what was open with the former password ends', async () => {
  const open = await openImap(newcomer);
  const context = await page.context().browser()?.newContext({ javaScriptEnabled: false });
  const plain = await context?.newPage();
  if (plain === undefined) throw new Error('no browser');
  await plain.goto(new URL('/tai-khoan/mat-khau', page.url()).href);
  const send = async (current: string, wanted: string) => {
    const typed = { address: newcomer.address, current, wanted, again: wanted };
    for (const [field, text] of Object.entries(typed)) await plain.fill(`#${field}`, text);
    await plain.click('button');
  };
  await send('Sai-Mat-Khau-1', later);
  expect(await plain.locator('.message').textContent()).toContain('không đúng');
  await send(chosen, newcomer.password.slice(0, 3));
  expect(await plain.locator('.message').textContent()).toContain('chưa đạt các yêu cầu');
  await send(chosen, later);
  await plain.locator('.message.good').waitFor();
  await open.ended;
  // Dovecot takes the former password for some seconds.
  await eventually(20_000, async () => {
    await page.goto(new URL('/?_task=mail', page.url()).href);
    expect(await page.locator('#rcmloginuser').count()).toBe(1);
  });
  newcomer.password = later;
  expect(await newcomer.imap(async () => 'in')).toBe('in');
});

describe('my mailbox', () => {
  it('is seen after a login, by keyboard alone, with what is open', async () => {
    await page.goto(new URL('/tai-khoan', page.url()).href);
    expect(new URL(page.url()).pathname).toBe('/tai-khoan/dang-nhap');
    await look('login');
    await passNavigation();
    for (const text of [newcomer.address, newcomer.password]) {
      await page.keyboard.press('Tab');
      await page.keyboard.type(text);
    }
    await page.keyboard.press('Enter');
    await page.locator('h1', { hasText: 'Hộp thư của tôi' }).waitFor();
    const main = () => page.locator('main').textContent();
    const said = await main();
    for (const text of [
      newcomer.address,
      `alias-${newcomer.name}@`,
      'trong 500 MB',
      'Mật khẩu phải đổi',
      '993',
    ])
      expect(said).toContain(text);
    expect(said).toMatch(/Lần truy cập trước\s*khoảng \d\d:\d\d ngày/);
    // Whoever has become a delegate is logged out once more, so that the session sees what is shared.
    let open = await openImap(newcomer);
    await eventually(20_000, async () => {
      if (open.hasEnded()) open = await openImap(newcomer);
      await page.reload();
      expect(await main()).toMatch(/\(IMAP\): 1 kết nối/);
    });
    await look('mailbox-desk');
    await webmail.picture('portal-mailbox');
    await page.setViewportSize({ width: 390, height: 844 });
    await look('mailbox-phone');
    await webmail.picture('portal-mailbox-phone');
    await page.setViewportSize({ width: 1280, height: 900 });
    await open.close();
  });

  it('the head, who may read alone, proposes a change, which is a manifest for review and takes nothing else away', async () => {
    expect(await page.locator('main').textContent()).toContain('Tôi là thủ trưởng đơn vị');
    await page.getByRole('checkbox', { name: 'Gửi thay, Đinh Thị Mới' }).check();
    await page.getByRole('button', { name: 'Soạn đề nghị' }).click();
    await page.locator('pre').waitFor();
    await look('proposal');
    const download = page.waitForEvent('download');
    await page.locator('a[download]').click();
    const manifest = await readFile(await (await download).path(), 'utf8');
    expect(manifest).toBe(await page.locator('pre').textContent());
    expect(await field(site, `mailbox/${office}`, '.status.delegates[*].rights')).toBe('["Read"]');
    await inAccounts(site, ['patch', 'mailbox', office, '--type=merge', '--patch', manifest]);
    await eventually(20_000, async () =>
      expect(await field(site, `mailbox/${office}`, '.status.delegates[*].rights')).toBe('["Read","SendAs"]'),
    );
    expect(await field(site, `mailbox/${office}`, '.spec.quota')).toBe('700Mi');
  });

  it('is left by logging out', async () => {
    await page.getByRole('link', { name: 'Trở về' }).click();
    await page.getByRole('button', { name: 'Đăng xuất' }).click();
    await page.goto(new URL('/tai-khoan', page.url()).href);
    expect(new URL(page.url()).pathname).toBe('/tai-khoan/dang-nhap');
    await page.goto(new URL('/tai-khoan/thiet-bi', page.url()).href);
    await page.setViewportSize({ width: 390, height: 844 });
    await look('devices');
  });
});
