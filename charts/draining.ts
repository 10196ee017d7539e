/** Parts that end between two letters: no client is led to them any more when they do. */
import { renderFile } from './config/render.ts';
import { loopback, readyPorts } from './endpoints.ts';

const periodSeconds = 5;
/** The next probe, its news to every node, and a little patience. */
const noticedSeconds = periodSeconds + 3;

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
    noticedSeconds,
  });
}

/** For who may end at any moment once nobody is led to it. */
export const drainsOnly = { exec: { command: ['flock', '/tmp/draining', 'sleep', String(noticedSeconds)] } };

/**
 * What the daemon starts for each question of the kubelet.
 * @param question a line of bash that takes five seconds at most
 */
export function readyScript(question: string): string {
  return renderFile('ready', { question });
}

/**
 * Ready unless the part drains: whoever is led to the pod when its network is gone waits for two minutes. By HTTP: what is
 * asked by exec is cancelled in Kubernetes 1.35 as soon as the pod is told to end (kubernetes/kubernetes#140881).
 */
export function readyUnlessDraining(part: keyof typeof readyPorts): object {
  return {
    httpGet: { path: '/', port: readyPorts[part] },
    periodSeconds,
    timeoutSeconds: 15,
    failureThreshold: 1,
  };
}
