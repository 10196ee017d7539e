/** `hopthu incident` against a real API server (R42). */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { execa } from 'execa';
import { createRecords } from '../../cli/restore/records.ts';
import { parseList } from '../../cli/restore/saved.ts';
import { socTrang as site } from '../support/sites.ts';
import { type ApiServer, startApiServer } from './kube-support/api-server.ts';
import { kubeConfigOf } from './kube-support/worlds.ts';

jest.setTimeout(90_000);

const cli = join(import.meta.dirname, '../../cli/main.ts');
const [namespace = ''] = site.namespaces.accounts;
let server: ApiServer;

async function mailbox(name: string, organization: string, fullName: string): Promise<void> {
  const spec = { organizationRef: { name: organization }, type: 'Personal', person: { fullName } };
  await create('Mailbox', name, spec);
  const status = { entry: `uid=${name},ou=mailboxes`, address: `${name}@${site.domain}` };
  const patch = ['--subresource=status', '--type=merge', '--patch', JSON.stringify({ status })];
  await server.kubectl(['-n', namespace, 'patch', 'mailbox', name, ...patch]);
}

const create = (kind: string, name: string, spec: object) =>
  server.kubectl(
    ['create', '-f', '-'],
    JSON.stringify({ apiVersion: 'hopthu.io/v1alpha1', kind, metadata: { name, namespace }, spec }),
  );

beforeAll(async () => {
  server = await startApiServer();
  await server.kubectl(['create', 'namespace', namespace]);
  await create('Organization', 'so-y-te', { name: 'Sở Y tế', mailOfficerRef: { name: 'ttha' } });
  await create('Organization', 'benh-vien', { name: 'Bệnh viện', parentRef: { name: 'so-y-te' } });
  await mailbox('ttha', 'so-y-te', 'Trần Thị Thu Hà');
  await mailbox('lvtam', 'benh-vien', 'Lê Văn Tám');
}, 600_000);
afterAll(() => server?.stop());

const hopthu = (...args: readonly string[]) =>
  execa(process.execPath, [cli, 'incident', ...args, '--site', site.name], {
    env: { KUBECONFIG: server.kubeconfig },
    reject: false,
  });

it('is opened for a mailbox and says whom to tell; is noted, settled and listed', async () => {
  const opened = await hopthu('open', 'Phát tán thư rác', '--mailbox', 'lvtam', '--at', '2026-11-26 08:00');
  expect(opened.stderr).toContain(`tell the mail officer ttha@${site.domain} (R29)`);
  const name = opened.stdout;
  expect(name).toMatch(/^2026-11-26-\w+$/);
  expect((await hopthu('list', '--open')).stdout).toMatch(/2026-11-26 08:00 +StolenAccount +lvtam@/);
  await hopthu('note', name, 'Đã tạm khóa', '--at', '2026-11-26 08:05');
  await hopthu('note', name, '--told', 'Trần Thị Thu Hà', '--at', '2026-11-26 08:10');
  expect((await hopthu('close', name, '--at', '2026-11-26 16:00')).stdout).toBe(`${name}: settled`);
  expect(JSON.parse((await hopthu('list', '--output', 'json')).stdout)).toEqual([
    {
      ...{ name, kind: 'StolenAccount', summary: 'Phát tán thư rác', at: '2026-11-26T01:00:00Z' },
      ...{ mailboxRef: { name: 'lvtam' }, address: `lvtam@${site.domain}` },
      notes: [{ text: 'Đã tạm khóa', at: '2026-11-26T01:05:00Z' }],
      told: [{ who: 'Trần Thị Thu Hà', at: '2026-11-26T01:10:00Z' }],
      settledAt: '2026-11-26T09:00:00Z',
    },
  ]);
  expect((await hopthu('list', '--open')).stdout).not.toContain(name);
});

it('comes back from a backup as it was, and stays as it is where it is there', async () => {
  const { stdout: name } = await hopthu('open', 'Mất điện', '--kind', 'Outage');
  await hopthu('note', name, 'Đã khởi động lại');
  const list = async () =>
    parseList(await server.kubectl(['-n', namespace, 'get', 'incidents', '--output=json']));
  const saved = await list();
  const specs = async () =>
    new Map((await list()).map(({ metadata, ['spec']: spec }) => [metadata.name, spec]));
  const before = await specs();
  await server.kubectl(['-n', namespace, 'delete', 'incidents', '--all']);
  await createRecords(kubeConfigOf(server), 'Incident', saved);
  expect(await specs()).toEqual(before);
  await hopthu('close', name);
  await createRecords(kubeConfigOf(server), 'Incident', saved);
  expect((await specs()).get(name)).toHaveProperty('settledAt');
});

it.each([
  [['open', 'x', '--mailbox', 'nobody'], 1, /no Mailbox .*nobody/],
  [['note', 'nothing', 'x'], 1, /no Incident .*nothing/],
  [['note', 'nothing'], 2, /say what was done/],
  [['open', 'x', '--at', 'yesterday'], 2, /yesterday/],
  [['open', ' \u200b'], 2, /spec\.summary/],
])('says in one line what is wrong with %j', async (args, code, message) => {
  const { exitCode, stderr } = await hopthu(...args);
  expect([exitCode, stderr.split('\n').length, stderr]).toEqual([code, 1, expect.stringMatching(message)]);
});
