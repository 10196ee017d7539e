/** Prometheus metrics of the clerk. */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { requestPhases } from '../operator/api/request.ts';
import type { PassResult } from './desk.ts';

export type Metrics = { readonly registry: Registry; passed(result: PassResult): void; failed(): void };

/** @param site label of every series */
export function createMetrics(site: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ site });
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const passes = new Counter({
    name: 'hopthu_clerk_passes_total',
    help: 'Passes over all requests, by result: success, partial or error.',
    labelNames: ['result'],
    registers,
  });
  const letters = new Counter({
    name: 'hopthu_request_letters_total',
    help: 'Letters about requests that went out.',
    registers,
  });
  const requests = new Gauge({
    name: 'hopthu_requests',
    help: 'Requests by phase.',
    labelNames: ['phase'],
    registers,
  });
  const oldest = new Gauge({
    name: 'hopthu_request_oldest_timestamp_seconds',
    help: 'When the oldest request came that is neither settled nor refused; NaN where there is none.',
    registers,
  });
  const due = new Gauge({
    name: 'hopthu_request_due_timestamp_seconds',
    help: 'Nearest end of a term whose letters are still to go (R22); NaN where there is none.',
    registers,
  });
  for (const gauge of [oldest, due]) setLeast(gauge, []);
  return {
    registry,
    passed({ requests: seen, sent, failures }) {
      passes.inc({ result: failures > 0 ? 'partial' : 'success' });
      letters.inc(sent);
      for (const phase of requestPhases)
        requests.set({ phase }, seen.filter(({ status }) => status.phase === phase).length);
      const open = seen.filter(({ status }) => status.phase === 'Pending' || status.phase === 'Approved');
      setLeast(
        oldest,
        open.map(({ spec }) => Date.parse(spec.received)),
      );
      const owed = seen.filter(({ status: { due: day, conditions = [] } }) => {
        const isDone = conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
        return day !== undefined && !isDone;
      });
      // A day ends at midnight in Việt Nam.
      setLeast(
        due,
        owed.map(({ status }) => Date.parse(`${status.due}T24:00:00+07:00`)),
      );
    },
    failed() {
      passes.inc({ result: 'error' });
    },
  };
}

/** @param times milliseconds since the epoch; without any there is nothing to compare with */
function setLeast(gauge: Gauge, times: readonly number[]): void {
  gauge.set(times.length === 0 ? Number.NaN : Math.min(...times) / 1000);
}
