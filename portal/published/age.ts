/** How old what the pages of the published directory show is, as a metric. */
import { Gauge, type Registry } from 'prom-client';
import type { KeptDirectory } from './kept.ts';

export function showAge(registry: Registry, kept: Pick<KeptDirectory, 'readAt'>): void {
  new Gauge({
    name: 'hopthu_published_read_timestamp_seconds',
    help: 'When the published directory was last read, 0 before the first time.',
    registers: [registry],
    collect() {
      this.set(kept.readAt / 1000);
    },
  });
}
