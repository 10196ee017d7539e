/** What the handbook tells officials to do in the webmail, done as it says; its pictures are taken on the way (`make pictures`). */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { handbooks } from '../../operator/core/handbook.ts';
import { handbookPath } from '../../operator/core/portal.ts';
import { socTrang as site } from '../support/sites.ts';
import { axeViolations } from './support/axe.ts';
import { openWebmail, type Webmail } from './support/browser.ts';
import { hostPort } from './support/cluster.ts';
import { authorityOf, Person } from './support/person.ts';
import { apply, field, ready } from './support/resources.ts';

const desk = { width: 1280, height: 720 };
const phone = { width: 390, height: 844 };

let official: Person;
let webmail: Webmail;
let page: Page;

const letters = [
  { subject: 'Báo cáo tháng 11 của Phòng Tổ chức cán bộ', text: 'Kính gửi: Lãnh đạo Sở' },
  { subject: 'Công văn số 12 về việc kiểm kê tài sản', text: 'Kính gửi: các phòng chuyên môn' },
  { subject: 'Lịch làm việc tuần 48', text: 'Kính gửi: toàn thể cán bộ, công chức' },
  { subject: 'Thư mời họp giao ban tháng 11', text: 'Kính mời: các đồng chí trưởng phòng' },
] as const;
const letter = {
  subject: 'Công văn số 17',
  text: `Kính gửi đồng chí Trần Thị Thu Hà,

Sở Tài chính gửi kèm Công văn số 17 về việc sử dụng hệ thống thư điện tử của tỉnh.
Đề nghị đồng chí triển khai đến các phòng, trung tâm trực thuộc.

Trân trọng,
Lê Minh Khôi`,
  attachment: Buffer.alloc(86_000, '%PDF-1.7\n'),
  attachmentName: 'cong-van-so-17.pdf',
};

/** Names, titles and an office as in a province; the office's mailbox is delegated to the official. */
beforeAll(async () => {
  await apply(site, 'Organization', 'handbook', { name: 'Sở Tài chính' });
  const organizationRef = { name: 'handbook' };
  const person = (fullName: string, title: string) => ({
    organizationRef,
    type: 'Personal',
    person: { fullName, title },
  });
  await apply(site, 'Mailbox', 'handbook-ha', person('Trần Thị Thu Hà', 'Chuyên viên'));
  await apply(site, 'Mailbox', 'handbook-khoi', person('Lê Minh Khôi', 'Chánh Văn phòng'));
  await apply(site, 'Mailbox', 'handbook-office', {
    organizationRef,
    type: 'Organization',
    delegates: [{ mailboxRef: { name: 'handbook-ha' }, rights: ['Read', 'Write', 'SendAs'] }],
  });
  await ready(site, 'mailbox/handbook-ha', 'mailbox/handbook-khoi', 'mailbox/handbook-office');
  official = await Person.settled(site, 'handbook-ha');
  const colleague = await Person.settled(site, 'handbook-khoi');
  const office = await field(site, 'mailbox/handbook-office', '.status.address');
  const from = { from: `Lê Minh Khôi <${colleague.address}>`, sender: colleague.address };
  for (const one of letters) await colleague.send({ to: official.address, ...from, ...one });
  await colleague.send({ to: office, ...from, subject: 'Công văn số 26', text: 'Kính gửi: Sở Tài chính' });
  await colleague.send({ to: official.address, ...from, ...letter });
  await official.receive(letter.subject);
  await official.imap(async (client) => {
    await client.mailboxCreate('Lịch');
    await client.mailboxSubscribe('Lịch');
  });
  webmail = await openWebmail(site, { caPem: await authorityOf(site), port: hostPort(site, 'webmail') });
  page = webmail.page;
  await page.setViewportSize(desk);
  await webmail.login(official.address, official.password);
});
afterAll(() => webmail?.close());

const open = async (query: string) => {
  await page.goto(new URL(`/?${query}`, page.url()).href);
  await page.waitForLoadState('networkidle');
};

/** Without what Roundcube says in passing. */
async function picture(name: string): Promise<void> {
  await page.locator('#messagestack > div').first().waitFor({ state: 'detached', timeout: 15_000 });
  await webmail.picture(name);
}

it('a letter is read, with what is attached', async () => {
  const read = await webmail.readMessage(letter.subject);
  expect(read.text).toContain('Công văn số 17 về việc sử dụng hệ thống thư điện tử');
  await picture('webmail');
});

it('"cong van" finds every "Công văn"', async () => {
  expect(new Set(await webmail.search('cong van'))).toEqual(
    new Set(['Công văn số 12 về việc kiểm kê tài sản', letter.subject]),
  );
  await picture('webmail-search');
});

