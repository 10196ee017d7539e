/** Requests against a real API server on which the operator's passes run, by every command (R20–R22). */
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execa } from 'execa';
import { stringify } from 'yaml';
import { requestTextFiles } from '../../charts/request-texts.ts';
import { siteText } from '../../charts/site-files.ts';
import { ClerkCluster } from '../../clerk/cluster.ts';
import { Desk } from '../../clerk/desk.ts';
import { MemoryLetters } from '../../clerk/memory-letters.ts';
import { reportFiles } from '../../clerk/report-files.ts';
import type { RequestStatus } from '../../operator/api/request.ts';
import { suffixOf } from '../../operator/core/layout.ts';
import { requestTexts } from '../../operator/core/requests/texts.ts';
import { ApiCluster } from '../../operator/kube/api-cluster.ts';
import { connectKubernetes } from '../../operator/kube/client.ts';
import { MemoryDirectory } from '../../operator/ldap/memory-directory.ts';
import { manifestsOf } from '../support/manifests.ts';
import { socTrang as site } from '../support/sites.ts';
import { peopleRows } from '../unit/clerk/intake/lists.ts';
import { run } from '../unit/cli/run.ts';
import { type ApiServer, startApiServer } from './kube-support/api-server.ts';
import { passOver } from './kube-support/passes.ts';
import { eventually } from './kube-support/ports.ts';
import { kubeConfigOf } from './kube-support/worlds.ts';
import { sendTwice } from './support/sent-list.ts';

jest.setTimeout(60_000);

const { mail, accounts } = site.namespaces;
const namespace = accounts[0] ?? '';
const clerk = `system:serviceaccount:${mail}:clerk`;
const letters = new MemoryLetters();
const failures: unknown[] = [];
let server: ApiServer;
let operator: ApiCluster;
let cluster: ClerkCluster;
let directory: MemoryDirectory;
let desk: Desk;
let folder: string;

const apply = (kind: string, name: string, spec: object) =>
  server.kubectl(
    ['apply', '--filename=-'],
    JSON.stringify({ apiVersion: 'hopthu.io/v1alpha1', kind, metadata: { name, namespace }, spec }),
  );
const hopthu = (...args: readonly string[]) =>
  run(['request', ...args, '-n', namespace], { env: { KUBECONFIG: server.kubeconfig } });
const operate = () => passOver({ server, cluster: operator, directory, namespace });

async function stored(name: string): Promise<{ spec: object; status?: RequestStatus }> {
  return JSON.parse(await server.kubectl(['get', 'mreq', name, `--namespace=${namespace}`, '--output=json']));
}

/** Passes of the clerk until the request is as it should be. */
function until(name: string, isThere: (status: RequestStatus) => boolean): Promise<RequestStatus> {
  return eventually(`the clerk to settle ${name}`, async () => {
    await desk.pass();
    const { status } = await stored(name);
    return status !== undefined && isThere(status) ? status : undefined;
  });
}

beforeAll(async () => {
  server = await startApiServer();
  const all = manifestsOf(site);
  const maps = ['hopthu-site', 'hopthu-report', 'hopthu-requests'];
  const first = all.filter(
    ({ kind, metadata }) =>
      ['Namespace', 'Role', 'RoleBinding'].includes(kind) ||
      (kind === 'ConfigMap' && maps.includes(metadata.name)),
  );
  await server.kubectl(['create', '--filename=-'], first.map((one) => stringify(one)).join('---\n'));
  const report = (where: string, error: unknown) => failures.push([where, error]);
  const { namespaces } = site;
  operator = new ApiCluster({
    client: connectKubernetes(kubeConfigOf(server)),
    namespaces,
    instance: 'test',
    report,
  });
  operator.start();
  const config = kubeConfigOf(server);
  config.users = config.users.map((user) => ({ ...user, impersonateUser: clerk }));
  cluster = new ClerkCluster({
    client: connectKubernetes(config),
    namespaces,
    report,
    onChange: () => undefined,
  });
  cluster.start();
  directory = new MemoryDirectory(suffixOf(site.domain));
  desk = new Desk({
    ...{ site, texts: requestTexts(requestTextFiles(site)), cluster, letters, reviewEvery: 0 },
    report: (request, world) => reportFiles(request, world, new Date()),
    clock: () => new Date(),
    failure: (what, error) => failures.push([what, error]),
  });
  await eventually('caches synced', () => (operator.hasSynced && cluster.hasSynced) || undefined);
  await apply('Organization', 'so-tttt', { name: 'Sở Thông tin và Truyền thông' });
  await apply('Organization', 'so-y-te', { name: 'Sở Y tế' });
  await apply('Mailbox', 'so-y-te', { organizationRef: { name: 'so-y-te' }, type: 'Organization' });
  await operate();
  await operate();
  folder = await mkdtemp(join(tmpdir(), 'hopthu-requests-'));
}, 600_000);
afterAll(async () => {
  cluster?.stop();
  operator?.stop();
  await server?.stop();
  if (folder !== undefined) await rm(folder, { recursive: true });
});

