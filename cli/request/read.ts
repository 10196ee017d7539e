/** A request as the commands read it, with what it is about. */
import type { KubeConfig } from '@kubernetes/client-node';
import { ReviewWorld } from '../../clerk/review/world.ts';
import { type MailboxRequest, parseRequest } from '../../operator/api/request.ts';
import type { Site } from '../../operator/core/site.ts';
import { Failed } from '../failure.ts';
import { loadKubeConfig } from '../kube.ts';
import { listResources } from '../resources.ts';
import { loadSite, mailboxNamespace, siteOfNamespace } from '../site.ts';

export type RequestOptions = {
  readonly namespace?: string;
  readonly site?: string;
  readonly context?: string;
};

export type Place = { readonly config: KubeConfig; readonly site: Site; readonly namespace: string };

/** @throws WrongInput when the namespace is no site's */
export function placeOf(options: RequestOptions): Place {
  const config = loadKubeConfig(options.context);
  const given = options.site === undefined ? undefined : loadSite(options.site);
  const namespace = mailboxNamespace(config, given, options.namespace);
  return { config, site: given ?? siteOfNamespace(namespace), namespace };
}

export async function listRequests({ config, namespace }: Place): Promise<readonly MailboxRequest[]> {
  return (await listResources(config, 'MailboxRequest', [namespace])).map(parseRequest);
}

/**
 * @param name of the resource, or the number that people were told
 * @throws Failed when there is none
 */
export async function findRequest(place: Place, name: string): Promise<MailboxRequest> {
  const requests = await listRequests(place);
  const found =
    requests.find(({ metadata }) => metadata.name === name) ??
    requests.find(({ status }) => status.number === name);
  if (found !== undefined) return found;
  throw new Failed(
    `there is no MailboxRequest ${name} in namespace ${place.namespace}: see hopthu request list`,
  );
}

/** What the site's resources are now. */
export async function readWorld({ config, site }: Place): Promise<ReviewWorld> {
  const { accounts } = site.namespaces;
  const organizations = await listResources(config, 'Organization', accounts);
  const mailboxes = await listResources(config, 'Mailbox', accounts);
  return ReviewWorld.of(site, { organizations, mailboxes });
}
