/** Pods as every part runs them: hardened, with fixed labels, restarted when their configuration changes. */
import { createHash } from 'node:crypto';
import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Part, Site } from '../operator/core/site.ts';

/** What every component is given: the site, and the image of each part. */
export type Context = { readonly site: Site; readonly image: (part: Part) => string };

export type Volume = { readonly name: string; readonly source: object };
export type Mount = {
  readonly name: string;
  readonly path: string;
  readonly subPath?: string;
  readonly writable?: boolean;
};

export type Probe = {
  readonly exec?: { readonly command: readonly string[] };
  readonly httpGet?: { readonly path: string; readonly port: number };
  readonly initialDelaySeconds?: number;
  readonly periodSeconds?: number;
  readonly timeoutSeconds?: number;
  readonly failureThreshold?: number;
};

export type Container = {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  /** Values in clear; secrets come as mounted files. */
  readonly env?: Readonly<Record<string, string>>;
  /** Names of container ports and their numbers. */
  readonly ports?: Readonly<Record<string, number>>;
  readonly mounts: readonly Mount[];
  readonly resources: { readonly cpu: string; readonly memory: string; readonly memoryLimit: string };
  readonly readiness?: object;
  readonly liveness?: Probe;
  /** Asked until it answers for the first time; neither of the others is asked before. @default as `patient` says */
  readonly startup?: object;
  /** What happens in the container before it is told to end. */
  readonly preStop?: object;
  /** Numeric user of this container alone, beside one that runs as root; its group is 0, as that of secrets' files is. */
  readonly uid?: number;
  /** Root and capabilities, for the one daemon that cannot do without; say why beside it. */
  readonly asRoot?: { readonly capabilities: readonly string[] };
};

export type WorkloadProps = {
  readonly name: string;
  readonly namespace: string;
  /** Whose labels its pods carry. */
  readonly part: string;
  /** Tells it apart from another workload of its part. */
  readonly ownLabels?: Readonly<Record<string, string>>;
  /** Numeric user and group of the pod, also fsGroup; ignored by containers that run as root. */
  readonly uid?: number;
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  /** What the containers need as long as they run: started before them, ended after them. */
  readonly sidecars?: readonly Container[];
  /** Seconds from the order to end until whoever still runs is killed; what `preStop` takes counts. @default 30 */
  readonly graceSeconds?: number;
  readonly volumes: readonly Volume[];
  /** Volume claims: name → size. With one the workload is a StatefulSet, without any a Deployment. */
  readonly claims?: Readonly<Record<string, string>>;
  readonly serviceAccount?: string;
  /** Of a Deployment whose pods may run side by side. @default 1 */
  readonly replicas?: number;
  /** Text of the configuration: a change restarts the pod. */
  readonly config: readonly string[];
};

/** `app.kubernetes.io/*` labels of a part; the first two select its pods and never change. */
export function labels(site: Site, part: string): Record<string, string> {
  return {
    ...selector(site, part),
    'app.kubernetes.io/part-of': 'hopthu',
    'app.kubernetes.io/managed-by': 'hopthu',
  };
}

/** Labels that select the pods of a part. */
export function selector(site: Site, part: string): Record<string, string> {
  return { 'app.kubernetes.io/name': part, 'app.kubernetes.io/instance': site.name };
}

/** A StatefulSet of one pod or a Deployment, in Pod Security "restricted" unless a container asks for root. */
export function workload(scope: Construct, context: Context, props: WorkloadProps): ApiObject {
  const { site } = context;
  const stateful = props.claims !== undefined;
  if ((props.replicas ?? 1) > 1) disruptionBudget(scope, site, props);
  return new ApiObject(scope, props.name, {
    apiVersion: 'apps/v1',
    kind: stateful ? 'StatefulSet' : 'Deployment',
    metadata: { name: props.name, namespace: props.namespace, labels: labels(site, props.part) },
    spec: {
      replicas: props.replicas ?? 1,
      // Parallel: with the default a pod that never got ready is not replaced by a corrected one.
      ...(stateful
        ? { serviceName: props.name, podManagementPolicy: 'Parallel' }
        : { strategy: strategy(props) }),
      selector: { matchLabels: { ...selector(site, props.part), ...props.ownLabels } },
      template: {
        metadata: {
          labels: { ...labels(site, props.part), ...props.ownLabels },
          annotations: { 'hopthu.io/config': digest(props.config) },
        },
        spec: podSpec(site, props),
      },
      ...(stateful
        ? {
            volumeClaimTemplates: claims(site, props.claims ?? {}),
            persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
          }
        : {}),
    },
  });
}

/** What a pod of a workload and of a job have in common. */
export function podSpec(
  site: Site,
  props: Omit<WorkloadProps, 'name' | 'namespace' | 'claims' | 'config' | 'ownLabels'>,
): object {
  const needsRoot = props.containers.some((container) => container.asRoot !== undefined);
  const before = [
    ...(props.initContainers ?? []).map(container),
    ...(props.sidecars ?? []).map((props) => ({ ...container(props), restartPolicy: 'Always' })),
  ];
  return {
    automountServiceAccountToken: props.serviceAccount !== undefined,
    ...(props.serviceAccount === undefined ? {} : { serviceAccountName: props.serviceAccount }),
    enableServiceLinks: false,
    priorityClassName: priorityClass(site),
    ...((props.replicas ?? 1) > 1 ? { affinity: apart(site, props.part) } : {}),
    securityContext: {
      ...(needsRoot ? {} : { runAsNonRoot: true }),
      ...(props.uid === undefined
        ? {}
        : {
            runAsUser: props.uid,
            runAsGroup: props.uid,
            fsGroup: props.uid,
            fsGroupChangePolicy: 'OnRootMismatch',
          }),
      seccompProfile: { type: 'RuntimeDefault' },
    },
    ...(props.graceSeconds === undefined ? {} : { terminationGracePeriodSeconds: props.graceSeconds }),
    ...(before.length === 0 ? {} : { initContainers: before }),
    containers: props.containers.map(container),
    volumes: props.volumes.map(({ name, source }) => ({ name, ...source })),
  };
}

