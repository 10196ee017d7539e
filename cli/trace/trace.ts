/** `hopthu trace`: what became of a message, from the logs of the pods that had it. */
import { CoreV1Api, type KubeConfig } from '@kubernetes/client-node';
import type { Site } from '../../operator/core/site.ts';
import { Failed, WrongInput } from '../failure.ts';
import { callKube, loadKubeConfig } from '../kube.ts';
import { printData, printTable } from '../print.ts';
import { loadSite } from '../site.ts';
import { type Line, linesOf, type Part, type Way, waysOf } from './way.ts';

export type TraceOptions = {
  readonly site: string;
  readonly context?: string;
  /** `30m`, `6h`, `2d`. */
  readonly since: string;
  readonly output?: string;
};

/** Containers whose logs tell of messages, wherever they run; their names are those of the daemons. */
const parts: readonly Part[] = ['postfix', 'rspamd', 'dovecot'];
const seconds = { m: 60, h: 3600, d: 86_400 } as const;

/**
 * Prints the way of each message that has this queue id or Message-ID.
 * @throws Failed where no log names it, or the cluster cannot be asked; WrongInput for a span of time that is none
 */
export async function trace(id: string, options: TraceOptions): Promise<void> {
  const [, count, unit] = /^(\d+)([mhd])$/.exec(options.since) ?? [];
  if (count === undefined)
    throw new WrongInput(`--since ${options.since}: use minutes, hours or days, such as 6h`);
  const sinceSeconds = Number(count) * seconds[unit as keyof typeof seconds];
  const lines = await logs(loadKubeConfig(options.context), loadSite(options.site), sinceSeconds);
  const ways = waysOf(lines, id);
  if (ways.length === 0)
    throw new Failed(
      `no log of the last ${options.since} names ${id}: nodes keep the newest 10 MiB of each; older lines are where the cluster collects them`,
    );
  console.log(
    options.output === undefined ? ways.map(printed).join('\n\n') : printData(ways, options.output),
  );
}

async function logs(
  config: KubeConfig,
  { namespaces }: Site,
  sinceSeconds: number,
): Promise<readonly Line[]> {
  const core = config.makeApiClient(CoreV1Api);
  const read = async (namespace: string): Promise<readonly Line[]> => {
    const pods = await callKube(`listing pods in ${namespace}`, () => core.listNamespacedPod({ namespace }));
    const wanted = (pods?.items ?? []).flatMap(({ metadata, spec }) =>
      parts
        .filter((part) => spec?.containers.some(({ name }) => name === part))
        .map((part) => ({ name: metadata?.name ?? '', part })),
    );
    const found = wanted.map(async ({ name, part }) => {
      const request = { namespace, name, container: part, sinceSeconds, timestamps: true };
      const what = `reading the log of ${namespace}/${name}`;
      return linesOf(part, (await callKube(what, () => core.readNamespacedPodLog(request))) ?? '');
    });
    return (await Promise.all(found)).flat();
  };
  return (await Promise.all([namespaces.smtp, namespaces.mail].map(read))).flat();
}

/** Who to whom in one line, then step by step. */
export function printed({ queueId, messageId, from, recipients, steps }: Way): string {
  const to = recipients.map(({ address, status }) => `${address} (${status})`).join(', ');
  const head = [
    queueId,
    ...(messageId === undefined ? [] : [`<${messageId}>`]),
    ...(from === undefined ? [] : [`from <${from}>`]),
    ...(to === '' ? [] : [`to ${to}`]),
  ].join('  ');
  const rows = steps.map(({ at, part, program, text }) => [at, `${part}/${program}`, text]);
  return `${head}\n${printTable(rows)}`;
}
