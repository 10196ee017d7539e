/** What who looks for a way in tries first, with the usual tools: weak protocols, an open relay, a false sender, a password in clear. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { daNang as site } from '../support/sites.ts';
import { hostPort } from './support/cluster.ts';
import { fresh, people } from './support/resources.ts';
import { sClient, shellIn, tlsPorts } from './support/tls-ports.ts';

/** Debian's openssl speaks old versions only when it is asked like this. */
const old = (version: string) => `-${version} -cipher ALL:@SECLEVEL=0`;
const spoken = (command: string) => `${command} | grep -qE '^New, TLSv1' && echo spoken || echo refused`;

describe('TLS below 1.2', () => {
  it('is what this openssl can speak', async () => {
    const files = '-cert /run/tls/tls.crt -key /run/tls/tls.key';
    const server = `openssl s_server -accept 4433 -quiet ${files} ${old('tls1_1')} >/dev/null 2>&1 &`;
    const client = sClient(['openldap', 4433], old('tls1_1'));
    const script = `${server} sleep 1; ${spoken(client)}; kill $!`;
    expect(await shellIn(site, 'openldap', script)).toBe('spoken');
  });

  it.each(tlsPorts)('is refused by %s on port %s', async (...port) => {
    const tries = ['tls1', 'tls1_1'].map((version) => spoken(sClient(port, old(version))));
    const script = [...tries, spoken(sClient(port))].join('; ');
    expect(await shellIn(site, port[0], script)).toBe('refused\nrefused\nspoken');
  });
});

/** Both take their time, most of which is the server's that waits before it answers a fault: at once. */
describe('testssl.sh and nmap', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hopthu-testssl-'));
  const grave = ['MEDIUM', 'HIGH', 'CRITICAL', 'FATAL'];
  type Line = { readonly id: string; readonly severity: string; readonly finding: string };
  const services = [
    ['webmail'],
    ['imaps'],
    ['pop3s'],
    ['submissions'],
    ['submission', 'smtp'],
    ['smtp', 'smtp'],
  ] as const;
  const reports = new Map<string, readonly Line[]>();
  let mapped: string;

  beforeAll(async () => {
    const scan = async ([service, starttls]: (typeof services)[number]) => {
      const file = join(folder, `${service}.json`);
      const options = ['--quiet', '--warnings', 'batch', '--protocols', '--std', '--jsonfile', file];
      const begin = starttls === undefined ? [] : ['--starttls', starttls];
      await execa('testssl', [...options, ...begin, `127.0.0.1:${hostPort(site, service)}`], {
        reject: false,
      });
      reports.set(service, JSON.parse(readFileSync(file, 'utf8')) as Line[]);
    };
    const map = async () => {
      const scripts = ['--script', '+smtp-open-relay,+smtp-commands'];
      const args = ['--script-args', `smtp.domain=${site.domain}`];
      const port = `${hostPort(site, 'smtp')}`;
      ({ stdout: mapped } = await execa('nmap', [
        ...['-sT', '-Pn', '-n', '-p', port, ...scripts, ...args, '127.0.0.1'],
      ]));
    };
    await Promise.all([...services.map(scan), map()]);
  }, 400_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(services.map(([service]) => service))('finds nothing of weight at %s', (service) => {
    const lines = reports.get(service) ?? [];
    expect(lines.filter(({ severity }) => grave.includes(severity))).toEqual([]);
    const said = Object.fromEntries(lines.map(({ id, finding }) => [id, finding]));
    expect(said).toMatchObject({
      SSLv2: 'not offered',
      SSLv3: 'not offered',
      TLS1: 'not offered',
      TLS1_1: 'not offered',
      TLS1_3: expect.stringContaining('offered'),
      cipherlist_NULL: 'not offered',
      cipherlist_aNULL: 'not offered',
      cipherlist_STRONG: 'offered',
    });
  });

  it('find no open relay, and no command that tells who is there', () => {
    expect(mapped).toMatch(/smtp-open-relay: .*(all tests failed|\(0\/\d+ tests\))/);
    expect(mapped).toMatch(/smtp-commands: .*STARTTLS/);
    expect(mapped).not.toMatch(/smtp-commands: .*(VRFY|EXPN|AUTH)/);
  });
});

describe('swaks', () => {
  const foreign = ['--from', 'a@example.org', '--ehlo', 'mx.example.org'];
  const login = ['--auth', 'PLAIN', '--auth-user', `a@${site.domain}`, '--auth-password', 'Khong-Dung-2026'];
  let recipient: string;
  beforeAll(async () => {
    const name = fresh('scanned');
    const { [name]: person } = await people(site, { [name]: 'Võ Thị Quét' });
    recipient = person?.address ?? '';
  });

  const swaks = async (service: 'smtp' | 'submission', ...args: readonly string[]) => {
    const server = ['--server', '127.0.0.1', '--port', `${hostPort(site, service)}`];
    const { stdout, stderr } = await execa('swaks', [...server, ...args], { reject: false });
    return `${stdout}\n${stderr}`;
  };

  it('may write to a person, so that what follows is not refused for something else', async () => {
    expect(await swaks('smtp', ...foreign, '--to', recipient, '--quit-after', 'RCPT')).toMatch(
      /^<-\s+250 2\.1\.5/m,
    );
  });

  it('is not relayed elsewhere', async () => {
    expect(await swaks('smtp', ...foreign, '--to', 'b@example.com', '--quit-after', 'RCPT')).toMatch(
      /^<\*\*\s+[45]54 .*Relay access denied/m,
    );
  });

  it('is not one of us without a login', async () => {
    const from = ['--from', `giam-doc@${site.domain}`, '--ehlo', 'mx.example.org'];
    expect(await swaks('smtp', ...from, '--to', recipient, '--quit-after', 'RCPT')).toMatch(
      /^<\*\*\s+553 5\.7\.1/m,
    );
  });

  it('is offered no login in clear, and none at all where other servers come', async () => {
    const to = ['--from', `a@${site.domain}`, '--to', recipient, '--quit-after', 'AUTH'];
    const inClear = await swaks('submission', ...to, ...login);
    expect(inClear).toMatch(/Host did not advertise authentication/);
    expect(await swaks('smtp', ...to, '--tls', ...login)).toMatch(/Host did not advertise authentication/);
    expect(await swaks('submission', ...to, '--tls', ...login)).toMatch(/^<~\*\s+535 /m);
  });
});
