/** What goes wrong between the operator and a real API server, and what must hold then. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { CoreV1Api } from '@kubernetes/client-node';
import type { Resource } from '../../operator/api/resource.ts';
import { Unavailable } from '../../operator/errors.ts';
import type { ApiCluster } from '../../operator/kube/api-cluster.ts';
import { connectKubernetes } from '../../operator/kube/client.ts';
import { defaultPace } from '../../operator/kube/informer.ts';
import { type ApiServer, startApiServer } from './kube-support/api-server.ts';
import { eventually } from './kube-support/ports.ts';
import { startProxy, type TcpProxy } from './kube-support/tcp-proxy.ts';
import { find, installSite, kubeConfigOf, namespace, specs, startCluster } from './kube-support/worlds.ts';

// Every step has its own, shorter limit; this one is for machines that are busy.
jest.setTimeout(60_000);

const MAILBOXES = `mailboxes in ${namespace}`;
/** The silence after which a watch is cut, and how long a call may take: short for the test. */
const SILENCE_MS = 2000;
const LIMITS = { deadlineMs: 2000, retries: 3, firstWaitMs: 10 };

describe('faults of the API server', () => {
  let server: ApiServer;
  let proxy: TcpProxy;
  let cluster: ApiCluster;
  let reports: string[];

  beforeAll(async () => {
    server = await startApiServer();
    await installSite(server);
  }, 600_000);
  afterAll(() => server?.stop());

  beforeEach(async () => {
    proxy = await startProxy(server.port);
    reports = [];
  });
  afterEach(async () => {
    cluster?.stop();
    await proxy.close();
  });

  const start = (silenceMs = SILENCE_MS): ApiCluster => {
    const report = (where: string, error: unknown): void => void reports.push(`${where}: ${error}`);
    cluster = startCluster(kubeConfigOf(server, proxy.port), report, { ...defaultPace, silenceMs }, LIMITS);
    return cluster;
  };
  const startSynced = async (silenceMs?: number): Promise<void> => {
    start(silenceMs);
    await eventually('synced', () => cluster.hasSynced || undefined);
  };
  const create = (name: string): Promise<string> =>
    server.kubectl(
      ['create', '--filename=-'],
      JSON.stringify({
        apiVersion: 'hopthu.io/v1alpha1',
        kind: 'Mailbox',
        metadata: { name, namespace },
        spec: specs.mailbox,
      }),
    );
  const remove = (name: string): Promise<string> =>
    server.kubectl(['delete', 'mailbox', name, `--namespace=${namespace}`]);
  /** Whether a snapshot can be had and shows the mailbox; undefined while it is neither sure. */
  const shows = async (name: string): Promise<boolean | undefined> => {
    try {
      return find(await cluster.snapshot(), 'Mailbox', name) !== undefined;
    } catch (error) {
      if (error instanceof Unavailable) return undefined;
      throw error;
    }
  };
  const until = (name: string, isThere: boolean, seconds?: number): Promise<true> =>
    eventually(
      `${name} ${isThere ? 'seen' : 'gone'}`,
      async () => (await shows(name)) === isThere || undefined,
      seconds,
    );

  it('uses one connection for fifty calls, where the client as it comes makes fifty', async () => {
    const client = connectKubernetes(kubeConfigOf(server, proxy.port));
    for (let i = 0; i < 50; i++) await client.core.listNamespacedConfigMap({ namespace });
    // A second one where a call begins before undici has the first one's socket back.
    const reused = proxy.connections();
    expect(reused).toBeLessThanOrEqual(2);

    const bare = kubeConfigOf(server, proxy.port).makeApiClient(CoreV1Api);
    for (let i = 0; i < 50; i++) await bare.listNamespacedConfigMap({ namespace });
    expect(proxy.connections() - reused).toBe(50);
  });

  it('gives no snapshot before every list was complete', async () => {
    proxy.freeze();
    start();
    await expect(cluster.snapshot()).rejects.toThrow(Unavailable);
    await expect(cluster.snapshot()).rejects.toThrow('not complete yet');
    expect(cluster.hasSynced).toBe(false);
  });

  it('sees within 5 s what was created and deleted while it could not connect', async () => {
    await create('before-cut');
    await startSynced(defaultPace.silenceMs);
    proxy.cut();
    await eventually('the cut noticed', () => reports.length >= 3 || undefined);
    await create('during-cut');
    await remove('before-cut');
    expect(await shows('during-cut')).toBe(false);
    proxy.heal();
    await until('during-cut', true, 5);
    await until('before-cut', false, 5);
    expect(cluster.informerCounters()[MAILBOXES]?.restarts).toBeGreaterThan(0);
  });

  it('sees within 5 s what is created after kill -9 and restart', async () => {
    await startSynced(defaultPace.silenceMs);
    await server.kill();
    await eventually('a failed watch', () => reports.length > 0 || undefined);
    await server.restart();
    await create('after-restart');
    await until('after-restart', true, 5);
  });

  it('cuts a watch that went silent and lists again', async () => {
    await startSynced();
    proxy.freeze();
    await create('during-silence');
    proxy.heal();
    await until('during-silence', true);
    expect(reports.join('\n')).toContain(`informer of ${MAILBOXES}: Error: nothing heard for 2 s`);
  });

  it('no longer believes its copy after three silences', async () => {
    await startSynced();
    expect(await shows('anything')).toBe(false);
    proxy.freeze();
    await eventually('the copy disowned', async () => (await shows('anything')) === undefined || undefined);
    await expect(cluster.snapshot()).rejects.toThrow('nothing heard of');
    proxy.heal();
    await until('anything', false);
  });

  it('lives with a quiet watch: no restart over several orderly ends', async () => {
    await startSynced();
    const silent = (): number => cluster.informerCounters()[MAILBOXES]?.silentSeconds ?? Infinity;
    for (let end = 1; end <= 4; end++) {
      let longest = silent();
      const isHeardAgain = (): true | undefined => {
        if (silent() < longest) return true;
        longest = silent();
        return undefined;
      };
      await eventually(`end ${end} of a watch`, isHeardAgain);
    }
    expect(reports).toEqual([]);
    expect(cluster.informerCounters()[MAILBOXES]?.restarts).toBe(0);
  });

  it('survives a handler that throws, at once or later', async () => {
    start();
    cluster.onChange(() => {
      throw new Error('at once');
    });
    cluster.onChange(async () => {
      throw new Error('later');
    });
    await eventually('both reported', () => new Set(reports).size === 2 || undefined);
    expect([...new Set(reports)].sort()).toEqual([
      'change handler: Error: at once',
      'change handler: Error: later',
    ]);
    await create('after-throw');
    await until('after-throw', true);
  });

  it('says Unavailable where the API server does not answer, and within the deadline', async () => {
    await startSynced(defaultPace.silenceMs);
    await create('deadline');
    await until('deadline', true);
    const mailbox = find(await cluster.snapshot(), 'Mailbox', 'deadline') as Resource;
    proxy.freeze();
    const startedAt = performance.now();
    await expect(cluster.writeStatus(mailbox, { state: 'Active' })).rejects.toThrow(Unavailable);
    expect(performance.now() - startedAt).toBeLessThan(LIMITS.deadlineMs + 1000);
    proxy.cut();
    await expect(cluster.writeStatus(mailbox, { state: 'Active' })).rejects.toThrow(Unavailable);
  });

  it('refuses to go on without the ConfigMap that could say "paused"', async () => {
    await startSynced();
    const target = ['configmap', 'hopthu-site', '--namespace=test-mail'];
    await server.kubectl(['delete', ...target]);
    await eventually('refused', async () => (await shows('anything')) === undefined || undefined);
    await expect(cluster.snapshot()).rejects.toThrow('ConfigMap test-mail/hopthu-site is missing');
    await server.kubectl(['create', ...target]);
    await until('anything', false);
  });
});
