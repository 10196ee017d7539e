/** The Roles in the charts give the operator what it uses, and nothing that it could do harm with. */
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { stringify } from 'yaml';
import type { Resource } from '../../operator/api/resource.ts';
import { firstPasswordSecret, operatorLease } from '../../operator/core/secrets.ts';
import { Awaited, Conflict } from '../../operator/errors.ts';
import { ApiCluster } from '../../operator/kube/api-cluster.ts';
import { connectKubernetes } from '../../operator/kube/client.ts';
import { defaultEventLimits, EventRecorder } from '../../operator/kube/event-recorder.ts';
import { leaseStore } from '../../operator/kube/lease.ts';
import { trimResource } from '../../operator/kube/trim.ts';
import { type Manifest, manifestsOf } from '../support/manifests.ts';
import { socTrang as site } from '../support/sites.ts';
import { mailboxObject } from '../unit/operator/kube/fake-api.ts';
import { type ApiServer, startApiServer } from './kube-support/api-server.ts';
import { eventually } from './kube-support/ports.ts';
import { find, kubeConfigOf, specs } from './kube-support/worlds.ts';

// Every step has its own, shorter limit; this one is for machines that are busy.
jest.setTimeout(60_000);

const { mail, accounts } = site.namespaces;
const namespace = accounts[0] ?? '';
const operator = `system:serviceaccount:${mail}:operator`;

const ofKind = (kind: string): Manifest[] => manifestsOf(site).filter((manifest) => manifest.kind === kind);

