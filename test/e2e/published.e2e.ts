/** The published directory as people find it: in a browser, on a phone, by keyboard alone, without JavaScript, and as files (R40, R44). */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { kubectl } from '../kind/install.ts';
import { socTrang as site } from '../support/sites.ts';
import { axeViolations } from './support/axe.ts';
import { openWebmail, type Webmail } from './support/browser.ts';
import { hostPort, testCluster } from './support/cluster.ts';
import { eventually } from './support/eventually.ts';
import { authorityOf } from './support/person.ts';
import { apply, fresh, ready } from './support/resources.ts';

const inMail = (args: readonly string[], input?: string) =>
  kubectl(testCluster(), ['-n', site.namespaces.mail, ...args], input);
/** Ours alone, so that no other journey's people are in the way. */
const mark = fresh('danhba').replace('danhba-', '');
const department = `Sở Văn hóa ${mark}`;

let webmail: Webmail;
let page: Page;
let home: string;
let csv = '';
let files: Readonly<Record<string, string>> = {};
const ours = (text: string) => text.split('\r\n').filter((line) => line.includes(mark));

beforeAll(async () => {
  const contact = { phone: '0299 3612 345', address: 'Số 8, đường Hùng Vương' };
  await apply(site, 'Organization', `danh-ba-${mark}`, { name: department, sector: 'Department', contact });
  const unit = { name: `Phòng Di sản ${mark}`, parentRef: { name: `danh-ba-${mark}` } };
  await apply(site, 'Organization', `di-san-${mark}`, unit);
  const person = (fullName: string, more: object = {}) => ({
    organizationRef: { name: `di-san-${mark}` },
    type: 'Personal',
    person: { fullName, title: 'Trưởng phòng', phone: '0299 999 777' },
    ...more,
  });
  const mailboxes = {
    [`office-${mark}`]: { organizationRef: { name: `danh-ba-${mark}` }, type: 'Organization' },
    [`head-${mark}`]: person('Đặng Thị Ngọc Ẩn'),
    [`hidden-${mark}`]: person('Đặng Thị Kín', { published: false }),
    [`away-${mark}`]: person('Đặng Thị Vắng', { state: 'Suspended' }),
  };
  for (const [name, spec] of Object.entries(mailboxes)) await apply(site, 'Mailbox', name, spec);
  await ready(site, ...Object.keys(mailboxes).map((name) => `mailbox/${name}`));
  // Sooner than the interval: each pod reads the directory when it starts.
  await inMail(['delete', 'pods', '-l', 'app.kubernetes.io/name=portal', '--grace-period=1']);
  await inMail(['rollout', 'status', 'deployment/portal', '--timeout=120s']);
  const pods = await inMail(['get', 'pods', '-l', 'app.kubernetes.io/name=portal', '-o', 'name']);
  for (const pod of pods.split('\n')) await eventually(60_000, () => hasRead(pod));
  webmail = await openWebmail(site, { caPem: await authorityOf(site), port: hostPort(site, 'webmail') });
  page = webmail.page;
  home = new URL('/danh-ba', page.url()).href;
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${home}?q=${encodeURIComponent(`dang ${mark}`)}`);
  expect(await page.locator('.people li').count()).toBe(1);
}, 180_000);
afterAll(() => webmail?.close());

/** @throws until the pod has read the directory once */
async function hasRead(pod: string): Promise<void> {
  const program = `fetch('http://127.0.0.1:8080/metrics').then((answer) => answer.text()).then(console.log)`;
  const metrics = await inMail(['exec', pod, '--', '/usr/local/bin/node', '-e', program]);
  expect(metrics).toMatch(/^hopthu_published_read_timestamp_seconds\{[^}]*\} [1-9]/m);
}

async function look(name: string): Promise<void> {
  await webmail.screenshot(`danh-ba-${name}`);
  expect(await page.evaluate('document.documentElement.scrollWidth > innerWidth')).toBe(false);
  expect(await axeViolations(page)).toEqual([]);
}

it('a search without diacritics finds who is shown, and nobody else; telephones are not for the public', async () => {
  const text = (await page.locator('main').textContent()) ?? '';
  expect(text).toContain('Đặng Thị Ngọc Ẩn');
  expect(text).toContain('Trưởng phòng');
  expect(text).not.toMatch(/Kín|Vắng|999 777/);
  await look('search');
  await page.locator('.people a', { hasText: 'Phòng Di sản' }).click();
  await page.locator('h1', { hasText: 'Phòng Di sản' }).waitFor();
  expect(await page.locator('.trail').textContent()).toContain(department);
  await look('phone');
});

it('by keyboard alone and without JavaScript: the tree opens, and leads to an organization', async () => {
  const context = await page.context().browser()?.newContext({ javaScriptEnabled: false });
  const plain = await context?.newPage();
  if (plain === undefined) throw new Error('no browser');
  await plain.goto(home);
  const focused = () => plain.locator(':focus').first();
  const summary = plain.locator('summary', { hasText: department });
  await plain.locator('#q').focus();
  for (let pressed = 0; pressed < 300; pressed += 1) {
    await plain.keyboard.press('Tab');
    if (((await focused().textContent()) ?? '').startsWith(department)) break;
  }
  await plain.keyboard.press('Enter');
  expect(await summary.evaluate((element) => element.parentElement?.hasAttribute('open'))).toBe(true);
  await plain.keyboard.press('Tab');
  await plain.keyboard.press('Enter');
  await plain.locator('h1', { hasText: department }).waitFor();
  expect(await plain.locator('.contact').textContent()).toContain('0299 3612 345');
  await context?.close();
});

it('on a desk the tree is readable, and what it offers are files', async () => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.goto(home);
  await page.locator('summary', { hasText: department }).click();
  await look('tree');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.locator('.files a', { hasText: 'CSV' }).click(),
  ]);
  csv = readFileSync(await download.path(), 'utf8');
  expect(csv.startsWith('\uFEFFLoại,')).toBe(true);
  expect(csv).toContain(`Đặng Thị Ngọc Ẩn,Trưởng phòng,Phòng Di sản ${mark},${department}`);
  expect(webmail.violations).toEqual([]);
});

it('one Job of the CronJob writes the same as files, with the date, and nothing that is not public', async () => {
  const job = `publish-${mark}`;
  await inMail(['create', 'job', job, '--from=cronjob/publish']);
  const ended = inMail(['wait', '--for=condition=Complete', '--timeout=90s', `job/${job}`]);
  const log = await ended.catch(() => '').then(() => inMail(['logs', '-l', `job-name=${job}`]));
  expect(log).toContain('"msg":"published"');
  const image = await inMail([
    ...['get', 'cronjob/publish', '-o'],
    'jsonpath={.spec.jobTemplate.spec.template.spec.containers[0].image}',
  ]);
  const program = `const fs = require('node:fs'), all = {};
    for (const e of fs.readdirSync('/srv/current', { recursive: true, withFileTypes: true }))
      if (e.isFile()) all[(e.parentPath + '/' + e.name).slice(13)] = fs.readFileSync(e.parentPath + '/' + e.name, 'utf8');
    console.log(JSON.stringify(all));`;
  files = JSON.parse(await inReader(`reader-${mark}`, image, program)) as Readonly<Record<string, string>>;
  const pages = Object.entries(files).filter(([name]) => name.endsWith('.html'));
  for (const [, text] of pages) expect(text).toMatch(/Cập nhật lúc \d\d:\d\d ngày \d\d\/\d\d\/20\d\d/);
  const all = Object.values(files).join('\n');
  expect(all).toContain('Đặng Thị Ngọc Ẩn');
  expect(all).not.toMatch(/Đặng Thị Kín|Đặng Thị Vắng|0299 999 777/);
  expect(ours(files['danh-ba.csv'] ?? '')).toEqual(ours(csv));
});

it('the files are a web site of their own, whose script searches', async () => {
  const types: Readonly<Record<string, string>> = {
    html: 'text/html',
    css: 'text/css',
    js: 'text/javascript',
  };
  await page.route('http://danh-ba.test/**', (route) => {
    const path = new URL(route.request().url()).pathname.slice(1);
    const contentType = types[path.replace(/^.*\./, '')] ?? 'application/json';
    return route.fulfill({ body: files[path] ?? '', contentType, status: path in files ? 200 : 404 });
  });
  await page.goto('http://danh-ba.test/index.html');
  await page.fill('#q', `ngoc an ${mark}`);
  const found = page.locator('#found li');
  await found.waitFor();
  expect(await found.allInnerTexts()).toEqual([expect.stringContaining('Đặng Thị Ngọc Ẩn')]);
  await look('files');
  await found.locator('a', { hasText: 'Phòng Di sản' }).click();
  await page.locator('h1', { hasText: 'Phòng Di sản' }).waitFor();
  await page.locator('.trail a', { hasText: 'Danh bạ' }).click();
  await page.locator('h1', { hasText: 'Danh bạ' }).waitFor();
});

/** What a program prints in a pod that mounts the published files, as a web server would. */
async function inReader(name: string, image: string, program: string): Promise<string> {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: name } },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 10004, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'reader',
          image,
          command: ['/usr/local/bin/node', '-e', program],
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
          volumeMounts: [{ name: 'published', mountPath: '/srv', readOnly: true }],
        },
      ],
      volumes: [{ name: 'published', persistentVolumeClaim: { claimName: 'published', readOnly: true } }],
    },
  };
  await inMail(['apply', '-f', '-'], JSON.stringify(pod));
  try {
    await inMail(['wait', '--for=jsonpath={.status.phase}=Succeeded', '--timeout=60s', `pod/${name}`]);
    return await inMail(['logs', name]);
  } finally {
    await inMail(['delete', 'pod', name, '--wait=false']);
  }
}