it("the office's mailbox stands below Hộp thư đơn vị", async () => {
  await open('_task=mail');
  const shared = page.locator('#mailboxlist a', { hasText: site.domain }).first();
  await shared.click();
  await page.locator('#messagelist tr.message', { hasText: 'Công văn số 26' }).waitFor();
  await picture('webmail-office');
});

it('a letter is written to whom the directory offers, with a file', async () => {
  await webmail.compose();
  expect((await webmail.suggestions('minh khoi'))[0]).toContain('Lê Minh Khôi');
  await webmail.acceptSuggestion();
  await page.fill('#compose-subject', 'Góp ý dự thảo kế hoạch năm 2027');
  await page.fill('#composebody', 'Kính gửi đồng chí Lê Minh Khôi,\n\nTôi gửi kèm bản góp ý.\n\nTrân trọng,');
  const file = { name: 'Góp ý.pdf', mimeType: 'application/pdf', buffer: Buffer.alloc(120_000, 'x') };
  await page.setInputFiles('input[type=file]', file);
  await page.locator('#attachment-list li:not(.uploading)', { hasText: 'Góp ý.pdf' }).waitFor();
  await picture('webmail-compose');
  await webmail.send('Góp ý dự thảo kế hoạch năm 2027', 'Kính gửi đồng chí Lê Minh Khôi');
});

it('the address book finds people without marks', async () => {
  await open('_task=addressbook&_source=directory');
  const found = page.locator('#contacts-table tr', { hasText: 'Lê Minh Khôi' }).first();
  await page.locator('#contacts-table tr').first().waitFor();
  const answer = page.waitForResponse((response) => response.url().includes('_action=search'));
  await page.fill('#searchform', 'minh khoi');
  await page.press('#searchform', 'Enter');
  await answer;
  await found.waitFor();
  await picture('webmail-people');
});

it('a signature is kept', async () => {
  await open('_task=settings&_action=identities');
  await page.locator('#identities-table tr', { hasText: official.address }).first().click();
  const frame = page.frameLocator('#preferences-frame');
  const signature = frame.locator('textarea[name=_signature]');
  await signature.fill('Trần Thị Thu Hà\nChuyên viên, Sở Tài chính\nĐiện thoại: 0299 3821 234');
  await picture('webmail-signature');
  await frame.locator('button.submit').click();
  await page.locator('#messagestack .alert-success, #messagestack .confirmation').first().waitFor();
});

it('a reply for the time of an absence is kept', async () => {
  await open('_task=settings&_action=plugin.managesieve-vacation');
  await page.fill('#vacation_subject', 'Vắng mặt đến ngày 30/11');
  await page.fill(
    '#vacation_reason',
    'Tôi đi công tác đến hết ngày 30/11. Việc gấp xin liên hệ đồng chí Lê Minh Khôi, Văn phòng Sở.',
  );
  await page.selectOption('#vacation_status', 'on');
  await picture('webmail-vacation');
  await page.click('button.submit');
  await page.locator('#messagestack', { hasText: 'Đã lưu trả lời vắng mặt' }).waitFor();
});

it('a rule files letters', async () => {
  await open('_task=settings&_action=plugin.managesieve');
  await page.locator('a.create').first().click();
  const frame = page.frameLocator('#filter-box');
  await frame.locator('#_name').fill('Lịch làm việc');
  await frame.locator('#header0').selectOption('subject');
  await frame.locator('#rule_target0_list input').first().fill('Lịch làm việc');
  await frame.locator('#action_mailbox0').selectOption({ label: 'Lịch' });
  await picture('webmail-filter');
  await frame.locator('button.submit').click();
  await page.locator('#filterslist td', { hasText: 'Lịch làm việc' }).waitFor();
});

it('the list on a telephone', async () => {
  await page.setViewportSize(phone);
  await open('_task=mail&_mbox=INBOX');
  await page.locator('#messagelist tr.message').first().waitFor();
  await picture('webmail-phone');
  expect(webmail.violations).toEqual([]);
});

it.each(handbooks)('the handbook %s, on a telephone and a desk, by keyboard, for everybody', async (book) => {
  await page.goto(new URL(handbookPath, page.url()).href);
  await page.locator(`a[href="${handbookPath}/${book}"]`).first().click();
  await page.locator('.handbook section').last().waitFor();
  for (const size of [phone, desk]) {
    await page.setViewportSize(size);
    expect(await page.evaluate('document.documentElement.scrollWidth > innerWidth')).toBe(false);
    expect(await axeViolations(page)).toEqual([]);
  }
  const unseen =
    '[...document.images].filter(({ complete, naturalWidth }) => !complete || naturalWidth === 0).length';
  expect(await page.evaluate(unseen)).toBe(0);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  expect(new URL(page.url()).hash).toBe('#content');
  await page.evaluate('scrollTo(0, 0)');
  if (book === 'nguoi-dung') await picture('portal-nguoi-dung');
  expect(webmail.violations).toEqual([]);
});
