import { expect, it } from '@jest/globals';
import { createMetrics } from '../../../operator/metrics.ts';

it('what a pass saw is shown by the process that leads, and forgotten by one that does no longer', async () => {
  const election = { leads: true };
  const { registry, passed, noticed } = createMetrics('soc-trang', {
    cluster: { informerCounters: () => ({}) },
    certificate: () => Promise.reject(new Error('none')),
    connection: { state: () => ({ reconnects: 0, inFlight: 0, queued: 0 }) },
    election,
    mail: { waiting: 0, held: { count: 0 } },
    notices: () => new Map([['password', { count: 4, since: Date.now() - 7_200_000 }]]),
  });
  const nothing = { changes: [], planned: 0, statusWrites: 0, again: false };
  passed({ ...nothing, mailboxes: 7, failures: 1, held: 2, orphans: 3 }, 0.1, 'site');
  noticed('password', true);
  noticed('password', false);
  const shown = async (name: string) =>
    new RegExp(`^${name}(?!\\w).*\\} (\\S+)$`, 'm').exec(await registry.metrics())?.[1];
  const gauges = [
    'hopthu_mailboxes',
    'hopthu_failing_changes',
    'hopthu_held_changes',
    'hopthu_orphan_entries',
    'hopthu_notices_waiting\\{topic="password"',
  ];
  expect(await Promise.all(gauges.map(shown))).toEqual(['7', '1', '2', '3', '4']);
  expect(Number(await shown('hopthu_notices_waiting_seconds\\{topic="password"'))).toBeCloseTo(7200, -2);
  election.leads = false;
  expect(await Promise.all(gauges.map(shown))).toEqual(['0', '0', '0', '0', '0']);
  expect(await shown('controller_runtime_reconcile_total')).toBe('1');
  const text = await registry.metrics();
  expect(text).toMatch(/^hopthu_notices_total\{topic="password",result="sent",.*\} 1$/m);
  expect(text).toMatch(/^hopthu_notices_total\{topic="password",result="failed",.*\} 1$/m);
});
