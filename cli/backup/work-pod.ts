/** A pod to work in with the volumes, as a CronJob of the charts describes it; it is removed afterwards. */
import { setTimeout } from 'node:timers/promises';
import {
  BatchV1Api,
  CoreV1Api,
  type KubeConfig,
  type V1Pod,
  type V1PodSpec,
  type V1PodTemplateSpec,
} from '@kubernetes/client-node';
import type { Shard } from '../../charts/shards.ts';
import { Failed } from '../failure.ts';
import { callKube } from '../kube.ts';
import { readFromPod } from '../pod-script.ts';

/** Runs the script of the CronJob's name. */
export type Work = (args: readonly string[], input?: string) => Promise<string>;

export type WorkPodProps = {
  readonly namespace: string;
  readonly cronJob: keyof typeof folders;
  /** Of mail: the Dovecot whose volumes it works on. */
  readonly shard?: Shard;
  /** The workload that uses the same volume stands still, so that any node will do. */
  readonly alone?: boolean;
};

/** A pod that works, and its container. */
export type Place = { readonly namespace: string; readonly pod: string; readonly container: string };

/** Where the script lies. */
const folders = {
  'restore-site': '/etc/hopthu-backup',
  'restore-mail': '/etc/hopthu-backup',
  'restore-reports': '/etc/hopthu-backup',
  'move-in': '/etc/hopthu-moving',
} as const;

/** Seconds until the image is there and the volumes are mounted. */
const patience = 300;
/** Milliseconds for one request: a whole mail store takes hours. */
const deadline = 12 * 3_600_000;

/** @throws Failed where the charts are not there, the pod does not start, or the work fails */
export function withWorkPod<T>(
  config: KubeConfig,
  { namespace, cronJob, shard, alone = false }: WorkPodProps,
  use: (work: Work) => Promise<T>,
): Promise<T> {
  const script = ['/bin/bash', `${folders[cronJob]}/${cronJob}`];
  return withPodOf(config, namespace, `${cronJob}${shard?.suffix ?? ''}`, alone, (place) =>
    use((args, input) =>
      readFromPod(config, {
        ...{ ...place, deadline, container: cronJob },
        command: [...script, ...args],
        ...(input === undefined ? {} : { input }),
      }),
    ),
  );
}

/** The same for who runs something else in it. @throws Failed as `withWorkPod` does */
export async function withPodOf<T>(
  config: KubeConfig,
  namespace: string,
  cronJob: string,
  alone: boolean,
  use: (place: Place) => Promise<T>,
): Promise<T> {
  const core = config.makeApiClient(CoreV1Api);
  const { metadata, spec: whole } = await templateOf(config, namespace, cronJob);
  const { affinity, ...spec } = whole;
  const body: V1Pod = {
    // The labels open the network for it.
    metadata: { generateName: `${cronJob}-`, namespace, labels: metadata?.labels ?? {} },
    spec: { ...spec, ...(alone || affinity === undefined ? {} : { affinity }) },
  };
  const made = await callKube(`creating a pod in ${namespace}`, () =>
    core.createNamespacedPod({ namespace, body }),
  );
  const name = made?.metadata?.name ?? '';
  try {
    await untilRunning(core, namespace, name);
    return await use({ namespace, pod: name, container: spec.containers[0]?.name ?? cronJob });
  } finally {
    await callKube(`deleting pod ${namespace}/${name}`, () =>
      core.deleteNamespacedPod({ namespace, name, gracePeriodSeconds: 0 }),
    );
  }
}

async function templateOf(
  config: KubeConfig,
  namespace: string,
  name: string,
): Promise<V1PodTemplateSpec & { readonly spec: V1PodSpec }> {
  const found = await callKube(`reading CronJob ${namespace}/${name}`, () =>
    config.makeApiClient(BatchV1Api).readNamespacedCronJob({ namespace, name }),
  );
  const template = found?.spec?.jobTemplate.spec?.template;
  if (template?.spec === undefined)
    throw new Failed(`there is no CronJob ${namespace}/${name}: install the site's charts first`);
  return { ...template, spec: template.spec };
}

async function untilRunning(core: CoreV1Api, namespace: string, name: string): Promise<void> {
  const endsAt = performance.now() + patience * 1000;
  for (;;) {
    const pod = await callKube(`reading pod ${namespace}/${name}`, () =>
      core.readNamespacedPod({ namespace, name }),
    );
    if (pod?.status?.phase === 'Running') return;
    if (performance.now() > endsAt || pod === undefined || pod.status?.phase === 'Failed')
      throw new Failed(`pod ${namespace}/${name} does not start: ${whyNot(pod)}`);
    await setTimeout(500);
  }
}

function whyNot(pod: V1Pod | undefined): string {
  const waiting = pod?.status?.containerStatuses?.[0]?.state?.waiting;
  const scheduled = pod?.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  return waiting?.message ?? waiting?.reason ?? scheduled?.message ?? pod?.status?.message ?? 'it is gone';
}
