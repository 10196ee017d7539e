/** `hopthu suspend`, `resume`, `reset-password` and `grant` against a real API server. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { type ApiServer, startApiServer } from './kube-support/api-server.ts';

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