describe("the operator's rights", () => {
  let server: ApiServer;
  let cluster: ApiCluster;
  const reports: unknown[] = [];

  beforeAll(async () => {
    server = await startApiServer();
    const own = ['hopthu-site', 'hopthu-report'];
    const siteFile = ofKind('ConfigMap').filter(({ metadata }) => own.includes(metadata.name));
    const all = [...ofKind('Namespace'), ...ofKind('Role'), ...ofKind('RoleBinding'), ...siteFile];
    await server.kubectl(
      ['create', '--filename=-'],
      all.map((manifest) => stringify(manifest)).join('---\n'),
    );
    const config = kubeConfigOf(server);
    config.users = config.users.map((user) => ({ ...user, impersonateUser: operator }));
    cluster = new ApiCluster({
      client: connectKubernetes(config),
      namespaces: site.namespaces,
      instance: 'test',
      report: (_, error) => reports.push(error),
    });
    cluster.start();
  }, 600_000);
  afterAll(async () => {
    cluster?.stop();
    await server?.stop();
  });

  const canOperator = (verb: string, what: string, where: string): Promise<string> =>
    server
      .kubectl(['auth', 'can-i', verb, what, `--namespace=${where}`, `--as=${operator}`])
      .catch((error: { stdout?: string }) => String(error.stdout).trim());

  it('are enough for every call of the port', async () => {
    const object = { apiVersion: 'hopthu.io/v1alpha1', kind: 'Mailbox', spec: specs.mailbox };
    const manifest = { ...object, metadata: { name: 'binh', namespace } };
    await server.kubectl(['create', '--filename=-'], JSON.stringify(manifest));
    const current = (): Promise<Resource> =>
      eventually('the mailbox', async () =>
        cluster.hasSynced ? find(await cluster.snapshot(), 'Mailbox', 'binh') : undefined,
      );
    const mailbox = await current();
    await cluster.addFinalizer(mailbox);
    await cluster.keepFirstPassword(mailbox, 'binh-initial-password', 'binh@example.vn', 'first');
    expect(
      await cluster.keepFirstPassword(mailbox, 'binh-initial-password', 'binh@example.vn', 'second'),
    ).toBe('first');
    cluster.event(mailbox, { type: 'Normal', reason: 'Granted', action: 'Apply', message: '+' });
    await cluster.writeStatus(mailbox, { address: 'binh@example.vn' });
    await expect(cluster.readGivenPassword(mailbox, 'given')).rejects.toThrow(Awaited);
    const literals = ['--from-literal=password=Aa1-5678', `--namespace=${namespace}`];
    await server.kubectl(['create', 'secret', 'generic', 'given', ...literals]);
    expect(await cluster.readGivenPassword(mailbox, 'given')).toBe('Aa1-5678');
    await cluster.removeFirstPassword(mailbox, 'given');
    expect(await cluster.readGivenPassword(mailbox, 'given')).toBe('Aa1-5678');
    await cluster.publish({ orphans: '{}' });
    await cluster.removeFinalizer(await current());
    await eventually('the event', () => cluster.eventCounters().written === 1 || undefined);
    expect(reports).toEqual([]);
    await server.kubectl(['get', 'secret', firstPasswordSecret('binh'), `--namespace=${namespace}`]);
  });

  it('are enough to tell how many Events were dropped', async () => {
    const config = kubeConfigOf(server);
    config.users = config.users.map((user) => ({ ...user, impersonateUser: operator }));
    const about = { apiVersion: 'v1', kind: 'ConfigMap', namespace: mail, name: 'hopthu-report' };
    const limits = { ...defaultEventLimits, burst: 0, perSecond: 0, summaryMs: 1 };
    const told: unknown[] = [];
    const { events } = connectKubernetes(config);
    const recorder = new EventRecorder(events, 'test', about, limits, (_, error) => told.push(error));
    const mailbox = trimResource('Mailbox', mailboxObject('tam', '1'));
    recorder.record(mailbox, { type: 'Normal', reason: 'Granted', action: 'Apply', message: '+' });
    await eventually('the summary', () => recorder.counters().written === 1 || undefined);
    expect(told).toEqual([]);
    const listed = await server.kubectl(['get', 'events', `--namespace=${mail}`]);
    expect(listed).toMatch(/EventsDropped\s+configmap\/hopthu-report\s+1 Events since .*Granted 1/);
  });

  it('are enough to take part in the election', async () => {
    const config = kubeConfigOf(server);
    config.users = config.users.map((user) => ({ ...user, impersonateUser: operator }));
    const store = leaseStore(config, { namespace: mail, name: operatorLease });
    expect(await store.read()).toBeUndefined();
    const record = { holder: 'one', acquiredAt: new Date(), transitions: 1 };
    const created = await store.write(record, undefined);
    const given = await store.write({ ...record, holder: '' }, created);
    expect(await store.read()).toEqual(given);
    expect(given).toMatchObject({ holder: '', transitions: 1 });
    await expect(store.write(record, created)).rejects.toThrow(Conflict);
    await expect(store.write(record, undefined)).rejects.toThrow(Conflict);
  });

  it.each([
    ['update', 'leases/another', mail],
    ['list', 'leases', mail],
    ['get', 'leases', namespace],
    ['list', 'secrets', namespace],
    ['watch', 'secrets', namespace],
    ['update', 'secrets', namespace],
    ['get', 'secrets', mail],
    ['delete', 'mailboxes.hopthu.io', namespace],
    ['create', 'mailboxes.hopthu.io', namespace],
    ['delete', 'organizations.hopthu.io', namespace],
    ['update', 'configmaps/hopthu-site', mail],
    ['patch', 'configmaps/hopthu-site', mail],
    ['get', 'configmaps/hopthu-report', mail],
    ['get', 'configmaps', mail],
    ['create', 'pods', mail],
    ['get', 'mailboxes.hopthu.io', 'kube-system'],
  ])('do not allow to %s %s in %s', async (verb, what, where) => {
    expect(await canOperator(verb, what, where)).toBe('no');
  });

  it('are what these questions would find (the check itself works)', async () => {
    expect(await canOperator('get', 'secrets', namespace)).toBe('yes');
    expect(await canOperator('watch', 'configmaps/hopthu-site', mail)).toBe('yes');
  });
});
