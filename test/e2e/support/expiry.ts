/** A Dovecot whose days are seconds: the store's times cannot be moved from outside. */
import { expect } from '@jest/globals';
import type { Site } from '../../../operator/core/site.ts';
import { kubectl } from '../../kind/install.ts';
import { hostPort, testCluster } from './cluster.ts';
import { inMail } from './directory.ts';
import { eventually } from './eventually.ts';
import { LineClient } from './line-client.ts';
import { authorityOf } from './person.ts';

/** While `use` runs, what lies in Trash or Junk for a second expires. */
export async function withQuickExpiry(site: Site, use: () => Promise<void>): Promise<void> {
  const kept = await inMail(site, 'get', 'configmap', 'dovecot-config', '-o=jsonpath={.data.dovecot\\.conf}');
  const quick = kept.replace(/^( +autoexpunge) = \d+d$/gm, '$1 = 1s');
  expect(quick).not.toBe(kept);
  const set = async (text: string) => {
    const patch = JSON.stringify({ data: { 'dovecot.conf': text } });
    await inMail(site, 'patch', 'configmap', 'dovecot-config', '--type=merge', '-p', patch);
    await inMail(site, 'rollout', 'restart', 'statefulset/dovecot');
    await inMail(site, 'rollout', 'status', 'statefulset/dovecot', '--timeout=90s');
    // The way from outside opens a moment after the pod is ready.
    await eventually(30_000, async () => {
      const imaps = {
        port: hostPort(site, 'imaps'),
        servername: site.hosts.mail,
        ca: await authorityOf(site),
      };
      (await LineClient.overTls(imaps)).end();
    });
    // Its processes notice a lost connection at the next login, which they answer with 454.
    const inPostfix = ['-n', site.namespaces.smtp, 'exec', 'postfix-0', '-c', 'postfix', '--'];
    await kubectl(testCluster(), [...inPostfix, 'postfix', 'reload']);
  };
  await set(quick);
  try {
    await use();
  } finally {
    await set(kept);
  }
}
