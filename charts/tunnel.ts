/** One end of the TLS tunnels between Postfix, Dovecot and the operator: stunnel beside the daemon. */
import { hangUp, reloading, reloadingMount } from './reloading.ts';
import type { Container } from './workload.ts';

/**
 * No probe: stunnel ends when it cannot bind its ports, and would log an error for each connection without TLS.
 * @param props what differs between the two ends; volumes `config` and `tls` must be in the pod
 */
export function tunnel(props: Pick<Container, 'image' | 'uid' | 'ports'>): Container {
  return {
    name: 'tunnel',
    command: reloading(hangUp, ['/run/tls'], ['/usr/bin/stunnel', '/etc/stunnel/hopthu.conf']),
    resources: { cpu: '10m', memory: '16Mi', memoryLimit: '64Mi' },
    mounts: [
      { name: 'config', path: '/etc/stunnel/hopthu.conf', subPath: 'stunnel.conf' },
      reloadingMount,
      { name: 'tls', path: '/run/tls' },
    ],
    ...props,
  };
}
