/** `hopthu suspend`, `resume`, `reset-password`, `grant`, and what an approval writes, against a real API server. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { manifestOf } from '../../clerk/review/cluster-manifests.ts';
import { carryOut } from '../../cli/request/carry-out.ts';
import { listResources } from '../../cli/resources.ts';
import { type ApiServer, startApiServer } from './kube-support/api-server.ts';
import { kubeConfigOf } from './kube-support/worlds.ts';

const cli = join(import.meta.dirname, '../../cli/main.ts');
let server: ApiServer;

beforeAll(async () => {
  server = await startApiServer();
  await server.kubectl(['create', 'namespace', 'accounts']);
  const mailbox = {
    apiVersion: 'hopthu.io/v1alpha1',
    kind: 'Mailbox',
    metadata: { name: 'binh', namespace: 'accounts' },
    spec: {
      organizationRef: { name: 'so-tttt' },
      type: 'Personal',
      person: { fullName: 'Nguyễn Thanh Bình' },
    },
  };
  await server.kubectl(['apply', '-f', '-'], JSON.stringify(mailbox));
}, 900_000);
afterAll(() => server?.stop());

const hopthu = (...args: readonly string[]) =>
  execa(process.execPath, [cli, ...args, '-n', 'accounts'], {
    env: { KUBECONFIG: server.kubeconfig },
    reject: false,
  });

const field = (path: string) =>
  server.kubectl(['-n', 'accounts', 'get', 'mailbox', 'binh', '-o', `jsonpath={${path}}`]);

it('suspend sets the annotation, resume takes it away', async () => {
  expect((await hopthu('suspend', 'binh')).stdout).toContain('Mailbox accounts/binh is being suspended');
  expect(await field('.metadata.annotations.hopthu\\.io/suspend')).toBe('true');
  expect((await hopthu('resume', 'binh')).exitCode).toBe(0);
  expect(await field('.metadata.annotations.hopthu\\.io/suspend')).toBe('');
}, 30_000);

it('reset-password writes a new value', async () => {
  expect((await hopthu('reset-password', 'binh')).exitCode).toBe(0);
  expect(await field('.spec.passwordReset')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
});

it('grant writes a new value', async () => {
  expect((await hopthu('grant', 'binh')).exitCode).toBe(0);
  expect(await field('.spec.grant')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
});

it('says in one line that there is no such mailbox', async () => {
  const { exitCode, stderr } = await hopthu('suspend', 'nobody');
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: 'hopthu: there is no Mailbox accounts/nobody: see kubectl get mailboxes -n accounts',
  });
});

/** An approval of another title for the mailbox, while somebody else does something. */
async function approveTitle(title: string, meanwhile: () => Promise<unknown>): Promise<number> {
  const config = kubeConfigOf(server);
  const [binh] = await listResources(config, 'Mailbox', ['accounts']);
  if (binh === undefined) throw new Error('there is no mailbox');
  const manifest = manifestOf(binh);
  manifest.edit({ path: ['person', 'title'], value: title });
  await meanwhile();
  return carryOut(config, { manifests: [manifest], removed: [] }, new Map([['accounts/binh', binh]]));
}

it('an approval overwrites nothing that somebody changed since it was reviewed, and may be repeated', async () => {
  const enlarge = JSON.stringify({ spec: { quota: '2Gi' } });
  const patched = ['-n', 'accounts', 'patch', 'mailbox', 'binh', '--type=merge', '-p', enlarge];
  await expect(approveTitle('Giám đốc', () => server.kubectl(patched))).rejects.toThrow(
    /changing Mailbox accounts\/binh: somebody else is changing it .*run the command again/,
  );
  expect(await approveTitle('Giám đốc', async () => undefined)).toBe(1);
  expect(JSON.parse(await field('.spec'))).toMatchObject({ quota: '2Gi', person: { title: 'Giám đốc' } });
});

it('an approval counts no mailbox that went meanwhile', async () => {
  const removed = ['-n', 'accounts', 'delete', 'mailbox', 'binh'];
  await expect(approveTitle('Phó Giám đốc', () => server.kubectl(removed))).rejects.toThrow(
    'Mailbox accounts/binh is gone since it was read: run the command again',
  );
});
