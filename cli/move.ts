/** `hopthu move`: which Dovecot keeps the mail of an organization. The operator carries it there, by the annotation alone. */
import { CustomObjectsApi, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { shardNamed } from '../charts/shards.ts';
import { annotation, group, plural, version } from '../operator/api/resource.ts';
import { Failed, WrongInput } from './failure.ts';
import { callKube, loadKubeConfig } from './kube.ts';
import { loadSite, mailboxNamespace, siteOfNamespace } from './site.ts';

export type MoveOptions = {
  readonly to: string;
  readonly namespace?: string;
  readonly site?: string;
  readonly context?: string;
};

/**
 * @param name of an Organization that has none above it: its units go with it
 * @throws WrongInput for a unit; Invalid for a shard that the site file does not have; Failed when there is no such Organization
 */
export async function move(name: string, { to, ...options }: MoveOptions): Promise<void> {
  const config = loadKubeConfig(options.context);
  const given = options.site === undefined ? undefined : loadSite(options.site);
  const namespace = mailboxNamespace(config, given, options.namespace);
  shardNamed(given ?? siteOfNamespace(namespace), to);
  const api = config.makeApiClient(CustomObjectsApi);
  const path = { group, version, namespace, plural: plural.Organization, name };
  const where = `Organization ${namespace}/${name}`;
  const found: unknown = await callKube(`reading ${where}`, () => api.getNamespacedCustomObject(path));
  if (found === undefined)
    throw new Failed(`there is no ${where}: see kubectl get organizations -n ${namespace}`);
  const { parentRef } = (found as { spec: { parentRef?: { name: string } } }).spec;
  if (parentRef !== undefined)
    throw new WrongInput(
      `${name} belongs to ${parentRef.name}, whose mailboxes share a Dovecot: move that one`,
    );
  await callKube(`changing ${where}`, () =>
    api.patchNamespacedCustomObject(
      { ...path, body: { metadata: { annotations: { [annotation.shard]: to } } } },
      setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
    ),
  );
  console.log(`the mail of ${where} goes to ${to}, one mailbox after the other; see SHARD of`);
  console.log(`kubectl get mailboxes -n ${namespace} -o wide`);
}