/** Where the node is short of memory, mail stays and others go. */
export function priorityClass(site: Site): string {
  return `hopthu-${site.name}`;
}

/** A drain of nodes takes one pod at a time. One pod alone has none: its node could never be drained. */
function disruptionBudget(scope: Construct, site: Site, { name, namespace, part }: WorkloadProps): void {
  new ApiObject(scope, `${name}-disruption`, {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace, labels: labels(site, part) },
    spec: { maxUnavailable: 1, selector: { matchLabels: selector(site, part) } },
  });
}

/** Pods of one part on different nodes where there are several. */
function apart(site: Site, part: string): object {
  const term = {
    topologyKey: 'kubernetes.io/hostname',
    labelSelector: { matchLabels: selector(site, part) },
  };
  return {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }],
    },
  };
}

/** One after the other without a surplus pod: a node that is full takes the change too. */
function strategy({ replicas = 1 }: WorkloadProps): object {
  if (replicas === 1) return { type: 'Recreate' };
  return { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } };
}

const startSeconds = 300;

/**
 * Nobody is killed for a start that is slow because the node is busy. A startup probe keeps the pod unready, and a sidecar's
 * holds back who starts after it: for whom neither waits (no `readiness`, or a delay of its own), the liveness probe does.
 */
function patient({ startup, readiness, liveness }: Container) {
  if (startup !== undefined || liveness === undefined) return { startup, liveness };
  if (readiness === undefined || liveness.initialDelaySeconds !== undefined)
    return { liveness: { initialDelaySeconds: startSeconds, ...liveness } };
  return { startup: { ...liveness, periodSeconds: 1, failureThreshold: startSeconds }, liveness };
}

function container(props: Container) {
  const { startup, liveness } = patient(props);
  return {
    name: props.name,
    image: props.image,
    imagePullPolicy: 'IfNotPresent',
    ...(props.command === undefined ? {} : { command: props.command }),
    ...(props.args === undefined ? {} : { args: props.args }),
    ...(props.env === undefined
      ? {}
      : { env: Object.entries(props.env).map(([name, value]) => ({ name, value })) }),
    ...(props.ports === undefined
      ? {}
      : { ports: Object.entries(props.ports).map(([name, containerPort]) => ({ name, containerPort })) }),
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      ...(props.uid === undefined ? {} : { runAsNonRoot: true, runAsUser: props.uid, runAsGroup: 0 }),
      ...(props.asRoot === undefined
        ? { capabilities: { drop: ['ALL'] } }
        : { runAsUser: 0, capabilities: { drop: ['ALL'], add: props.asRoot.capabilities } }),
    },
    resources: {
      requests: { cpu: props.resources.cpu, memory: props.resources.memory },
      limits: { memory: props.resources.memoryLimit },
    },
    ...(startup === undefined ? {} : { startupProbe: startup }),
    ...(props.readiness === undefined ? {} : { readinessProbe: props.readiness }),
    ...(liveness === undefined ? {} : { livenessProbe: liveness }),
    ...(props.preStop === undefined ? {} : { lifecycle: { preStop: props.preStop } }),
    volumeMounts: props.mounts.map(({ name, path, subPath, writable }) => ({
      name,
      mountPath: path,
      ...(subPath === undefined ? {} : { subPath }),
      ...(writable === true ? {} : { readOnly: true }),
    })),
  };
}

/** A volume of the site's StorageClass for one pod. */
export function claimSpec({ storage: { className } }: Site, size: string): object {
  return {
    accessModes: ['ReadWriteOnce'],
    ...(className === undefined ? {} : { storageClassName: className }),
    resources: { requests: { storage: size } },
  };
}

function claims(site: Site, sizes: Readonly<Record<string, string>>): object[] {
  return Object.entries(sizes).map(([name, storage]) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name },
    spec: claimSpec(site, storage),
  }));
}

/** Volume sources in the forms that the parts need. */
export const volume = {
  /** Readable by the pod's group alone (0440). */
  secret: (name: string, secretName: string): Volume => ({
    name,
    source: { secret: { secretName, defaultMode: 0o440 } },
  }),
  configMap: (name: string, configMap: string): Volume => ({
    name,
    source: { configMap: { name: configMap } },
  }),
  /** A ConfigMap whose files may be run. */
  programs: (name: string, configMap: string): Volume => ({
    name,
    source: { configMap: { name: configMap, defaultMode: 0o755 } },
  }),
  claim: (name: string, claimName: string): Volume => ({
    name,
    source: { persistentVolumeClaim: { claimName } },
  }),
  memory: (name: string, sizeLimit: string): Volume => ({
    name,
    source: { emptyDir: { medium: 'Memory', sizeLimit } },
  }),
  scratch: (name: string, sizeLimit: string): Volume => ({ name, source: { emptyDir: { sizeLimit } } }),
};

function digest(config: readonly string[]): string {
  return createHash('sha256').update(config.join('\0')).digest('hex').slice(0, 16);
}
