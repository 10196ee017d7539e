/** Passes of the operator over a real API server and a directory in memory. */
import { MemorySessions } from '../../../operator/dovecot/memory-sessions.ts';
import type { ApiCluster } from '../../../operator/kube/api-cluster.ts';
import type { MemoryDirectory } from '../../../operator/ldap/memory-directory.ts';
import { MemoryNotices } from '../../../operator/mail/memory-notices.ts';
import { runPass } from '../../../operator/reconcile/pass.ts';
import { socTrang } from '../../support/sites.ts';
import type { ApiServer } from './api-server.ts';
import { eventually } from './ports.ts';

const sessions = new MemorySessions();

export type Passing = {
  readonly server: ApiServer;
  readonly cluster: ApiCluster;
  readonly directory: MemoryDirectory;
  readonly namespace: string;
};

/** One pass over what the API server now has. @returns the lines that were carried out */
export async function passOver({
  server,
  cluster,
  directory,
  namespace,
}: Passing): Promise<readonly string[]> {
  const stored = JSON.parse(
    await server.kubectl(['get', 'org,mbx', `--namespace=${namespace}`, '--output=json']),
  );
  const versions = (items: { metadata: { uid: string; resourceVersion: string } }[]) =>
    items.map(({ metadata }) => `${metadata.uid} ${metadata.resourceVersion}`).sort();
  const wanted = JSON.stringify(versions(stored.items));
  await eventually('the snapshot to be what is stored', async () => {
    const { organizations, mailboxes } = await cluster.snapshot();
    return JSON.stringify(versions([...organizations, ...mailboxes] as never)) === wanted || undefined;
  });
  const { changes } = await runPass({
    site: socTrang,
    cluster,
    directory,
    sessions,
    notices: new MemoryNotices(),
    clock: () => new Date(),
    report: {
      orphans: () => undefined,
      held: () => undefined,
      planned: () => undefined,
      failure: (what, error) => console.error(what, error),
    },
  });
  return changes.map(({ line }) => line);
}
