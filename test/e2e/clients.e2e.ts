/** Mail programs set themselves up, and a browser without https finds the webmail (R2). */
import { request as httpRequest } from 'node:http';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { setupHosts } from '../../charts/client-setup.ts';
import { ports } from '../../charts/endpoints.ts';
import { daNang, socTrang } from '../support/sites.ts';
import { hostPort } from './support/cluster.ts';
import { authorityOf } from './support/person.ts';

type Answer = { readonly status: number; readonly type: string; readonly body: string };

describe.each([socTrang, daNang])('at $name', (site) => {
  /** Asks under `host`, whose certificate must hold that name. */
  async function ask(host: string, path: string, method = 'GET'): Promise<Answer> {
    const ca = await authorityOf(site);
    const port = hostPort(site, 'webmail');
    return new Promise((resolve, reject) => {
      const asked = request({
        host: '127.0.0.1',
        port,
        path,
        method,
        servername: host,
        ca,
        headers: { host },
      });
      asked.on('error', reject);
      asked.on('response', async (answer) =>
        resolve({
          status: answer.statusCode ?? 0,
          type: answer.headers['content-type'] ?? '',
          body: await text(answer),
        }),
      );
      asked.end(method === 'POST' ? '<Autodiscover/>' : undefined);
    });
  }

  it.each([
    [`autoconfig.${site.domain}`, `/mail/config-v1.1.xml?emailaddress=ai@${site.domain}`],
    [site.hosts.webmail, '/.well-known/autoconfig/mail/config-v1.1.xml'],
  ])('Thunderbird asks %s%s', async (host, path) => {
    const { status, type, body } = await ask(host, path);
    expect({ status, type }).toEqual({ status: 200, type: 'text/xml' });
    expect(body).toContain(`<emailProvider id="${site.domain}">`);
    for (const name of ['imaps', 'pop3s', 'submissions', 'submission'] as const)
      expect(body).toMatch(
        new RegExp(`<hostname>${site.hosts.mail}</hostname>\\s*<port>${ports[name].service}</port>`),
      );
  });

  it.each([
    ['/autodiscover/autodiscover.xml', 'POST'],
    ['/Autodiscover/Autodiscover.xml', 'POST'],
    ['/autodiscover/autodiscover.xml', 'GET'],
  ])('Outlook asks %s by %s', async (path, method) => {
    const { status, type, body } = await ask(`autodiscover.${site.domain}`, path, method);
    expect({ status, type }).toEqual({ status: 200, type: 'text/xml' });
    expect(body).toMatch(
      new RegExp(`<Type>IMAP</Type>\\s*<Server>${site.hosts.mail}</Server>\\s*<Port>993<`),
    );
    expect(body).toMatch(
      new RegExp(`<Type>SMTP</Type>\\s*<Server>${site.hosts.mail}</Server>\\s*<Port>465<`),
    );
  });

  it('an iPhone installs a profile, which asks for address and password', async () => {
    const { status, type, body } = await ask(site.hosts.webmail, '/profile.mobileconfig');
    expect({ status, type }).toEqual({ status: 200, type: 'application/x-apple-aspen-config' });
    expect(body).toContain(`<key>IncomingMailServerHostName</key><string>${site.hosts.mail}</string>`);
    expect(body).not.toContain('EmailAddress<');
  });

  it('every host is in the certificate, and a page in clear leads to https', async () => {
    for (const host of [site.hosts.webmail, ...setupHosts(site)])
      expect((await ask(host, '/mail/config-v1.1.xml')).status).toBe(200);
    const location = await new Promise((resolve, reject) => {
      const headers = { host: site.hosts.webmail };
      const asked = httpRequest({
        host: '127.0.0.1',
        port: hostPort(site, 'http'),
        path: '/?_task=mail',
        headers,
      });
      asked.on('error', reject);
      asked.on('response', (answer) => {
        answer.resume();
        resolve([answer.statusCode, answer.headers.location]);
      });
      asked.end();
    });
    expect(location).toEqual([301, `https://${site.hosts.webmail}/?_task=mail`]);
  });
});
