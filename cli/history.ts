/** `hopthu history`: what cluster and directory still know of a Mailbox's past. */
import { CustomObjectsApi, EventsV1Api, type EventsV1Event, type KubeConfig } from '@kubernetes/client-node';
import type { MailboxStatus } from '../operator/api/mailbox.ts';
import { group, plural, type Resource, version } from '../operator/api/resource.ts';
import type { Site } from '../operator/core/site.ts';
import { trimResource } from '../operator/kube/trim.ts';
import { readDirectoryLog } from './directory-log.ts';
import { Failed, WrongInput } from './failure.ts';
import { callKube, loadKubeConfig } from './kube.ts';
import { printData, printTable } from './print.ts';
import { loadSite, mailboxNamespace, siteOfNamespace } from './site.ts';

export type HistoryOptions = {
  readonly namespace?: string;
  readonly site?: string;
  readonly context?: string;
  readonly output?: string;
};

export type Moment = {
  /** RFC 3339 in UTC. */
  readonly time: string;
  readonly source: 'resource' | 'condition' | 'event' | 'directory';
  readonly type: string;
  readonly reason: string;
  readonly message: string;
};

/** Prints the moments, the oldest first. */
export async function history(name: string, options: HistoryOptions): Promise<void> {
  const config = loadKubeConfig(options.context);
  const site = options.site === undefined ? undefined : loadSite(options.site);
  const namespace = mailboxNamespace(config, site, options.namespace);
  const mailbox = await readMailbox(config, namespace, name);
  const writes = await readWrites(config, site ?? siteAt(namespace), mailbox);
  const moments = momentsOf(mailbox, await readEvents(config, namespace, name), writes);
  if (moments.length === 0) {
    throw new Failed(
      `there is no Mailbox ${name} in namespace ${namespace}, and no Event of one: see kubectl get mailboxes -n ${namespace}`,
    );
  }
  console.log(
    options.output === undefined
      ? printTable([
          ['TIME', 'TYPE', 'REASON', 'MESSAGE'],
          ...moments.map(({ time, type, reason, message }) => [time, type, reason, message]),
        ])
      : printData(moments, options.output),
  );
}

/** Creation, deletion, the last change of each condition, and the Events that the cluster still keeps. */
export function momentsOf(
  mailbox: Resource | undefined,
  events: readonly EventsV1Event[],
  writes: readonly Moment[] = [],
): readonly Moment[] {
  const own = mailbox === undefined ? [] : resourceMoments(mailbox);
  return [...own, ...events.map(eventMoment), ...writes].sort(
    (a, b) => Date.parse(a.time) - Date.parse(b.time),
  );
}

/** Of the directory's log; who may not read that is told so, and the rest is shown. */
async function readWrites(
  config: KubeConfig,
  site: Site | undefined,
  mailbox: Resource | undefined,
): Promise<readonly Moment[]> {
  const { entry } = (mailbox?.status ?? {}) as MailboxStatus;
  if (site === undefined || entry === undefined) return [];
  try {
    return await readDirectoryLog(config, site.namespaces.mail, entry, site.directory.replicas);
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    console.error(`hopthu: without the directory's log: ${error.message}`);
    return [];
  }
}

/** A namespace of no site has no directory that is known. */
function siteAt(namespace: string): Site | undefined {
  try {
    return siteOfNamespace(namespace);
  } catch (error) {
    if (error instanceof WrongInput) return undefined;
    throw error;
  }
}

function resourceMoments({ metadata, status }: Resource): readonly Moment[] {
  const { creationTimestamp, deletionTimestamp } = metadata;
  const conditions = ((status ?? {}) as MailboxStatus).conditions ?? [];
  const of = (time: string, reason: string, message: string): Moment => ({
    time,
    source: 'resource',
    type: 'Normal',
    reason,
    message,
  });
  return [
    of(creationTimestamp, 'Created', 'the resource was created'),
    ...(deletionTimestamp === undefined
      ? []
      : [of(deletionTimestamp, 'Deleted', 'the deletion was asked for')]),
    ...conditions.map(
      ({ type, status: value, reason, message, lastTransitionTime }): Moment => ({
        time: lastTransitionTime,
        source: 'condition',
        type: `${type}=${value}`,
        reason,
        message,
      }),
    ),
  ];
}

function eventMoment({
  eventTime,
  deprecatedLastTimestamp,
  metadata,
  type,
  reason,
  note,
}: EventsV1Event): Moment {
  // Events of the old API have no eventTime.
  const time = eventTime ?? deprecatedLastTimestamp ?? metadata?.creationTimestamp ?? 0;
  return {
    // Despite its type, client-node hands eventTime over as text.
    time: new Date(time).toISOString(),
    source: 'event',
    type: type ?? '',
    reason: reason ?? '',
    message: note ?? '',
  };
}

async function readMailbox(
  config: KubeConfig,
  namespace: string,
  name: string,
): Promise<Resource | undefined> {
  const api = config.makeApiClient(CustomObjectsApi);
  const found: unknown = await callKube(`reading Mailbox ${namespace}/${name}`, () =>
    api.getNamespacedCustomObject({ group, version, namespace, plural: plural.Mailbox, name }),
  );
  return found === undefined ? undefined : trimResource('Mailbox', found);
}

/** Also those of an earlier Mailbox of the same name. */
async function readEvents(
  config: KubeConfig,
  namespace: string,
  name: string,
): Promise<readonly EventsV1Event[]> {
  const api = config.makeApiClient(EventsV1Api);
  const fieldSelector = `regarding.kind=Mailbox,regarding.name=${name}`;
  const list = await callKube(`listing Events of Mailbox ${namespace}/${name}`, () =>
    api.listNamespacedEvent({ namespace, fieldSelector }),
  );
  return list?.items ?? [];
}
