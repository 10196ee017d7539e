/** The portal as it runs: over TLS for the webmail's web server alone, against a real slapd with its password policy (R25). */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { portalPages } from '../../charts/portal-pages.ts';
import { type KeyPair, makeAuthority, makeLeaf } from '../../cli/bootstrap/openssl.ts';
import { first } from '../../operator/core/observed.ts';
import { portalTexts } from '../../operator/core/portal-texts.ts';
import { hashPassword } from '../../operator/credentials/ssha512.ts';
import { Connection } from '../../operator/ldap/connection.ts';
import { LdaptsDirectory } from '../../operator/ldap/ldapts-directory.ts';
import { Memory } from '../../operator/throttle/memory.ts';
import { portalApp } from '../../portal/app.ts';
import { Attempts } from '../../portal/attempts.ts';
import { PortalDirectory } from '../../portal/directory.ts';
import { SessionCookie } from '../../portal/login/session.ts';
import { MailboxDirectory } from '../../portal/mailbox/directory.ts';
import { Changes } from '../../portal/password/change.ts';
import { PasswordDirectory } from '../../portal/password/directory.ts';
import { type PortalServer, servePortal } from '../../portal/server.ts';
import { freePort } from './kube-support/ports.ts';
import { at, mailbox, mailboxDn } from './support/mailbox.ts';
import { withPasswordPolicy } from './support/password-policy.ts';
import { connectTo, Slapd, site, suffix } from './support/slapd.ts';

const initial = 'Kx7m-Qp4r-Wt9h-Zc3e';
const step = 250;
const texts = portalTexts(portalPages(site));

let slapd: Slapd;
let operator: LdaptsDirectory;
let folder: string;
let portal: PortalServer;
let port: number;
let authority: KeyPair;
let webmail: KeyPair;
let ended: (readonly string[])[];
let count = 0;
let uid: string;

beforeAll(async () => {
  slapd = await Slapd.start({ editTree: withPasswordPolicy });
  await slapd.kill();
  await slapd.setPassword('portal', 'of the portal');
  await slapd.resume();
  operator = new LdaptsDirectory(new Connection(connectTo(slapd)), suffix);
  authority = await makeAuthority('test', 2);
  webmail = await makeLeaf(authority, 'webmail', ['webmail.test'], 1);
  const own = await makeLeaf(authority, 'portal', ['localhost'], 1);
  folder = mkdtempSync(join(tmpdir(), 'hopthu-portal-'));
  const files = { 'tls.crt': own.certificate, 'tls.key': own.key, 'ca.crt': authority.certificate };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const directory = new PortalDirectory(site, {
    host: '127.0.0.1',
    port: slapd.port,
    servername: 'localhost',
    ca: () => slapd.ca(),
    password: async () => 'of the portal',
  });
  const memory = new Memory(site.throttle, 100, () => performance.now() / 1000);
  const changes = new Changes({
    site,
    attempts: new Attempts({ site, memory, step }),
    directory: new PasswordDirectory(site, directory),
    endSessions: async (names) => void ended.push(names),
    observe: () => undefined,
  });
  const shelf = { chapters: {}, sizes: {}, picture: async () => Buffer.alloc(0) };
  const cookie = new SessionCookie({ key: async () => 'a key', minutes: 60, now: Date.now });
  const app = portalApp({
    site,
    texts,
    changes,
    shelf,
    logins: { carryOut: async () => ({ outcome: 'wrong' }) },
    cookie,
    who: async () => undefined,
    mailbox: {
      directory: new MailboxDirectory(site, directory),
      store: { useOf: async () => ({}) },
      ports: { imaps: 993, pop3s: 995, submissions: 465, submission: 587 },
      now: Date.now,
    },
    kept: { view: () => undefined },
    fault: (error) => console.error(error),
  });
  port = await freePort();
  portal = await servePortal(app, { port, tls: folder, caller: 'webmail.test' });
}, 60_000);
afterAll(async () => {
  portal?.server.close();
  portal?.server.closeAllConnections();
  await operator?.close();
  await slapd?.stop();
  if (folder !== undefined) rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  ended = [];
  count += 1;
  uid = `person${count}`;
  await add(uid);
});

const add = (name: string, more = {}) =>
  operator.add(
    mailboxDn(name),
    mailbox(name, { userPassword: [hashPassword(initial)], pwdReset: ['TRUE'], ...more }),
  );

type Answer = {
  readonly status: number;
  readonly text: string;
  readonly cookie: string;
  readonly took: number;
};

function call(
  method: string,
  { body, cookie = '', from = `192.0.2.${count}` }: { body?: string; cookie?: string; from?: string } = {},
  identity: KeyPair | undefined = webmail,
): Promise<Answer> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        ...{ host: '127.0.0.1', port, servername: 'localhost', method, path: '/tai-khoan/mat-khau' },
        ...{ ca: authority.certificate, agent: false },
        ...(identity === undefined ? {} : { cert: identity.certificate, key: identity.key }),
        headers: {
          'x-client-address': from,
          'content-type': 'application/x-www-form-urlencoded',
          ...(cookie === '' ? {} : { cookie }),
        },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            text,
            cookie: response.headers['set-cookie']?.[0]?.split(';')[0] ?? '',
            took: performance.now() - started,
          }),
        );
      },
    );
    sent.on('error', reject).end(body);
  });
}

