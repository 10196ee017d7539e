/** The webmail as a person uses it: a headless Chromium that trusts the site's certificate and no other. */
import { createHash, X509Certificate } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { connect } from 'node:tls';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import type { Site } from '../../../operator/core/site.ts';
import { attempt } from '../../kind/command.ts';
import { ensureCommands } from '../../kind/packages.ts';

const artifacts = join(import.meta.dirname, '../../artifacts');
const programs = ['chromium', 'chromium-browser', 'google-chrome'];
const patience = 60_000;

/** Roundcube refused the login; the message is what the person reads. */
export class LoginRefused extends Error {
  override readonly name = 'LoginRefused';
}

export type WebmailAddress = {
  /** The certificate authority of the site, PEM. */
  readonly caPem: string;
  /** Port of the webmail on 127.0.0.1. */
  readonly port: number;
};

/**
 * Opens the login page of a site under its own host name.
 * @throws the TLS error when the certificate is not of the site's authority or for another host
 */
export async function openWebmail(site: Site, { caPem, port }: WebmailAddress): Promise<Webmail> {
  const host = site.hosts.webmail;
  const key = await servedKey(host, port, caPem);
  const browser = await chromium.launch({
    executablePath: await findBrowser(),
    args: [
      '--no-sandbox',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--host-resolver-rules=MAP ${host} 127.0.0.1`,
      `--ignore-certificate-errors-spki-list=${key}`,
    ],
  });
  try {
    const page = await browser.newPage({
      locale: 'vi-VN',
      timezoneId: 'Asia/Ho_Chi_Minh',
      viewport: { width: 1280, height: 800 },
    });
    page.setDefaultTimeout(patience);
    const webmail = new Webmail(browser, page);
    await page.goto(`https://${host}:${port}/`);
    return webmail;
  } catch (error) {
    await browser.close();
    throw error;
  }
}

export class Webmail {
  /** For what this class has no word for. */
  readonly page: Page;
  /** What the browser refused because of the page's Content-Security-Policy; empty when all is well. */
  readonly violations: readonly string[];
  readonly #browser: Browser;

  constructor(browser: Browser, page: Page) {
    this.#browser = browser;
    this.page = page;
    const violations: string[] = [];
    this.violations = violations;
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) violations.push(message.text());
    });
  }

  /** @throws LoginRefused with Roundcube's words */
  async login(user: string, password: string): Promise<void> {
    await this.page.fill('#rcmloginuser', user);
    await this.page.fill('#rcmloginpwd', password);
    await this.page.click('#rcmloginsubmit');
    const inside = this.page.locator('#messagelist');
    const refusal = this.page.locator('#messagestack .alert-warning, #messagestack .alert-danger');
    await inside.or(refusal).first().waitFor({ state: 'attached' });
    if ((await inside.count()) === 0) throw new LoginRefused(await wording(refusal));
  }

  /** Waits until a message with this subject is in the list, opens it and gives what is to be read. */
  async readMessage(subject: string): Promise<{ subject: string; from: string; text: string }> {
    const row = this.page.locator('#messagelist tr.message', { hasText: subject }).first();
    const deadline = Date.now() + patience;
    while ((await row.count()) === 0) {
      if (Date.now() > deadline) throw new Error(`no message "${subject}" in the list`);
      const answer = this.page.waitForResponse((response) => response.url().includes('_action='));
      await this.page.click('a.refresh');
      await answer;
      await setTimeout(200);
    }
    await row.locator('td.subject').click();
    const preview = this.page.frameLocator('#messagecontframe');
    await preview.locator('#message-header h2.subject', { hasText: subject }).waitFor();
    const text = (await preview.locator('#messagebody').allInnerTexts()).join('\n');
    const from = await preview.locator('.header-summary a[title]').first().getAttribute('title');
    const shown = await preview.locator('#message-header h2.subject').evaluate((title) => {
      return [...title.childNodes].map((node) => (node.nodeType === 3 ? node.nodeValue : '')).join('');
    });
    return { subject: shown.trim(), from: from ?? '', text: text.trim() };
  }

  /** Searches the folder that is shown, which is not empty; gives the subjects of what is found, once at least one is. */
  async search(words: string): Promise<readonly string[]> {
    // Before its list is there the page does not listen.
    await this.page.locator('#messagelist tr.message').first().waitFor();
    await this.page.fill('#mailsearchform', words);
    const answer = this.page.waitForResponse((response) => response.url().includes('_action=search'));
    await this.page.press('#mailsearchform', 'Enter');
    await answer;
    const subjects = this.page.locator('#messagelist tr.message td.subject a');
    await subjects.first().waitFor();
    return (await subjects.allInnerTexts()).map((text) => text.trim());
  }

  /** Starts a new message. */
  async compose(): Promise<void> {
    await this.page.click('#taskmenu a.compose');
    await this.page.locator('#composebody').waitFor();
  }

  /** Shows a folder by what the list of folders calls it. */
  async openFolder(label: string): Promise<void> {
    const folder = this.page.locator('#mailboxlist a', { hasText: label }).first();
    const selected = this.page.locator('#mailboxlist li.selected > a', { hasText: label });
    const deadline = Date.now() + patience;
    // A click while the list of the folder before still loads is lost.
    while ((await selected.count()) === 0) {
      if (Date.now() > deadline) throw new Error(`the folder "${label}" does not open`);
      await folder.click();
      await selected.waitFor({ timeout: 2_000 }).catch(() => undefined);
    }
    await this.page.locator('#messagelist tr.message').first().waitFor();
  }

  /** Sends under one of the addresses that are offered. */
  async chooseSender(address: string): Promise<void> {
    const offered = this.page.locator('#_from option', { hasText: address });
    await this.page.selectOption('#_from', (await offered.getAttribute('value')) ?? '');
  }

  async addRecipient(address: string): Promise<void> {
    await this.#recipient.fill(address);
    await this.#recipient.press('Enter');
    await this.page.locator('#compose_to li.recipient').first().waitFor();
  }

  /** What the address books offer for these letters in the field of recipients. */
  async suggestions(letters: string): Promise<string[]> {
    await this.#recipient.pressSequentially(letters);
    const offered = this.page.locator('#rcmKSearchpane li');
    await offered.first().waitFor();
    return offered.allInnerTexts();
  }

  /** Takes the first suggestion as recipient. */
  async acceptSuggestion(): Promise<void> {
    await this.#recipient.press('Enter');
    await this.page.locator('#compose_to li.recipient').first().waitFor();
  }

  /** Fills in the rest of the message, sends it and waits until the server has taken it. */
  async send(subject: string, text: string): Promise<void> {
    await this.page.fill('#compose-subject', subject);
    await this.page.fill('#composebody', text);
    await this.page.click('button.send');
    const refusal = this.page.locator('#messagestack .alert-danger, #messagestack .alert-warning');
    const list = this.page.locator('#messagelist');
    await list.or(refusal).first().waitFor({ state: 'attached' });
    if ((await list.count()) === 0) throw new Error(`not sent: ${await wording(refusal)}`);
  }

  async logout(): Promise<void> {
    await this.page.click('#taskmenu a.logout');
    await this.page.locator('#rcmloginuser').waitFor();
  }

  /** Saves `test/artifacts/<name>.png` and gives its path. */
  async screenshot(name: string): Promise<string> {
    mkdirSync(artifacts, { recursive: true });
    const path = join(artifacts, `${name}.png`);
    await this.page.screenshot({ path });
    return path;
  }

  /** Saves a picture for docs and handbooks: `make pictures` takes it over to `docs/images`. */
  async picture(name: string): Promise<void> {
    const folder = join(artifacts, 'pictures');
    mkdirSync(folder, { recursive: true });
    await this.page.screenshot({ path: join(folder, `${name}.png`) });
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }

  get #recipient() {
    return this.page.locator('#compose_to .recipient-input input');
  }
}

