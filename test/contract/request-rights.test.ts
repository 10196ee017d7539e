/** What the API server takes for a request, and what the clerk may do there (R20). */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { stringify } from 'yaml';
import { decidedByPeople } from '../../charts/decided-by-people.ts';
import { createRecords } from '../../cli/restore/records.ts';
import { manifestsOf } from '../support/manifests.ts';
import { socTrang as site } from '../support/sites.ts';
import { type ApiServer, startApiServer } from './kube-support/api-server.ts';
import { eventually } from './kube-support/ports.ts';
import { kubeConfigOf } from './kube-support/worlds.ts';

jest.setTimeout(60_000);

const { mail, accounts } = site.namespaces;
const namespace = accounts[0] ?? '';
const clerk = `system:serviceaccount:${mail}:clerk`;
let server: ApiServer;

const manifest = (name: string, spec: object) =>
  JSON.stringify({
    ...{ apiVersion: 'hopthu.io/v1alpha1', kind: 'MailboxRequest' },
    ...{ metadata: { name, namespace }, spec },
  });
const apply = (name: string, spec: object) => server.kubectl(['apply', '--filename=-'], manifest(name, spec));

beforeAll(async () => {
  server = await startApiServer();
  const first = manifestsOf(site).filter(({ kind }) => ['Namespace', 'Role', 'RoleBinding'].includes(kind));
  const made = [...first, ...decidedByPeople()].map((one) => stringify(one)).join('---\n');
  await server.kubectl(['create', '--filename=-'], made);
}, 600_000);
afterAll(() => server?.stop());

const paper = {
  source: 'Paper',
  reference: { number: '1/SYT', date: '2026-11-20' },
  requester: { organizationRef: { name: 'so-y-te' } },
  received: '2026-11-21T01:00:00Z',
  rows: [{ number: 1, action: 'Grant', name: 'Lê Văn Chín', organization: 'Sở Y tế' }],
};
const decision = { verdict: 'Refused', reason: 'Thiếu chữ ký', by: 'me', at: '2026-11-21T02:00:00Z' };

describe('the API server', () => {
  it.each([
    ['paper without its number', { reference: undefined }, 'spec.reference: Invalid value'],
    ['a refusal without a reason', { decision: { ...decision, reason: undefined } }, 'spec.decision.reason'],
    ['two lines in one field', { rows: [{ number: 1, name: 'a\nb' }] }, 'spec.rows[0].name'],
    ['an action that is none', { rows: [{ number: 1, action: 'Delete' }] }, 'spec.rows[0].action'],
  ])('refuses %s', async (_, more, message) => {
    await expect(apply('faulty', { ...paper, ...more })).rejects.toThrow(message);
  });

  it('lets nothing of a request change once it is decided', async () => {
    await apply('decided', { ...paper, decision });
    await expect(apply('decided', { ...paper, decision, received: '2026-11-22T01:00:00Z' })).rejects.toThrow(
      'a request that is decided does not change',
    );
    await server.kubectl(['delete', 'mreq', 'decided', `--namespace=${namespace}`]);
  });
});

describe("the clerk's rights", () => {
  const may = (verb: string, what: string, where = namespace) =>
    server
      .kubectl(['auth', 'can-i', verb, what, `--namespace=${where}`, `--as=${clerk}`])
      .catch((error: { stdout?: string }) => String(error.stdout).trim());

  it.each([
    ['create', 'mailboxes.hopthu.io'],
    ['patch', 'mailboxes.hopthu.io'],
    ['delete', 'mailboxes.hopthu.io'],
    ['update', 'mailboxrequests.hopthu.io'],
    ['patch', 'mailboxrequests.hopthu.io'],
    ['delete', 'mailboxrequests.hopthu.io'],
    ['update', 'mailboxes.hopthu.io/status'],
    ['get', 'secrets'],
    ['list', 'secrets'],
  ])('do not allow to %s %s', async (verb, what) => {
    expect(await may(verb, what)).toBe('no');
  });

  it('allow to enter a request, but never one that is decided', async () => {
    const enter = (name: string, more: object = {}) =>
      server.kubectl(
        ['create', '--dry-run=server', '--filename=-', `--as=${clerk}`],
        manifest(name, { ...paper, ...more }),
      );
    expect(await enter('open')).toContain('created');
    // The API server takes a moment to know a policy.
    await eventually('the policy', async () => {
      const answer = await enter('approved', { decision: { ...decision, verdict: 'Approved' } }).catch(
        String,
      );
      return answer.includes('the clerk enters requests; people decide') || undefined;
    });
  });

  it('do not allow to read anything of the stack but its count', async () => {
    expect(await may('get', 'configmaps/hopthu-site', mail)).toBe('no');
    expect(await may('get', 'secrets', mail)).toBe('no');
    expect(await may('update', 'configmaps/hopthu-requests', mail)).toBe('yes');
  });
});

describe('a request from a backup', () => {
  it('has its number and who was told, also where restoring was cut off and begins anew', async () => {
    const told = [{ letter: 'refused', to: ['soyt@soctrang.gov.vn'], at: '2026-11-21T03:00:00Z' }];
    const saved = {
      ...{ apiVersion: 'hopthu.io/v1alpha1', kind: 'MailboxRequest' },
      metadata: { name: 'restored', namespace, uid: 'u', creationTimestamp: '2026-11-21T01:00:00Z' },
      spec: { ...paper, decision },
      status: { number: '2026-0012', phase: 'Refused', told },
    };
    await apply('restored', saved.spec);
    await createRecords(kubeConfigOf(server), 'MailboxRequest', [saved]);
    const stored = async () =>
      JSON.parse(
        await server.kubectl(['get', 'mreq', 'restored', `--namespace=${namespace}`, '--output=json']),
      );
    expect((await stored()).status).toEqual(saved.status);
    await createRecords(kubeConfigOf(server), 'MailboxRequest', [
      { ...saved, status: { number: '2026-9999' } },
    ]);
    expect((await stored()).status).toEqual(saved.status);
    await server.kubectl(['delete', 'mreq', 'restored', `--namespace=${namespace}`]);
    await createRecords(kubeConfigOf(server), 'MailboxRequest', [saved]);
    expect(await stored()).toMatchObject({ spec: saved.spec, status: saved.status });
  });
});
