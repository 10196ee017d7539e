/** Beside Dovecot: the service that slows guessing (`operator/throttle/`), from the operator's image. */
import { domainsOf } from '../operator/core/site-domains.ts';
import { loopback, ports } from './endpoints.ts';
import type { Container, Context } from './workload.ts';

/** Volume `origin` must be in the pod, and nothing else of it is of use to this container. */
export function throttle({ site, image }: Context): Container {
  const port = ports.operator.container;
  return {
    name: 'throttle',
    image: image('operator'),
    // A flood that fills every memory it has was seen to stay below 150 MiB with these.
    command: [
      '/usr/local/bin/node',
      '--max-old-space-size=96',
      '--max-semi-space-size=4',
      '/opt/hopthu/throttle.mjs',
    ],
    env: {
      HOPTHU_SITE: site.name,
      HOPTHU_THROTTLE: JSON.stringify(site.throttle),
      HOPTHU_ORIGIN_KEY_FILE: '/run/secrets/origin/key',
      HOPTHU_POLICY_PORT: String(loopback.throttle),
      HOPTHU_PORT: String(port),
      // A guess at a person counts, whichever of the domains it names.
      ...(site.domainAliases.length === 0 ? {} : { HOPTHU_DOMAINS: domainsOf(site).join(' ') }),
    },
    ports: { metrics: port },
    resources: { cpu: '10m', memory: '64Mi', memoryLimit: '192Mi' },
    mounts: [{ name: 'origin', path: '/run/secrets/origin' }],
    // No readiness: without it people still log in, and a pod that is not ready is out of its Service.
    // A minute: it is asked most where a node is busiest, and people wait for none of its answers.
    liveness: {
      httpGet: { path: '/healthz', port },
      periodSeconds: 10,
      timeoutSeconds: 5,
      failureThreshold: 6,
    },
  };
}
