/** The volume of the second provider of the directory, which must not know of another content than the restored one. */
import { setTimeout } from 'node:timers/promises';
import type { KubernetesObjectApi } from '@kubernetes/client-node';
import { providerService } from '../../charts/directory-config.ts';
import { removal } from '../../charts/keep-mail.ts';
import type { Site } from '../../operator/core/site.ts';
import { Failed } from '../failure.ts';
import { callKube } from '../kube.ts';

/** Seconds for a claim to go that no pod uses. */
const patience = 60;

/**
 * Removes the claims of all providers but the first while they stand still; they copy the first one when they start.
 * @throws Failed when one does not go
 */
export async function emptyOtherProviders(objects: KubernetesObjectApi, site: Site): Promise<void> {
  const namespace = site.namespaces.mail;
  for (let number = 1; number < site.directory.replicas; number += 1) {
    const name = `data-${providerService(number)}`;
    const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace } };
    const what = `PersistentVolumeClaim ${namespace}/${name}`;
    const read = () => callKube(`reading ${what}`, () => objects.read(claim));
    if ((await read()) === undefined) continue;
    const allowed = { ...claim, metadata: { ...claim.metadata, annotations: { [removal]: name } } };
    await callKube(`marking ${what} for removal`, () => objects.patch(allowed));
    await callKube(`deleting ${what}`, () => objects.delete(claim));
    for (let waited = 0; (await read()) !== undefined; waited += 1) {
      if (waited > patience) throw new Failed(`${what} is still there after ${patience} s: who uses it?`);
      await setTimeout(1_000);
    }
  }
}
