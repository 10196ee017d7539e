/** Prometheus metrics of the portal. */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';

export type Metrics = {
  readonly registry: Registry;
  /** By outcome. */
  readonly passwordChanges: Counter<'outcome'>;
  readonly logins: Counter<'outcome'>;
};

/** What alerts ask for begins at 0: Prometheus sees no increase from nothing. */
const alarming = { logins: ['throttled', 'busy', 'unavailable'], passwords: ['changedOnly'] } as const;

/**
 * @param site label of every series
 * @param readAt when the published directory was last read, milliseconds since the epoch, 0 before the first time
 */
export function createMetrics(site: string, readAt: () => number): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ site });
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  new Gauge({
    name: 'hopthu_published_read_timestamp_seconds',
    help: 'When the published directory was last read, 0 before the first time.',
    registers,
    collect() {
      this.set(readAt() / 1000);
    },
  });
  const passwordChanges = new Counter({
    name: 'hopthu_password_changes_total',
    help: 'Wishes for another password by outcome: changed, wrong, throttled, unavailable and others.',
    labelNames: ['outcome'],
    registers,
  });
  const logins = new Counter({
    name: 'hopthu_portal_logins_total',
    help: 'Logins at the portal by outcome: in, wrong, throttled, unavailable and others.',
    labelNames: ['outcome'],
    registers,
  });
  for (const outcome of alarming.logins) logins.inc({ outcome }, 0);
  for (const outcome of [...alarming.logins, ...alarming.passwords]) passwordChanges.inc({ outcome }, 0);
  return { registry, passwordChanges, logins };
}
