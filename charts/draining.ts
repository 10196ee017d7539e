/** Parts that end between two letters: no client is led to them any more when they do. */
import { renderFile } from './config/render.ts';
import { loopback } from './endpoints.ts';

const periodSeconds = 5;

/** A port as /proc/net/tcp has it. */
const hex = (port: number) => port.toString(16).toUpperCase().padStart(4, '0');

/** The script of rspamd, whose clients come back by themselves. */
export function filterDrainScript(): string {
  return renderFile('rspamd/drain', { milterPortHex: hex(loopback.milter) });
}

/** The script of a part; it holds a lock while it runs. */
export function drainScript(part: 'postfix' | 'dovecot'): string {
  return renderFile(`${part}/drain`, {
    lmtpPortHex: hex(loopback.lmtp),
    // The next probe, its news to every node, and a little patience.
    noticedSeconds: periodSeconds + 3,
  });
}

/**
 * Ready unless the part drains. That has to be noticed at the next probe, so it asks three times by itself: a busy daemon
 * is not taken out of its Service for one late answer.
 * @param question a line of bash that takes five seconds at most
 */
export function readyUnlessDraining(question: string): object {
  const script = `flock -n /tmp/draining true || exit 1; for try in 1 2 3; do (${question}) && exit 0; done; exit 1`;
  return {
    exec: { command: ['/bin/bash', '-c', script] },
    periodSeconds,
    timeoutSeconds: 15,
    failureThreshold: 1,
  };
}
