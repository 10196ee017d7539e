/** What no resource's status can carry, as log lines: told once, and again only when it changes. */
import type { Logger } from 'pino';
import { formatChange } from './core/format.ts';
import type { Report } from './reconcile/pass.ts';

export function createReport(log: Logger): Report {
  let orphansTold = '';
  let heldTold: string | undefined;
  let planTold: string | undefined;
  return {
    orphans(dns) {
      const text = dns.join('\n');
      if (text !== orphansTold && dns.length > 0) {
        log.warn(
          { dns: dns.slice(0, 50), count: dns.length },
          'entries of ours have no resource; they are left alone',
        );
      }
      orphansTold = text;
    },
    held({ hash, reason, held }) {
      if (hash !== heldTold && hash !== undefined) {
        log.warn(
          { hash, reason, plan: held.map(formatChange) },
          'the guard holds changes until they are approved',
        );
      }
      heldTold = hash;
    },
    planned(changes) {
      const plan = changes.map(formatChange);
      const text = plan.join('\n');
      if (text !== planTold) log.info({ count: plan.length, plan: plan.slice(0, 1_000) }, 'would be done');
      planTold = text;
    },
    failure: (what, error) => log.error({ err: error }, what),
  };
}
