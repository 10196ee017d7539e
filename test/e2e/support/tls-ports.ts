/** Every port of a site that speaks TLS, asked from inside its own pod by the openssl of its image. */
import { namespaceOf } from '../../../charts/components/network-policies.ts';
import { ports } from '../../../charts/endpoints.ts';
import type { PodName } from '../../../charts/flows.ts';
import type { Site } from '../../../operator/core/site.ts';
import { kubectl } from '../../kind/install.ts';
import { testCluster } from './cluster.ts';

/** How TLS begins there; absent where it is there from the first byte. */
type TlsPort = readonly [part: PodName, port: number, starttls?: 'smtp' | 'sieve' | 'postgres'];

export const tlsPorts: readonly TlsPort[] = [
  ['openldap', ports.ldaps.container],
  ['postgresql', ports.postgresql.container, 'postgres'],
  ['dovecot', ports.imaps.container],
  ['dovecot', ports.pop3s.container],
  ['dovecot', ports.sieve.container, 'sieve'],
  ['dovecot', ports.sessions.container],
  ['dovecot', ports.store.container],
  ['dovecot', ports.lmtpTunnel.container],
  ['dovecot', ports.saslTunnel.container],
  ['dovecot', ports.quotaTunnel.container],
  ['rspamd', ports.milterTunnel.container],
  ['rspamd', ports.learnTunnel.container],
  ['webmail', ports.webmail.container],
  ['portal', ports.portal.container],
  ['postfix', ports.smtp.container, 'smtp'],
  ['postfix', ports.submission.container, 'smtp'],
  ['postfix', ports.submissions.container],
  ['postfix', ports.notices.container],
  ['postfix', ports.replies.container],
  ['repository', ports.repository.container],
];

/** kubectl in the namespace of a part. */
function inPart(site: Site, part: PodName, args: readonly string[]): Promise<string> {
  return kubectl(testCluster(), ['-n', namespaceOf(site, part), ...args]);
}

/** The output of a shell script in a pod of the part. */
export async function shellIn(site: Site, part: PodName, script: string): Promise<string> {
  const pods = await inPart(site, part, [
    'get',
    'pods',
    '-l',
    `app.kubernetes.io/name=${part}`,
    '-o',
    'name',
  ]);
  const [pod = ''] = pods.split('\n');
  return inPart(site, part, ['exec', pod, '--', 'sh', '-c', script]);
}

/** The command that opens TLS to the port, and ends. */
export function sClient([, port, starttls]: TlsPort, options = ''): string {
  const begin = starttls === undefined ? '' : `-starttls ${starttls}`;
  return `openssl s_client -connect 127.0.0.1:${port} ${begin} ${options} </dev/null 2>/dev/null`;
}
