/** Every page that officials see: in Vietnamese, and readable by everybody, on a desk and on a phone (WCAG 2.1 AA, 1.4.3). */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { socTrang as site } from '../support/sites.ts';
import { runAxe } from './support/axe.ts';
import { openWebmail, type Webmail } from './support/browser.ts';
import { hostPort } from './support/cluster.ts';
import { inMail } from './support/directory.ts';
import { authorityOf, type Person } from './support/person.ts';
import { people } from './support/resources.ts';

/** The same in both languages. */
const international = new Set(['bcc', 'unicode', 'miscfolding', 'managesieve.mime']);
/** In the browser: text that the page shows, and what it says to who points at it or cannot see. */
const textsOfPage = `[
  ...document.body.innerText.split('\\n'),
  ...[...document.querySelectorAll('[title], [placeholder], [aria-label]')].flatMap((element) =>
    ['title', 'placeholder', 'aria-label'].map((name) => element.getAttribute(name) ?? '')),
].map((line) => line.trim())`;
/** In the browser: elements whose text is too pale. */
const paleOfPage = `axe.run(document, { iframes: false, runOnly: ['color-contrast'] }).then(({ violations }) =>
  violations.flatMap(({ nodes }) => nodes.map(({ target, any }) => JSON.stringify([target, any[0]?.data]))))`;
const read = readFileSync(new URL('support/labels.php', import.meta.url), 'utf8').replace('<?php', '');

type Texts = Readonly<Record<string, string>>;
let english: Texts;
let vietnamese: Texts;
let reader: Person;

beforeAll(async () => {
  const labels = await inMail(site, 'exec', 'deployment/webmail', '-c', 'php', '--', 'php', '-r', read);
  ({ english, vietnamese } = JSON.parse(labels));
  const { 'pages-sender': sender, 'pages-reader': settled } = await people(site, {
    'pages-sender': 'Khưu Văn Soạn',
    'pages-reader': 'Khưu Thị Đọc',
  });
  reader = settled as Person;
  await sender?.send({ to: reader.address, subject: 'Công văn số 19', text: 'Kính gửi: Sở Nội vụ' });
  await reader.receive('Công văn số 19');
});

it('no label of Roundcube and of the plugins in use is left in English', () => {
  expect(Object.keys(english).length).toBeGreaterThan(700);
  const left = Object.entries(english).filter(
    ([key, text]) => !international.has(key) && /[a-z]{3}/i.test(text) && (vietnamese[key] ?? text) === text,
  );
  expect(left).toEqual([]);
});

const pages = {
  thu: '_task=mail',
  'soan-thu': '_task=mail&_action=compose',
  'danh-ba': '_task=addressbook&_source=directory',
  'tuy-chon': '_task=settings',
  'thu-muc': '_task=settings&_action=folders',
  'danh-tinh': '_task=settings&_action=identities',
  'thu-mau': '_task=settings&_action=responses',
  'bo-loc': '_task=settings&_action=plugin.managesieve',
  'vang-mat': '_task=settings&_action=plugin.managesieve-vacation',
  'mat-khau': '_task=settings&_action=plugin.password',
  'gioi-thieu': '_task=settings&_action=about',
};

describe.each([
  ['desktop', { width: 1280, height: 800 }],
  ['phone', { width: 390, height: 844 }],
])('on a %s', (device, size) => {
  let webmail: Webmail;

  beforeAll(async () => {
    const port = hostPort(site, 'webmail');
    webmail = await openWebmail(site, { caPem: await authorityOf(site), port });
    await webmail.page.setViewportSize(size);
  });
  afterAll(() => webmail?.close());

  async function look(name: string): Promise<void> {
    await webmail.screenshot(`webmail-${device}-${name}`);
    const known = new Set(Object.values(vietnamese));
    const foreign = new Set(
      Object.values(english).filter((text) => /[a-z]{3}/i.test(text) && !known.has(text)),
    );
    const shown = await webmail.page.evaluate<readonly string[]>(textsOfPage);
    expect(shown.filter((line) => foreign.has(line))).toEqual([]);
    expect(await runAxe(webmail.page, paleOfPage)).toEqual([]);
  }

  it('the login', () => look('dang-nhap'));

  it('the list, and a letter', async () => {
    await webmail.login(reader.address, reader.password);
    await webmail.page.locator('#messagelist tr.message').first().waitFor();
    await look('hop-thu');
  });

  it.each(Object.entries(pages))('%s', async (name, query) => {
    await webmail.page.goto(new URL(`/?${query}`, webmail.page.url()).href);
    await webmail.page.waitForLoadState('networkidle');
    await look(name);
  });
});
