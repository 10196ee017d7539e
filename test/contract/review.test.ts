/** `hopthu plan` and `hopthu approve` against a real API server on which the operator's passes run. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parseLdif } from '../../cli/ldif.ts';
import { suffixOf } from '../../operator/core/layout.ts';
import { reportConfigMap, siteConfigMap } from '../../operator/core/secrets.ts';
import { ApiCluster } from '../../operator/kube/api-cluster.ts';
import { connectKubernetes } from '../../operator/kube/client.ts';
import { MemoryDirectory } from '../../operator/ldap/memory-directory.ts';
import { socTrang } from '../support/sites.ts';
import { run } from '../unit/cli/run.ts';
import { type ApiServer, startApiServer } from './kube-support/api-server.ts';
import { passOver } from './kube-support/passes.ts';
import { eventually } from './kube-support/ports.ts';
import { kubeConfigOf } from './kube-support/worlds.ts';

const namespace = 'soc-trang-accounts';
const names = [...'ABCDEFGHIJKL'].map((letter) => `Nguyễn Văn ${letter}nh`);
let server: ApiServer;
let cluster: ApiCluster;
let directory: MemoryDirectory;
let folder: string;

const hopthu = (...args: readonly string[]) => run(args, { env: { KUBECONFIG: server.kubeconfig } });
const person = (name: string, fullName: string, more: object = {}) => {
  const spec = { organizationRef: { name: 'so-y-te' }, type: 'Personal', person: { fullName }, ...more };
  return { apiVersion: 'hopthu.io/v1alpha1', kind: 'Mailbox', metadata: { name, namespace }, spec };
};
const save = (name: string, manifest: object) =>
  writeFile(join(folder, `${name}.yaml`), JSON.stringify(manifest));
const applyFolder = () => server.kubectl(['apply', '--filename', folder]);

const pass = () => passOver({ server, cluster, directory, namespace });

beforeAll(async () => {
  server = await startApiServer();
  for (const name of [namespace, 'soc-trang-mail']) await server.kubectl(['create', 'namespace', name]);
  for (const name of [siteConfigMap, reportConfigMap])
    await server.kubectl(['create', 'configmap', name, '--namespace=soc-trang-mail']);
  const client = connectKubernetes(kubeConfigOf(server));
  const { namespaces } = socTrang;
  const report = (where: string, error: unknown) => console.error(where, error);
  cluster = new ApiCluster({ client, namespaces, instance: 'test', report });
  cluster.start();
  await eventually('caches synced', () => cluster.hasSynced || undefined);
  directory = new MemoryDirectory(suffixOf(socTrang.domain));
}, 60_000);
afterAll(async () => {
  cluster?.stop();
  await server?.stop();
});

afterEach(() => rm(folder, { recursive: true }));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hopthu-review-'));
  const spec = { name: 'Sở Y tế' };
  await save('so-y-te', {
    apiVersion: 'hopthu.io/v1alpha1',
    kind: 'Organization',
    metadata: { name: 'so-y-te', namespace },
    spec,
  });
  for (const [index, name] of names.entries()) await save(`person-${index}`, person(`person-${index}`, name));
});

describe('against a cluster', () => {
  it('a plan has the lines that the operator then applies, and writes nothing', async () => {
    const empty = await hopthu('plan', '-f', folder);
    await applyFolder();
    const granted = await pass();
    expect(empty).toEqual({ stdout: `${granted.join('\n')}\n13 changes\n`, stderr: '', exitCode: 2 });
    const before = await server.kubectl(['get', 'org,mbx', '--all-namespaces', '--output=json']);
    expect(await hopthu('plan', '-f', folder)).toEqual({ stdout: 'no changes\n', stderr: '', exitCode: 0 });
    await save('person-1', person('person-1', 'Nguyễn Văn Bnh', { localPart: 'nvb', quota: '2Gi' }));
    await save('person-2', person('person-2', 'Nguyễn Văn Cnh', { state: 'Suspended' }));
    const changed = await hopthu('plan', '-f', folder);
    expect(await server.kubectl(['get', 'org,mbx', '--all-namespaces', '--output=json'])).toBe(before);
    await applyFolder();
    expect(changed.stdout).toBe(`${(await pass()).join('\n')}\n2 changes\n`);
    expect((await hopthu('plan', '-f', folder)).exitCode).toBe(0);
  }, 60_000);

  it('what is missing counts as deleted, unless --no-prune says otherwise', async () => {
    await applyFolder();
    await pass();
    await rm(join(folder, 'person-5.yaml'));
    const { stdout, exitCode } = await hopthu('plan', '-f', folder);
    expect({ lines: stdout.split('\n').length, exitCode }).toEqual({ lines: 3, exitCode: 2 });
    expect(stdout).toMatch(/^- nvfnh@soctrang\.gov\.vn {2}Nguyễn Văn Fnh/);
    expect((await hopthu('plan', '-f', folder, '--no-prune')).exitCode).toBe(0);
  }, 60_000);

  it('a plan that the guard holds is shown, and passes with its hash alone', async () => {
    await applyFolder();
    await pass();
    await pass();
    expect((await hopthu('approve', '--site', 'soc-trang')).stdout).toBe('nothing waits for approval\n');
    const none = join(folder, 'none');
    await mkdir(none);
    const plan = await hopthu('plan', '-f', none, '--site', 'soc-trang');
    expect(plan.exitCode).toBe(3);
    await server.kubectl(['delete', 'mbx', '--all', `--namespace=${namespace}`, '--wait=false']);
    expect(await pass()).toEqual([]);
    const { stdout } = await hopthu('approve', '--site', 'soc-trang');
    const hash = /hopthu approve --site soc-trang ([0-9a-f]{12})\n/.exec(stdout)?.[1] ?? '';
    const held = stdout.split('\n').slice(0, 12);
    expect(held[0]).toMatch(/^- nvanh@soctrang\.gov\.vn/);
    for (const line of held) expect(plan.stdout).toContain(line);
    const wrong = await hopthu('approve', '--site', 'soc-trang', '000000000000');
    expect(wrong.exitCode).toBe(1);
    expect(wrong.stderr).toContain(`${hash} does: run hopthu approve --site soc-trang`);
    expect(await pass()).toEqual([]);
    expect((await hopthu('approve', '--site', 'soc-trang', hash)).stdout).toBe('approved: 12 changes\n');
    await eventually('the operator to see it', async () => (await cluster.snapshot()).approvedPlan);
    expect([...(await pass())].sort()).toEqual(held);
  }, 60_000);

  it('a plan counts what lost access within ten minutes, and leaves alone what was rejected', async () => {
    await pass(); // Lets those go that were closed above.
    await applyFolder();
    await pass();
    await pass();
    for (let index = 0; index < 8; index += 1)
      await save(`person-${index}`, person(`person-${index}`, names[index] ?? '', { state: 'Suspended' }));
    expect((await hopthu('plan', '-f', folder)).exitCode).toBe(2);
    await applyFolder();
    expect(await pass()).toHaveLength(8);
    await pass();
    for (let index = 8; index < 12; index += 1)
      await save(`person-${index}`, person(`person-${index}`, names[index] ?? '', { state: 'Suspended' }));
    const plan = await hopthu('plan', '-f', folder);
    expect(plan.exitCode).toBe(3);
    await applyFolder();
    expect(await pass()).toEqual([]);
    const { stdout } = await hopthu('reject', '--site', 'soc-trang');
    const held = stdout.split('\n').slice(0, 4);
    expect(held[0]).toMatch(/^~ nv.nh@.* Active → Suspended/);
    for (const line of held) expect(plan.stdout).toContain(line);
    const reason = '12 mailboxes would lose access within 10 minutes; 10 of 12 may without approval';
    for (const text of [plan.stdout, stdout]) expect(text).toContain(reason);
    const hash = /hopthu reject --site soc-trang ([0-9a-f]{12})\n$/.exec(stdout)?.[1] ?? '';
    await hopthu('reject', '--site', 'soc-trang', hash);
    await eventually(
      'the operator to see it',
      async () => (await cluster.snapshot()).rejectedPlan === hash || undefined,
    );
    expect(await pass()).toHaveLength(4);
    await pass();
    expect(await hopthu('plan', '-f', folder)).toMatchObject({ stdout: 'no changes\n', exitCode: 0 });
    for (let index = 0; index < 12; index += 1)
      await save(`person-${index}`, person(`person-${index}`, names[index] ?? ''));
    await applyFolder();
    await pass();
    await pass();
  }, 120_000);

  it('a plan that is rejected leaves the accounts, and Git takes them back', async () => {
    await pass(); // Lets those go that were closed above.
    await applyFolder();
    await pass();
    await pass();
    const before = (await directory.snapshot()).filter(({ dn }) => dn.includes(',ou=mailboxes,'));
    await server.kubectl(['delete', 'mbx', '--all', `--namespace=${namespace}`, '--wait=false']);
    await pass();
    const { stdout } = await hopthu('reject', '--site', 'soc-trang');
    const hash = /hopthu reject --site soc-trang ([0-9a-f]{12})\n$/.exec(stdout)?.[1] ?? '';
    expect((await hopthu('reject', '--site', 'soc-trang', hash)).stdout).toBe('rejected: 12 changes\n');
    await eventually('the operator to see it', async () => (await cluster.snapshot()).rejectedPlan);
    const lines = await pass();
    expect(lines).toHaveLength(12);
    expect(lines[0]).toMatch(/^= nv.nh@soctrang\.gov\.vn .* rejected: the account stays as it is$/);
    await pass();
    expect(await server.kubectl(['get', 'mbx', `--namespace=${namespace}`, '--output=name'])).toBe('');
    await applyFolder();
    expect(await pass()).toHaveLength(12);
    await pass();
    await server.kubectl(['wait', 'mbx', '--all', `--namespace=${namespace}`, '--for=condition=Ready']);
    const after = (await directory.snapshot()).filter(({ dn }) => dn.includes(',ou=mailboxes,'));
    const kept = (entries: typeof after) =>
      Object.fromEntries(entries.map(({ dn, attributes: { mail } }) => [dn, mail]));
    expect(kept(after)).toEqual(kept(before));
  }, 60_000);

  it('an orphan is told, and closed by its name alone', async () => {
    await applyFolder();
    await pass();
    await pass();
    expect((await hopthu('orphans', '--site', 'soc-trang')).stdout).toBe('no orphans\n');
    const stripped = ['mbx/person-1', 'mbx/person-2'];
    for (const name of stripped) {
      const none = '--patch={"metadata":{"finalizers":null}}';
      await server.kubectl(['delete', name, `--namespace=${namespace}`, '--wait=false']);
      await server.kubectl(['patch', name, `--namespace=${namespace}`, '--type=merge', none]);
    }
    expect(await pass()).toEqual([]);
    const listed = await hopthu('orphans', '--site', 'soc-trang', '-o', 'json');
    expect(JSON.parse(listed.stdout)).toMatchObject([
      { kind: 'Mailbox', resource: `${namespace}/person-1`, state: 'Active', rejected: false },
      { kind: 'Mailbox', resource: `${namespace}/person-2`, address: 'nvcnh@soctrang.gov.vn' },
    ]);
    const wrong = await hopthu('orphans', 'close', 'person-3', '--site', 'soc-trang');
    expect(wrong).toMatchObject({
      stderr: 'hopthu: person-3 is no orphan: see hopthu orphans\n',
      exitCode: 1,
    });
    const closed = await hopthu('orphans', 'close', 'nvcnh@soctrang.gov.vn', '--site', 'soc-trang');
    expect(closed.stdout).toBe(`${namespace}/person-2 (Nguyễn Văn Cnh) is being closed\n`);
    await eventually('the operator to see it', async () => (await cluster.snapshot()).closeOrphans);
    const lines = await pass();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^- nvcnh@soctrang\.gov\.vn .* closed: no login/);
    await pass();
    expect((await hopthu('orphans', '--site', 'soc-trang')).stdout).toMatch(/person-1 .* resource vanished/);
  }, 60_000);

  it('an account that nobody owns is taken over by the lines that the plan had', async () => {
    const suffix = suffixOf(socTrang.domain);
    const foreign = `dn: uid=lvtam,ou=mailboxes,${suffix}\nobjectClass: inetOrgPerson\nuid: lvtam\ncn: Le Van Tam\nsn: Le\nmail: lvtam@${socTrang.domain}\n`;
    const ldif = join(folder, 'foreign.ldif');
    await writeFile(ldif, foreign);
    const [{ dn = '', attributes = {} } = {}] = parseLdif(foreign, ldif);
    directory.put(dn, attributes);
    const adopting = person('le-van-tam', 'Lê Văn Tám');
    const metadata = { ...adopting.metadata, annotations: { 'hopthu.io/adopt': 'lvtam' } };
    await save('le-van-tam', { ...adopting, metadata });
    const plan = await hopthu('plan', '-f', folder, '--ldif', ldif);
    expect(plan.exitCode).toBe(3);
    await applyFolder();
    await pass();
    const shown = (await hopthu('approve', '--site', 'soc-trang')).stdout;
    const line = shown.split('\n').find((text) => text.includes('taken over:')) ?? '';
    expect(line).toMatch(/^~ lvtam@.* taken over: name Le Van Tam → Lê Văn Tám, /);
    expect(plan.stdout).toContain(line);
    const hash = /hopthu approve --site soc-trang ([0-9a-f]{12})/.exec(shown)?.[1] ?? '';
    await hopthu('approve', '--site', 'soc-trang', hash);
    await eventually(
      'the operator to see it',
      async () => (await cluster.snapshot()).approvedPlan === hash || undefined,
    );
    // The orphan of above is asked for again, and was approved with it.
    const others = (await pass()).filter((done) => done !== line);
    expect(others).toEqual([expect.stringMatching(/^~ nvb@.* taken back by a new resource$/)]);
    await pass();
    expect((await hopthu('plan', '-f', folder, '--ldif', ldif)).stdout).toBe('no changes\n');
  }, 60_000);

  it('accounts are given to restored resources, which have new UIDs', async () => {
    await applyFolder();
    await pass();
    await pass();
    const restored = ['mbx/person-6', 'mbx/person-7'];
    for (const name of restored) {
      const none = '--patch={"metadata":{"finalizers":null}}';
      await server.kubectl(['delete', name, `--namespace=${namespace}`, '--wait=false']);
      await server.kubectl(['patch', name, `--namespace=${namespace}`, '--type=merge', none]);
    }
    await applyFolder();
    expect(await pass()).toEqual([]);
    const shown = (await hopthu('adopt', '--restored', '--site', 'soc-trang')).stdout;
    expect(shown).toMatch(/^~ nvgnh@.*taken back by a new resource.*\n~ nvhnh@/);
    const hash = /hopthu adopt --restored --site soc-trang ([0-9a-f]{12})\n$/.exec(shown)?.[1] ?? '';
    const given = await hopthu('adopt', '--restored', '--site', 'soc-trang', hash);
    expect(given.stdout).toBe('approved: 2 changes\n');
    await eventually(
      'the operator to see it',
      async () => (await cluster.snapshot()).approvedPlan === hash || undefined,
    );
    expect(await pass()).toHaveLength(2);
    await pass();
    const wait = ['--for=condition=Ready', `--namespace=${namespace}`];
    await server.kubectl(['wait', ...restored, ...wait]);
    expect((await hopthu('adopt', '--restored', '--site', 'soc-trang')).stdout).toBe(
      'no account waits for its restored resource\n',
    );
  }, 60_000);

  it('says what is wrong where it cannot read', async () => {
    const kubeconfig = join(folder, 'kubeconfig');
    await writeFile(kubeconfig, 'apiVersion: v1\nkind: Config\n');
    const args = ['plan', '-f', folder];
    expect(await run(args, { env: { KUBECONFIG: kubeconfig } })).toMatchObject({
      stdout: '',
      stderr: 'hopthu: no cluster is known: set KUBECONFIG, or use --context\n',
      exitCode: 1,
    });
  });
});
