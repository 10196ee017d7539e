/** Vietnamese is found with and without its marks, in mail clients and in the webmail (R5). */
import { beforeAll, expect, it } from '@jest/globals';
import { socTrang as site } from '../support/sites.ts';
import { openWebmail } from './support/browser.ts';
import { hostPort } from './support/cluster.ts';
import { authorityOf, type Person } from './support/person.ts';
import { people } from './support/resources.ts';

const letters = [
  { subject: 'Công văn số 17', text: 'Kính gửi: Ủy ban nhân dân tỉnh Đắk Lắk' },
  { subject: 'Giấy mời họp', text: 'Về việc phòng, chống dịch ở xã Thạnh Phú' },
  // As macOS writes it: letters and marks apart.
  { subject: 'Thông báo'.normalize('NFD'), text: 'Nghị quyết của Hội đồng nhân dân'.normalize('NFD') },
];
let reader: Person;

beforeAll(async () => {
  const { 'search-sender': sender, 'search-reader': settled } = await people(site, {
    'search-sender': 'Quách Văn Gửi',
    'search-reader': 'Quách Thị Tìm',
  });
  reader = settled as Person;
  for (const letter of letters) await sender?.send({ to: reader.address, ...letter });
  await Promise.all(letters.map(({ subject }) => reader.receive(subject)));
});

it.each([
  [{ subject: 'cong van' }, 'Công văn số 17'],
  [{ subject: 'Công văn' }, 'Công văn số 17'],
  [{ body: 'dak lak' }, 'Công văn số 17'],
  [{ text: 'ĐẮK LẮK' }, 'Công văn số 17'],
  [{ text: 'thanh phu' }, 'Giấy mời họp'],
  [{ subject: 'thong bao' }, 'Thông báo'],
  [{ body: 'nghị quyết' }, 'Thông báo'],
])('%j finds "%s" over IMAP', async (query, subject) => {
  const found = await reader.imap(async (client) => {
    await client.mailboxOpen('INBOX');
    const uids = (await client.search(query, { uid: true })) || [];
    return client.fetchAll(uids, { envelope: true }, { uid: true });
  });
  const subjects = found.map(({ envelope }) => envelope?.subject?.normalize('NFC'));
  expect(new Set(subjects)).toEqual(new Set([subject]));
});

it('"cong van" finds "Công văn" in the webmail', async () => {
  const port = hostPort(site, 'webmail');
  const webmail = await openWebmail(site, { caPem: await authorityOf(site), port });
  try {
    await webmail.login(reader.address, reader.password);
    expect(new Set(await webmail.search('cong van'))).toEqual(new Set(['Công văn số 17']));
    expect(webmail.violations).toEqual([]);
  } finally {
    await webmail.close();
  }
});