const paper = {
  source: 'Paper',
  reference: { number: '1/SYT', date: '2026-11-20' },
  requester: { organizationRef: { name: 'so-y-te' } },
  received: '2026-11-21T01:00:00Z',
  rows: [{ number: 1, action: 'Grant', name: 'Lê Văn Chín', organization: 'Sở Y tế' }],
};

describe('a request on paper, where Git manages the site', () => {
  const name = 'giay-2026-11-20-12-syt-vp';
  const tam = 'Lê Văn Tám;Chuyên viên;Sở Y tế;cấp mới;CB-8';
  const chin = 'Lê Văn Chín;;Sở Y tê1;cấp mới;CB-9';

  it('is entered from its list, once', async () => {
    const list = join(folder, 'danh-sach.csv');
    await writeFile(list, `Họ và tên;Chức vụ;Đơn vị;Loại yêu cầu;Mã cán bộ\n${tam}\n${chin}\n`);
    const args = [
      'enter',
      list,
      '--number',
      '12/SYT-VP',
      '--date',
      '2026-11-20',
      '--organization',
      'Sở Y tế',
    ];
    const entered = await hopthu(...args);
    expect(entered).toMatchObject({ stderr: '', exitCode: 0 });
    expect(entered.stdout).toContain(`MailboxRequest ${namespace}/${name} is entered: 2 rows`);
    expect((await hopthu(...args)).exitCode).toBe(1);
  });

  it('is numbered, acknowledged, and shown with its plan and its faults', async () => {
    await until(name, ({ told = [] }) => told.length === 1);
    expect(letters.sent.map(({ letter }) => letter.to)).toEqual([['soyt@soctrang.gov.vn']]);
    const { stdout } = await hopthu('show', name);
    expect(stdout).toContain('+ lvtam@soctrang.gov.vn  Lê Văn Tám (Sở Y tế)  500 MiB');
    expect(stdout).toContain('! row 3, organization, R44: đơn vị "Sở Y tê1" không có trong danh mục');
    expect((await hopthu('list')).stdout).toMatch(/^\d{4}-0001 .*so-y-te .*Pending/m);
    expect(await server.kubectl(['get', 'mreq', `--namespace=${namespace}`])).toMatch(
      /0001\s+so-y-te\s+Paper/,
    );
  });

  it('is approved by who the API server says, and only recorded', async () => {
    const { stdout, exitCode } = await hopthu('approve', name);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`hopthu request to-manifests ${name}`);
    const { spec } = await stored(name);
    expect(spec).toMatchObject({ decision: { verdict: 'Approved', by: 'admin' } });
    expect((await hopthu('refuse', name, '--reason', 'Thôi')).stderr).toContain('was approved by admin');
    const found = await server.kubectl(['get', 'mbx', `--namespace=${namespace}`, '--output=name']);
    expect(found).toBe('mailbox.hopthu.io/so-y-te');
  });

  it('becomes manifests on a branch, and those alone are applied', async () => {
    const work = join(folder, 'work');
    const git = (...args: string[]) => execa('git', args, { cwd: work });
    await execa('git', ['init', '--quiet', '--initial-branch=main', work]);
    await git('config', 'user.name', 'Trung tâm');
    await git('config', 'user.email', 'admin@soctrang.gov.vn');
    const organizations = await server.kubectl(['get', 'org', `--namespace=${namespace}`, '--output=json']);
    for (const { metadata, spec } of JSON.parse(organizations).items)
      await writeFile(
        join(work, `${metadata.name}.yaml`),
        stringify({
          apiVersion: 'hopthu.io/v1alpha1',
          kind: 'Organization',
          metadata: { name: metadata.name, namespace },
          spec,
        }),
      );
    await git('add', '.');
    await git('commit', '--quiet', '--message', 'organizations');
    const { stdout, exitCode, stderr } = await hopthu(
      'to-manifests',
      name,
      '-o',
      work,
      '--branch',
      'request-1',
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain('+ mailboxes/le-van-tam.yaml  Lê Văn Tám (Sở Y tế)');
    expect((await git('log', '--format=%s', 'main..request-1')).stdout).toMatch(
      /^Request \d{4}-0001 of so-y-te$/,
    );
    const printed = (await hopthu('to-manifests', name)).stdout;
    expect(printed).toBe(`---\n${await readFile(join(work, 'mailboxes/le-van-tam.yaml'), 'utf8')}`);
    await server.kubectl(['apply', '--filename', join(work, 'mailboxes')]);
  });

  it('is settled once the operator has granted it, and the Department gets a PDF', async () => {
    await operate();
    await operate();
    // Sở TTTT has no mailbox here: in memory every address is taken.
    const status = await until(name, ({ told = [] }) => told.length === 3);
    expect(status).toMatchObject({
      phase: 'Settled',
      due: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      results: [
        { row: 2, outcome: 'Granted', address: 'lvtam@soctrang.gov.vn' },
        { row: 3, outcome: 'Refused' },
      ],
    });
    const last = letters.sent.at(-1);
    expect(last?.letter.to).toEqual(['sotttt@soctrang.gov.vn']);
    expect(last?.attachments[0]?.content.subarray(0, 5).toString()).toBe('%PDF-');
  });

  it('gives sheets of first passwords to whoever may read them', async () => {
    const file = join(folder, 'phieu.pdf');
    const { stdout, exitCode } = await hopthu('sheet', name, '-o', file);
    expect({ stdout, exitCode }).toEqual({ stdout: expect.stringContaining('1 sheet in '), exitCode: 0 });
    expect((await readFile(file)).subarray(0, 5).toString()).toBe('%PDF-');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });
});

