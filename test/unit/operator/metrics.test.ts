import { expect, it } from '@jest/globals';
import { createMetrics } from '../../../operator/metrics.ts';

it('what a pass saw is shown by the process that leads, and forgotten by one that does no longer', async () => {
  const election = { leads: true };
  const { registry, passed } = createMetrics('soc-trang', {
    cluster: { informerCounters: () => ({}) },
    certificate: () => Promise.reject(new Error('none')),
    connection: { state: () => ({ reconnects: 0, inFlight: 0, queued: 0 }) },
    election,
    mail: { waiting: 0, held: { count: 0 } },
  });
  const notices = { sent: 5, failed: 1, waiting: 3 };
  const nothing = { changes: [], planned: 0, statusWrites: 0, again: false };
  passed({ ...nothing, mailboxes: 7, failures: 1, held: 2, orphans: 3, notices }, 0.1, 'site');
  const shown = async (name: string) =>
    new RegExp(`^${name}\\{.*\\} (\\S+)$`, 'm').exec(await registry.metrics())?.[1];
  const gauges = [
    'hopthu_mailboxes',
    'hopthu_failing_changes',
    'hopthu_held_changes',
    'hopthu_orphan_entries',
    'hopthu_notices_waiting',
  ];
  expect(await Promise.all(gauges.map(shown))).toEqual(['7', '1', '2', '3', '4']);
  election.leads = false;
  expect(await Promise.all(gauges.map(shown))).toEqual(['0', '0', '0', '0', '0']);
  expect(await shown('controller_runtime_reconcile_total')).toBe('1');
  const text = await registry.metrics();
  expect(text).toMatch(/^hopthu_notices_total\{result="sent",.*\} 5$/m);
  expect(text).toMatch(/^hopthu_notices_total\{result="failed",.*\} 1$/m);
});
