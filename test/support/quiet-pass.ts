/** One pass of the operator with nobody to tell: sessions and notices in memory, reports unheard. */
import { MemorySessions } from '../../operator/dovecot/memory-sessions.ts';
import { MemoryNotices } from '../../operator/mail/memory-notices.ts';
import { type PassDependencies, type PassResult, runPass } from '../../operator/reconcile/pass.ts';

const silent = () => undefined;

type Over = Pick<PassDependencies, 'site' | 'cluster' | 'directory'> & Partial<PassDependencies>;

/** @param over what it looks at; whatever else is given is taken instead of what is in memory */
export function quietPass(over: Over): Promise<PassResult> {
  return runPass({
    sessions: new MemorySessions(),
    notices: new MemoryNotices(),
    pause: async () => undefined,
    clock: () => new Date(),
    report: { orphans: silent, held: silent, planned: silent, failure: silent },
    ...over,
  });
}
