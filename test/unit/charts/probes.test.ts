/** A start that is slow because the node is busy is not taken for a hang. */
import { describe, expect, it } from '@jest/globals';
import { manifestsOf } from '../../support/manifests.ts';
import { type Container, podTemplates } from '../../support/pod-templates.ts';
import { daNang, sharded, socTrang } from '../../support/sites.ts';

type Probe = {
  readonly initialDelaySeconds?: number;
  readonly periodSeconds?: number;
  readonly timeoutSeconds?: number;
  readonly failureThreshold?: number;
};
type Probed = Container & {
  readonly livenessProbe?: Probe;
  readonly startupProbe?: Probe;
  readonly readinessProbe?: { readonly httpGet?: object };
  readonly lifecycle?: { readonly preStop?: object };
};

/** A startup probe of theirs would keep others from serving. */
const waitByThemselves: Readonly<Record<string, string>> = {
  clamav: 'it may load signatures for minutes, and rspamd, which starts after it, says why mail has to wait',
  valkey: 'without it mail flows, and nobody is limited',
  throttle: 'without it people log in, and nobody is slowed down',
  metrics: 'without it mail flows, and nobody sees figures',
};

describe.each([
  ['Sóc Trăng', socTrang],
  ['Đà Nẵng', daNang],
  ['a site of two Dovecots', sharded],
])('%s', (_, site) => {
  const templates = podTemplates(manifestsOf(site));
  const watched = templates.flatMap(({ owner, containers }) =>
    (containers as readonly Probed[]).flatMap(({ name, livenessProbe: liveness, startupProbe: startup }) =>
      liveness === undefined ? [] : [{ part: `${owner}/${name}`, name, liveness, startup }],
    ),
  );

  it('asks the operator, the clerk and the portal whether they live', () => {
    const parts = watched.map(({ part }) => part);
    for (const name of ['operator', 'clerk', 'portal']) expect(parts).toContain(`Deployment/${name}/${name}`);
  });

  it.each(watched)('$part has five minutes to start', ({ name, liveness, startup }) => {
    expect(startup === undefined).toBe(name in waitByThemselves);
    const { periodSeconds = 10, failureThreshold = 3 } = startup ?? { failureThreshold: 0 };
    const seconds = (liveness.initialDelaySeconds ?? 0) + periodSeconds * failureThreshold;
    expect(seconds).toBeGreaterThanOrEqual(300);
  });

  it.each(watched)('$part has more than a second to say that it lives', ({ liveness }) => {
    expect(liveness.timeoutSeconds ?? 1).toBeGreaterThanOrEqual(5);
  });

  // Kubernetes 1.35 cancels what it asks by exec when a pod is told to end: such a pod is never seen to drain.
  it.each(['postfix', sharded === site ? 'dovecot-proxy' : 'dovecot', 'webmail'])(
    '%s is asked over HTTP whether it is ready, and waits until that is noticed',
    (name) => {
      const containers: readonly Probed[] =
        templates.find(({ owner }) => owner.endsWith(`/${name}`))?.containers ?? [];
      const serving = containers.filter(({ readinessProbe }) => readinessProbe !== undefined);
      expect(serving).not.toEqual([]);
      for (const { readinessProbe, lifecycle } of serving) {
        expect(readinessProbe?.httpGet).toBeDefined();
        expect(lifecycle?.preStop).toBeDefined();
      }
    },
  );
});