describe('where Git does not manage the site', () => {
  it('approval acts at once, and again changes nothing', async () => {
    const file = join(folder, 'direct.yaml');
    await writeFile(file, siteText('soc-trang').replace('approval: Git', 'approval: Direct'));
    const rows = [
      { number: 1, action: 'Grant', name: 'Phạm Thị Mười', organization: 'Sở Y tế', employeeNumber: 'CB-10' },
      { number: 2, action: 'Rename', employeeNumber: 'CB-8', newAddress: 'tam.le' },
      { number: 3, action: 'ResetPassword', employeeNumber: 'CB-8' },
    ];
    await apply('MailboxRequest', 'direct', { ...paper, rows });
    expect((await hopthu('approve', 'direct', '--site', file)).stderr).toContain('has not reviewed it');
    await until('direct', ({ number }) => number !== undefined);
    const first = await hopthu('approve', 'direct', '--site', file);
    expect([first.exitCode, first.stdout]).toEqual([0, expect.stringContaining('; 2 Mailboxes changed')]);
    expect((await hopthu('approve', 'direct', '--site', file)).stdout).toContain('; no Mailboxes changed');
    await operate();
    await operate();
    const status = await until('direct', ({ phase }) => phase === 'Settled');
    expect(status.results?.map(({ outcome, address }) => `${outcome} ${address}`)).toEqual([
      'Granted ptmuoi@soctrang.gov.vn',
      'Changed tam.le@soctrang.gov.vn',
      'Reset tam.le@soctrang.gov.vn',
    ]);
    const cancel = [{ number: 1, action: 'Cancel', employeeNumber: 'CB-8' }];
    await apply('MailboxRequest', 'leaving', { ...paper, rows: cancel });
    await until('leaving', ({ number }) => number !== undefined);
    await hopthu('approve', 'leaving', '--site', file);
    for (let pass = 0; pass < 3; pass += 1) await operate();
    const left = await until('leaving', ({ phase }) => phase === 'Settled');
    expect(left.results).toMatchObject([{ outcome: 'Cancelled', mailbox: 'le-van-tam' }]);
  });

  it('a refusal goes to whoever asked, with its reason', async () => {
    await apply('MailboxRequest', 'refused', paper);
    await until('refused', ({ number }) => number !== undefined);
    expect((await hopthu('refuse', 'refused', '--reason', 'Thiếu chữ ký')).exitCode).toBe(0);
    await until('refused', ({ conditions = [] }) => conditions[0]?.reason === 'Refused');
    expect(
      letters.sent.some(
        ({ letter }) => letter.id.endsWith('.refused') && letter.text.includes('Thiếu chữ ký'),
      ),
    ).toBe(true);
    expect((await hopthu('to-manifests', 'refused')).exitCode).toBe(1);
  });
});

describe("a letter from an organization's mailbox", () => {
  it('is entered once with the rights of the clerk, numbered and acknowledged', async () => {
    const seen = await sendTwice(site, { server, cluster, letters, user: clerk });
    const [{ name = '' } = {}] = seen as readonly { name?: string }[];
    expect(seen).toEqual([true, false].map((isNew) => ({ outcome: 'request', name, isNew })));
    expect((await stored(name)).spec).toMatchObject({ source: 'Mail', rows: peopleRows });
    const { findings = [] } = await until(name, ({ told = [] }) => told.length > 0);
    // Whoever is there is granted; who is not cannot be cancelled.
    expect(findings.map(({ row }) => row)).toEqual([3]);
    expect(letters.sent.at(-1)?.letter).toMatchObject({
      to: ['soyt@soctrang.gov.vn'],
      answers: '<1@test>',
      text: expect.stringContaining('Trần Thị Thu Hà'),
    });
  });
});

it('nothing failed beside what was expected', () => {
  expect(failures).toEqual([]);
});
