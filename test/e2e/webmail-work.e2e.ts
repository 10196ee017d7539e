/** What officials do in the webmail beside reading: look somebody up, attach, archive, change the password (R4, R25, R31, R37). */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { socTrang as site } from '../support/sites.ts';
import { openWebmail, type Webmail } from './support/browser.ts';
import { hostPort } from './support/cluster.ts';
import { inMail } from './support/directory.ts';
import { eventually } from './support/eventually.ts';
import { authorityOf, type Person } from './support/person.ts';
import { fresh, people } from './support/resources.ts';

const name = fresh('work-official');
let official: Person;
let colleague: Person;
let webmail: Webmail;

beforeAll(async () => {
  const all = await people(site, { [name]: 'Kiều Văn Việc', 'work-colleague': 'Kiều Thị Thùy Đặng' });
  official = all[name] as Person;
  colleague = all['work-colleague'] as Person;
  await colleague.send({ to: official.address, subject: 'Giữ lại', text: 'Kính gửi: ông Việc' });
  await official.receive('Giữ lại');
  webmail = await openWebmail(site, { caPem: await authorityOf(site), port: hostPort(site, 'webmail') });
  await webmail.login(official.address, official.password);
});
afterAll(() => webmail?.close());

const open = (query: string) => webmail.page.goto(new URL(`/?${query}`, webmail.page.url()).href);

it('a letter goes to the archive of its year', async () => {
  await webmail.readMessage('Giữ lại');
  await webmail.page.click('#toolbar-menu a.archive');
  const year = String(new Date().getFullYear());
  await webmail.page.locator('#messagelist tr.message', { hasText: 'Giữ lại' }).waitFor({ state: 'hidden' });
  // The row goes before the server has answered.
  await eventually(20_000, async () => {
    const archived = await official.imap((client) => client.status(`Archive/${year}`, { messages: true }));
    expect(archived).toMatchObject({ messages: 1 });
  });
});

it.each(['thuy dang', 'Thùy Đặng', 'KIEU THI'])('"%s" finds a colleague in the directory', async (words) => {
  await open('_task=addressbook&_source=directory');
  const found = webmail.page.locator('#contacts-table tr', { hasText: 'Kiều Thị Thùy Đặng' });
  // Before its list is there the page does not listen.
  await found.first().waitFor();
  const answer = webmail.page.waitForResponse((response) => response.url().includes('_action=search'));
  await webmail.page.fill('#searchform', words);
  await webmail.page.press('#searchform', 'Enter');
  await answer;
  await found.first().waitFor();
  expect(await webmail.page.locator('#contacts-table tr', { hasText: 'Kiều Văn Việc' }).count()).toBe(0);
});

it('who writes is offered people by the letters of their names, and told the limit of an attachment', async () => {
  await webmail.compose();
  const [offered] = await webmail.suggestions('thuy dang');
  expect(offered).toContain(`Kiều Thị Thùy Đặng <${colleague.address}>`);
  await webmail.acceptSuggestion();
  const tooLarge = Buffer.alloc(site.attachment + 1, 'x');
  const file = { name: 'to.bin', mimeType: 'application/octet-stream', buffer: tooLarge };
  await webmail.page.setInputFiles('input[type=file]', file);
  const told = webmail.page.locator('#messagestack > div', { hasText: '15 MB' });
  expect((await told.first().textContent())?.trim()).toBe('Tập tin vượt quá dung lượng tối đa 15 MB.');
  await told.first().waitFor({ state: 'hidden' });
  const small = { ...file, name: 'Công văn.pdf', buffer: Buffer.alloc(100_000, 'x') };
  await webmail.page.setInputFiles('input[type=file]', small);
  await webmail.page.locator('#attachment-list li:not(.uploading)', { hasText: 'Công văn.pdf' }).waitFor();
  await webmail.send('Có tệp đính kèm', 'Kính gửi');
  expect(await colleague.receive('Có tệp đính kèm')).toContain('Content-Disposition: attachment');
});

it('goes on through the loss of one webmail, and then of the other (R35): what was begun is sent, with what was attached', async () => {
  const label = 'app.kubernetes.io/name=webmail';
  const pods = (await inMail(site, 'get', 'pods', '-l', label, '-o', 'name')).trim().split('\n');
  expect(pods).toHaveLength(site.webmail.replicas);
  const answers = () =>
    webmail.page.evaluate(async () => {
      const { status } = await fetch('./?_task=mail&_action=refresh&_remote=1', {
        headers: { 'X-Requested-With': 'XMLHttpRequest' },
      });
      if (status !== 200) throw new Error(`${status}`);
    });
  await webmail.compose();
  await webmail.addRecipient(colleague.address);
  const file = { name: 'Tờ trình.pdf', mimeType: 'application/pdf', buffer: Buffer.alloc(100_000, 'x') };
  await webmail.page.setInputFiles('input[type=file]', file);
  await webmail.page.locator('#attachment-list li:not(.uploading)', { hasText: 'Tờ trình.pdf' }).waitFor();
  for (const pod of pods) {
    await inMail(site, 'delete', pod, '--grace-period=0', '--force');
    await eventually(20_000, answers);
    await inMail(site, 'rollout', 'status', 'deployment/webmail', '--timeout=120s');
  }
  await webmail.send('Sau khi mất máy', 'Kính gửi');
  expect(await colleague.receive('Sau khi mất máy')).toContain('Content-Disposition: attachment');
});

it('a person changes the password, is told why one is refused, and goes on with the new one (R25)', async () => {
  const change = async (current: string, next: string): Promise<string | undefined> => {
    await open('_task=settings&_action=plugin.password');
    await webmail.page.fill('#curpasswd', current);
    await webmail.page.fill('#newpasswd', next);
    await webmail.page.fill('#confpasswd', next);
    await webmail.page.click('button.submit');
    const told = webmail.page.locator('#messagestack > div:not(.loading)');
    return (await told.first().textContent())?.trim();
  };
  expect(await change(official.password, 'matkhaumatkhau')).toMatch(/^Mật khẩu chưa đạt/);
  expect(await change('Khong-phai-1', 'Mat-khau-moi-2026')).toBe('Mật khẩu hiện tại không đúng.');
  expect(await change(official.password, 'Mat-khau-moi-2026')).toBe('Đã lưu thành công');
  const before = official.password;
  official.password = 'Mat-khau-moi-2026';
  await official.imap(async (client) => client.noop());
  await open('_task=mail');
  await webmail.page.locator('#mailboxlist').waitFor();
  expect(webmail.violations).toEqual([]);
  official.password = before;
  await expect(official.imap(async () => 'in')).rejects.toMatchObject({ authenticationFailed: true });
});
