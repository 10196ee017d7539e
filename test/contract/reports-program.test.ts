/** The program of the jobs as it is shipped: its own accounts and rights, its secrets in files, a volume in a folder. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execa } from 'execa';
import readXlsx from 'read-excel-file/node';
import { parse, stringify } from 'yaml';
import { serviceDn } from '../../operator/core/layout.ts';
import { Connection } from '../../operator/ldap/connection.ts';
import { LdaptsDirectory } from '../../operator/ldap/ldapts-directory.ts';
import { dayOf } from '../../reports/day.ts';
import { asYaml, manifestsOf } from '../support/manifests.ts';
import { type ApiServer, startApiServer } from './kube-support/api-server.ts';
import { mailbox, mailboxDn } from './support/mailbox.ts';
import { connectTo, Slapd, site, suffix } from './support/slapd.ts';

// A process each, with half a second of its own.
jest.setTimeout(60_000);

const root = join(import.meta.dirname, '../..');
const { smtp, accounts } = site.namespaces;
const namespace = accounts[0] ?? '';
const today = dayOf(Date.now());
const address = `one@${site.domain}`;
let server: ApiServer;
let slapd: Slapd;
let folder: string;

async function kubeconfig(): Promise<string> {
  const config = parse(readFileSync(server.kubeconfig, 'utf8'));
  config.users[0].user = {
    token: await server.kubectl(['create', 'token', `--namespace=${smtp}`, 'reports']),
  };
  return stringify(config);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hopthu-reports-'));
  [server, slapd] = await Promise.all([startApiServer(), Slapd.start()]);
  await slapd.kill();
  await slapd.setPassword('reports', 'password of the reports');
  // Those of the last minute are counted at the next look.
  const ago = (seconds: number) => new Date(Date.now() - seconds * 1000);
  for (const seconds of [70, 80, 90]) await slapd.pretendLogin(mailboxDn('one'), ago(seconds), 0);
  await slapd.pretendLogin(mailboxDn('one'), ago(100), 49);
  await slapd.pretendLogin(mailboxDn('one'), ago(1), 0);
  await slapd.pretendLogin(serviceDn(site.domain, 'postfix'), ago(75), 0);
  await slapd.resume();
  const directory = new LdaptsDirectory(new Connection(connectTo(slapd)), suffix);
  await directory.add(mailboxDn('one'), mailbox('one', {}));
  await directory.add(mailboxDn('two'), mailbox('two', { hopThuStatus: ['Suspended'] }));
  await directory.close();
  const wanted = manifestsOf(site).filter(
    ({ kind, metadata }) =>
      kind === 'Namespace' ||
      (metadata.name === 'reports' && ['ServiceAccount', 'Role', 'RoleBinding'].includes(kind)),
  );
  await server.kubectl(['create', '--filename=-'], asYaml(wanted));
  const incident = {
    apiVersion: 'hopthu.io/v1alpha1',
    kind: 'Incident',
    metadata: { name: 'one', namespace },
    spec: {
      ...{ kind: 'Malware', summary: 'Phát hiện mã độc', at: new Date().toISOString() },
      told: [{ who: 'Sở Y tế', at: new Date().toISOString() }],
    },
  };
  await server.kubectl(['create', '--filename=-'], JSON.stringify(incident));
  mkdirSync(join(folder, 'data/journal'), { recursive: true });
  writeFileSync(join(folder, 'kubeconfig'), await kubeconfig(), { mode: 0o600 });
  writeFileSync(join(folder, 'ca.crt'), await slapd.ca());
  writeFileSync(join(folder, 'password'), 'password of the reports');
  const line = (rest: string) => `${Math.floor(Date.now() / 1000)}\tNov 26 00:38:46 mail postfix/${rest}\n`;
  const lines = [
    line('smtpd[1]: 4jZdYY0fMGz10: client=x[192.0.2.1]'),
    line('qmgr[1]: 4jZdYY0fMGz10: from=<a@b.org>, size=1000, nrcpt=1 (queue active)'),
    line(
      `lmtp[1]: 4jZdYY0fMGz10: to=<${address}>, relay=x, delay=1, dsn=2.0.0, status=sent (250 2.0.0 Saved)`,
    ),
  ];
  writeFileSync(join(folder, 'data/journal', today), lines.join(''));
}, 600_000);
afterAll(async () => {
  await server?.stop();
  await slapd?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function run(...args: readonly string[]) {
  const path = (name: string) => join(folder, name);
  const env = {
    KUBECONFIG: path('kubeconfig'),
    HOPTHU_SITE_FILE: join(root, 'charts/sites/soc-trang.yaml'),
    HOPTHU_WORDS: join(root, 'charts/config/reports/words.yaml'),
    HOPTHU_DATA: path('data'),
    HOPTHU_LDAP: `localhost:${slapd.port}`,
    // Of two providers one is away.
    HOPTHU_LDAP_PROVIDERS: `localhost:${slapd.port} localhost:1`,
    HOPTHU_LDAP_PASSWORD_FILE: path('password'),
    HOPTHU_CA_FILE: path('ca.crt'),
    HOPTHU_TLS_FOLDER: folder,
    // Of Postfix there is none here.
    HOPTHU_NOTICES_HOST: 'localhost',
    HOPTHU_NOTICES_PORT: '1',
  };
  return execa(process.execPath, [join(root, 'reports/main.ts'), ...args], {
    ...{ env, reject: false, encoding: 'buffer' },
  });
}

describe('the program of the reports', () => {
  it('counts, as often as it runs, and prints what it counted', async () => {
    for (const _ of [1, 2]) {
      const { exitCode, stderr } = await run('collect');
      const said = Buffer.from(stderr).toString();
      expect([exitCode, said]).toEqual([0, expect.stringContaining('"msg":"counted"')]);
      expect(said).toMatch(/"provider":"openldap-1","msg":"logins there are counted at the next look"/);
    }
    const { exitCode, stdout, stderr } = await run('make', `${today}..${today}`, 'xlsx');
    expect([exitCode, Buffer.from(stderr).toString()]).toEqual([0, '']);
    const sheets = await readXlsx(Buffer.from(stdout));
    const rows = sheets.flatMap(({ data }) => data);
    expect(rows).toContainEqual(['Tổng cộng', 1, 1, 0, 0, 0, 2]);
    expect(rows).toContainEqual(['Cấp mới', 2]);
    expect(rows).toContainEqual(['Tạm khóa', 1]);
    expect(rows).toContainEqual(['Thư chuyển vào hộp thư', 1]);
    const [, month, day] = today.split('-');
    expect(rows).toContainEqual([`${day}/${month}`, 3, 1]);
    expect(rows).toContainEqual(['(không thuộc đơn vị nào)', 1, 0, 0, 3, 0, 1, 0, 1]);
    expect(rows.flat()).toContain('Mã độc: Phát hiện mã độc');
    expect(rows.flat()).toContain('Sở Y tế');
  });

  it('keeps a periodic report that it cannot mail, and fails', async () => {
    const { exitCode, stderr } = await run('periodic', 'month');
    expect(exitCode).not.toBe(0);
    expect(Buffer.from(stderr).toString()).toMatch(/kept, and was not mailed to sotttt@soctrang\.gov\.vn/);
    expect(readdirSync(join(folder, 'data/kept')).map((name) => name.replace(/^.*\./, ''))).toEqual([
      'pdf',
      'xlsx',
    ]);
  });

  it.each([
    [['make', '2026-13', 'pdf'], /2026-13.*use 2026-10/],
    [['make', '2026-10', 'docx'], /docx.*pdf, xlsx, html/],
    [['make', '2026-10', 'pdf', 'so-x'], /so-x/],
  ])('says what is wrong with %j, and ends with 2', async (args, message) => {
    const { exitCode, stderr } = await run(...args);
    expect([exitCode, Buffer.from(stderr).toString()]).toEqual([2, expect.stringMatching(message)]);
  });
});