async function change(
  current: string,
  wanted: string,
  { who = at(uid), from }: { who?: string; from?: string } = {},
): Promise<Answer> {
  const { text, cookie } = await call('GET');
  const token = /name="token" value="([^"]+)"/.exec(text)?.[1] ?? '';
  const body = new URLSearchParams({ token, address: who, current, wanted, again: wanted }).toString();
  return call('POST', { body, cookie, ...(from === undefined ? {} : { from }) });
}

async function mustChange(): Promise<boolean> {
  const entry = (await operator.snapshot()).find(({ dn }) => dn === mailboxDn(uid));
  return entry !== undefined && first(entry, 'pwdReset') === 'TRUE';
}

describe('a person', () => {
  it('changes the first password, which opens what must-change had shut, and ends the sessions', async () => {
    expect(await mustChange()).toBe(true);
    expect((await change(initial, 'Tốt-Lành-17')).text).toContain(texts.words.changed);
    expect(await mustChange()).toBe(false);
    expect(ended).toEqual([[at(uid)]]);
    expect((await change(initial, 'Khac-Mat-Khau-1')).text).toContain(texts.words.wrong);
    expect((await change('Tốt-Lành-17', 'Khac-Mat-Khau-1', { who: uid })).text).toContain('Đã đổi mật khẩu');
  });

  it('is not given one of the last passwords again', async () => {
    await change(initial, 'Tốt-Lành-17');
    await change('Tốt-Lành-17', 'Khac-Mat-Khau-1');
    const { text } = await change('Khac-Mat-Khau-1', 'Tốt-Lành-17');
    expect(text).toContain('5 mật khẩu gần nhất không được dùng lại');
    expect(ended).toHaveLength(2);
  });

  it('without an address of one kind finds nobody by a wildcard or another filter', async () => {
    for (const who of ['person*', `${uid})(mail=*`, `*@${site.domain}`])
      expect((await change(initial, 'Tốt-Lành-17', { who })).text).toContain(texts.words.wrong);
    expect(await mustChange()).toBe(true);
  });
});

describe('a stranger', () => {
  it('gets one answer, in one time, for a wrong password, a suspended account and none at all', async () => {
    await add(`suspended${count}`, { hopThuStatus: ['Suspended'] });
    const settled = await change(initial, 'Tốt-Lành-17');
    expect(settled.text).toContain('Đã đổi mật khẩu');
    const answers = [
      await change('Sai-Mat-Khau-1', 'Khac-Mat-Khau-1', { from: '198.51.100.1' }),
      await change(initial, 'Khac-Mat-Khau-1', { who: at(`suspended${count}`), from: '198.51.100.2' }),
      await change(initial, 'Khac-Mat-Khau-1', { who: at('nobody'), from: '198.51.100.3' }),
    ];
    const same = answers.map(({ status, text }) => ({
      status,
      text: text.replace(/value="[^"]*"/g, ''),
    }));
    expect(new Set(same.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(same[0]?.text).toContain(texts.words.wrong);
    const steps = answers.map(({ took }) => Math.floor(took / step));
    expect(new Set(steps).size).toBe(1);
  });

  it('who guesses is refused after a while, for nobody’s address as well, and shuts nobody out elsewhere', async () => {
    const { pair } = site.throttle.failures;
    for (const who of [at(uid), at('nobody')]) {
      for (let number = 0; number < pair; number += 1)
        await change(`Sai-Mat-Khau-${number}`, 'Khac-Mat-Khau-1', { who, from: '203.0.113.5' });
      const refused = await change('Sai-Mat-Khau-99', 'Khac-Mat-Khau-1', { who, from: '203.0.113.5' });
      expect([refused.status, refused.text]).toEqual([429, expect.stringContaining(texts.words.throttled)]);
    }
    expect((await change(initial, 'Tốt-Lành-17')).text).toContain('Đã đổi mật khẩu');
  }, 30_000);

  it('in the cluster does not get in: without a certificate, or with another part’s', async () => {
    const other = await makeLeaf(authority, 'rspamd', ['rspamd.test'], 1);
    const foreign = await makeLeaf(await makeAuthority('foreign', 2), 'webmail', ['webmail.test'], 1);
    await expect(call('GET', {}, other)).rejects.toThrow();
    await expect(call('GET', {}, foreign)).rejects.toThrow();
    const none = { certificate: '', key: '' };
    await expect(call('GET', {}, none)).rejects.toThrow();
    expect((await call('GET')).status).toBe(200);
  });
});

it('says so when the directory is away, and nobody is counted for it', async () => {
  await slapd.kill();
  const { pair } = site.throttle.failures;
  for (let number = 0; number <= pair; number += 1)
    expect((await change(`Mat-Khau-${number}`, 'Tốt-Lành-17')).status).toBe(503);
  await slapd.resume();
  expect((await change(initial, 'Tốt-Lành-17')).text).toContain('Đã đổi mật khẩu');
}, 30_000);

it('takes up a renewed certificate', async () => {
  const other = await makeLeaf(authority, 'portal', ['portal.test'], 1);
  writeFileSync(join(folder, 'tls.crt'), other.certificate);
  writeFileSync(join(folder, 'tls.key'), other.key);
  portal.renew();
  await expect(call('GET')).rejects.toThrow(/altnames/);
});
