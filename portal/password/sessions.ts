/** Ends what was opened with the former password: whoever knew it shall be out (R25, R42). */
import { setTimeout as pause } from 'node:timers/promises';
import type { Sessions } from '../../operator/ports.ts';
import type { EndSessions } from './change.ts';

/** Dovecot takes the former password for five seconds (`auth_cache_ttl`): who comes back meanwhile is ended then. */
const remembered = 6_000;

/** @param late sees the failure of the second look, when the person has the answer already */
export function endingSessions(sessions: Sessions, late: (error: unknown) => void): EndSessions {
  const end = async (names: readonly string[]) => {
    const open = await sessions.open();
    await sessions.end(open.filter((name) => names.includes(name)));
  };
  return async (names) => {
    await end(names);
    pause(remembered)
      .then(() => end(names))
      .catch(late);
  };
}
