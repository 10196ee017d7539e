/** What `make bench-mail` takes from the manifests, so that it is not found out of date by whoever runs it next. */
import { expect, it } from '@jest/globals';
import { type Objects, objectsOf, podsOf } from '../../bench/mail/objects.ts';
import { unfiltered, withoutAntivirus, workloads } from '../../bench/mail/stack.ts';
import { manifestsOf } from '../../support/manifests.ts';
import { daNang, socTrang } from '../../support/sites.ts';

const nothing: Objects['secret'] = () => ({});

it.each([socTrang, daNang])('finds the pods of $name, each with its volumes', (site) => {
  const objects = objectsOf(manifestsOf(site), workloads, nothing);
  const pods = podsOf(objects);
  expect([...new Set(pods.map(({ workload }) => workload))].sort()).toEqual([
    'dovecot',
    'openldap',
    'postfix',
    'rspamd',
  ]);
  for (const { name, namespace, containers, volumes } of pods) {
    const mounted = containers.flatMap(({ volumeMounts = [] }) => volumeMounts.map((mount) => mount.name));
    const known = volumes.map((volume) => volume.name);
    expect([name, mounted.filter((mount) => !known.includes(mount))]).toEqual([name, []]);
    for (const { configMap } of volumes)
      if (configMap !== undefined)
        expect(Object.keys(objects.configMap(namespace, configMap.name))).not.toEqual([]);
  }
});

it('leaves the filter and the antivirus out, and nothing else', () => {
  const { configMap } = objectsOf(manifestsOf(socTrang), workloads, nothing);
  const changed = (namespace: string, name: string, edit: typeof unfiltered) =>
    Object.entries(configMap(namespace, name)).flatMap(([file, text]) =>
      edit(file, text) === text ? [] : [file],
    );
  const { mail, smtp } = socTrang.namespaces;
  expect(changed(smtp, 'postfix-config', unfiltered)).toEqual(['main.cf']);
  expect(changed(mail, 'rspamd-config', withoutAntivirus)).toEqual(['antivirus.lua']);
});