/** The key once something listens: a Service follows its pod a moment after the pod is ready. */
async function servedKey(host: string, port: number, ca: string): Promise<string> {
  const deadline = Date.now() + patience;
  for (;;) {
    try {
      return await verifiedKey(host, port, ca);
    } catch (error) {
      const closed = error instanceof Error && /ECONNREFUSED|ECONNRESET/.test(error.message);
      if (!closed || Date.now() > deadline) throw error;
      await setTimeout(200);
    }
  }
}

/**
 * SHA-256 of the public key (base64) that the host serves with, after the usual checks of chain and host name:
 * Chromium has no option for a further authority, but takes a key that it shall believe.
 */
function verifiedKey(host: string, port: number, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, servername: host, ca });
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      const { publicKey } = new X509Certificate(socket.getPeerCertificate().raw);
      socket.destroy();
      const der = publicKey.export({ type: 'spki', format: 'der' });
      resolve(createHash('sha256').update(der).digest('base64'));
    });
  });
}

async function wording(message: Locator): Promise<string> {
  return ((await message.first().textContent()) ?? '').trim();
}

/** Path of a Chromium, which is installed where there is none and it is ours to install. */
export async function findBrowser(): Promise<string> {
  for (const program of programs) {
    const path = await attempt('sh', ['-c', 'command -v "$0"', program]);
    if (path !== undefined) return path;
  }
  const command = 'chromium';
  await ensureCommands([
    {
      command,
      why: 'opens the webmail in the tests',
      packages: { debian: [command], fedora: command, brew: command },
    },
  ]);
  return `/usr/bin/${command}`;
}
