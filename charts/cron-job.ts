/** Jobs by the clock of Việt Nam, one at a time, in the same pods as the workloads'. */
import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { type Context, labels, podSpec, type WorkloadProps } from './workload.ts';

export type CronJobProps = Pick<WorkloadProps, 'uid' | 'containers' | 'volumes' | 'serviceAccount'> & {
  readonly name: string;
  readonly namespace: string;
  /** Whose labels its pods carry. */
  readonly part: string;
  /** Five fields; absent where nothing but `kubectl hopthu` starts it. */
  readonly schedule?: string;
  /** Name of a StatefulSet's pod: the job runs on the same node, because it uses the same volume. */
  readonly beside?: string;
};

/** Seconds after its time until which a job is still started: a control plane that was away costs no night. */
const startingDeadlineSeconds = 4 * 3600;
/** Seconds after which a job counts as failed. */
const activeDeadlineSeconds = 8 * 3600;

export function cronJob(scope: Construct, { site }: Context, props: CronJobProps): ApiObject {
  const { name, namespace, part, schedule, beside } = props;
  const metadata = { labels: { ...labels(site, part), 'app.kubernetes.io/component': name } };
  return new ApiObject(scope, `${namespace}-${name}`, {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name, namespace, ...metadata },
    spec: {
      schedule: schedule ?? '0 0 1 1 *',
      timeZone: 'Asia/Ho_Chi_Minh',
      suspend: schedule === undefined,
      concurrencyPolicy: 'Forbid',
      startingDeadlineSeconds,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 3,
      jobTemplate: {
        metadata,
        spec: {
          backoffLimit: 2,
          activeDeadlineSeconds,
          template: {
            metadata,
            spec: {
              ...podSpec(site, props),
              restartPolicy: 'Never',
              ...(beside === undefined ? {} : { affinity: onNodeOf(beside) }),
            },
          },
        },
      },
    },
  });
}

function onNodeOf(pod: string): object {
  const labelSelector = { matchLabels: { 'statefulset.kubernetes.io/pod-name': pod } };
  const term = { topologyKey: 'kubernetes.io/hostname', labelSelector };
  return { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
}
