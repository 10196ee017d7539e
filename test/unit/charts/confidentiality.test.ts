/** What no manifest may do, whoever adds the next part: show a secret, write where it need not, trust who it does not know. */
import { describe, expect, it } from '@jest/globals';
import { manifestsOf } from '../../support/manifests.ts';
import { podTemplates } from '../../support/pod-templates.ts';
import { daNang, socTrang } from '../../support/sites.ts';

describe.each([socTrang, daNang])('$name', (site) => {
  const manifests = manifestsOf(site);
  const pods = podTemplates(manifests);
  const containers = pods.flatMap(({ owner, containers }) =>
    containers.map((container) => ({ place: `${owner} ${container.name}`, ...container })),
  );
  const secretVolumes = pods.flatMap(({ owner, volumes }) =>
    volumes.flatMap(({ name, secret }) => (secret === undefined ? [] : [{ owner, name, ...secret }])),
  );

  it('has secrets as files alone: none in the environment, none on a command line', () => {
    const named = /pass|secret|token|credential|key/i;
    const shown = containers.flatMap(({ place, env = [], envFrom = [], command = [], args = [] }) => [
      ...envFrom.map(() => `${place} takes an environment whole`),
      ...env.flatMap(({ name, valueFrom }) =>
        valueFrom === undefined ? [] : [`${place} ${name} from elsewhere`],
      ),
      ...env.flatMap(({ name }) => (named.test(name) && !/_FILE$/.test(name) ? [`${place} ${name}`] : [])),
      ...[...command, ...args]
        .filter((word) => /(pass(word)?|secret|token)=/i.test(word))
        .map((word) => `${place} ${word}`),
    ]);
    expect(shown).toEqual([]);
  });

  it('has no key and no password in a ConfigMap', () => {
    const texts = manifests
      .filter(({ kind }) => kind === 'ConfigMap')
      .flatMap((manifest) => Object.entries((manifest['data'] ?? {}) as Record<string, string>));
    expect(texts.length).toBeGreaterThan(10);
    const open = texts.filter(([, text]) =>
      /-----BEGIN [A-Z ]*PRIVATE KEY|^\s*(rootpw|bind_pw|password|api_key)\s*[= ]\s*[^<$\s]/im.test(text),
    );
    expect(open.map(([name]) => name)).toEqual([]);
  });

  it('mounts Secrets readable by the pod alone, and never writable', () => {
    expect(secretVolumes.length).toBeGreaterThan(5);
    for (const { owner, name, defaultMode } of secretVolumes) {
      expect([owner, name, defaultMode]).toEqual([owner, name, 0o440]);
    }
    const secret = new Set(secretVolumes.map(({ owner, name }) => `${owner} ${name}`));
    const writable = pods.flatMap(({ owner, containers }) =>
      containers.flatMap(({ volumeMounts = [] }) =>
        volumeMounts
          .filter(({ name, readOnly }) => secret.has(`${owner} ${name}`) && readOnly !== true)
          .map(({ mountPath }) => `${owner} ${mountPath}`),
      ),
    );
    expect(writable).toEqual([]);
  });

  it('has a read-only root, no capabilities and no way to more in every container, also in those that only begin', () => {
    for (const { place, securityContext } of containers) {
      expect([place, securityContext]).toEqual([
        place,
        expect.objectContaining({
          readOnlyRootFilesystem: true,
          allowPrivilegeEscalation: false,
          capabilities: expect.objectContaining({ drop: ['ALL'] }),
        }),
      ]);
    }
  });

  it('limits what every emptyDir takes from its node', () => {
    const open = pods.flatMap(({ owner, volumes }) =>
      volumes
        .filter(({ emptyDir }) => emptyDir !== undefined && emptyDir.sizeLimit === undefined)
        .map(({ name }) => `${owner} ${name}`),
    );
    expect(open).toEqual([]);
  });

  it('lets no daemon speak less than TLS 1.2, and verifies whom it calls', () => {
    const text = JSON.stringify(manifests.filter(({ kind }) => kind === 'ConfigMap'));
    expect(text).not.toMatch(/SSLv[23]|TLSv1(\.[01])?\b(?!\.)|sslVersionMin = TLSv1\.[01]/);
    expect(text).not.toMatch(/verify_peer'?\s*(=>|=)\s*false|tls_reqcert\s+(never|allow)|verify\s*=\s*0/i);
  });
});
