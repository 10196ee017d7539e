/** What a container program needs to know of manifests. */
import type { Manifest } from '../../support/manifests.ts';

export type Container = {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly securityContext?: {
    readonly runAsUser?: number;
    readonly runAsGroup?: number;
    readonly capabilities?: { readonly drop?: readonly string[]; readonly add?: readonly string[] };
  };
  readonly readinessProbe?: {
    readonly exec?: { readonly command: readonly string[] };
    readonly httpGet?: { readonly path: string; readonly port: number };
  };
  readonly volumeMounts?: readonly Mount[];
};

export type Mount = {
  readonly name: string;
  readonly mountPath: string;
  readonly subPath?: string;
  readonly readOnly?: boolean;
};

export type Volume = {
  readonly name: string;
  readonly configMap?: { readonly name: string; readonly defaultMode?: number };
  readonly secret?: { readonly secretName: string };
  readonly emptyDir?: { readonly medium?: string };
};

export type Pod = {
  readonly name: string;
  readonly namespace: string;
  readonly workload: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly containers: readonly Container[];
  readonly volumes: readonly Volume[];
  readonly securityContext?: {
    readonly runAsUser?: number;
    readonly runAsGroup?: number;
    readonly fsGroup?: number;
  };
};

export type Service = {
  readonly host: string;
  readonly selects: (pod: Pod) => boolean;
  /** Port of the pod by port of the Service. */
  readonly ports: ReadonlyMap<number, number>;
};

export type Objects = {
  readonly workloads: readonly Workload[];
  readonly services: readonly Service[];
  readonly configMap: (namespace: string, name: string) => Readonly<Record<string, string>>;
  readonly secret: (namespace: string, name: string) => Readonly<Record<string, string>>;
};

type PodSpec = Pick<Pod, 'containers' | 'securityContext'> & {
  /** Sidecars, which run beside the others. */
  readonly initContainers?: readonly (Container & { readonly restartPolicy?: string })[];
  readonly volumes?: readonly Volume[];
};
type Workload = Manifest & {
  readonly spec: {
    readonly replicas?: number;
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: PodSpec;
    };
    readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
  };
};
type ServiceManifest = Manifest & {
  readonly spec: {
    readonly selector: Readonly<Record<string, string>>;
    readonly ports: readonly { readonly port: number; readonly targetPort: number }[];
  };
};

/**
 * @param wanted names of the workloads that are to run
 * @param secret data of a Secret, in clear
 */
export function objectsOf(
  manifests: readonly Manifest[],
  wanted: readonly string[],
  secret: Objects['secret'],
): Objects {
  const configMaps = new Map(
    manifests
      .filter(({ kind }) => kind === 'ConfigMap')
      .map((one) => [`${one.metadata.namespace}/${one.metadata.name}`, one['data']]),
  );
  return {
    workloads: manifests.filter(isWorkload).filter(({ metadata }) => wanted.includes(metadata.name)),
    services: manifests.filter(isService).map(serviceOf),
    configMap: (namespace, name) => {
      const data = configMaps.get(`${namespace}/${name}`);
      if (data === undefined) throw new Error(`no ConfigMap ${namespace}/${name}`);
      return data as Readonly<Record<string, string>>;
    },
    secret,
  };
}

function isWorkload(manifest: Manifest): manifest is Workload {
  return manifest.kind === 'StatefulSet' || manifest.kind === 'Deployment';
}

function isService(manifest: Manifest): manifest is ServiceManifest {
  return manifest.kind === 'Service';
}

function serviceOf({ metadata, spec }: ServiceManifest): Service {
  const wanted = Object.entries(spec.selector);
  return {
    host: `${metadata.name}.${metadata.namespace}.svc.cluster.local`,
    selects: ({ labels }) => wanted.every(([name, value]) => labels[name] === value),
    ports: new Map(spec.ports.map(({ port, targetPort }) => [port, targetPort])),
  };
}

/** Every pod of the workloads; those of a StatefulSet know their names by a label. */
export function podsOf({ workloads }: Objects): readonly Pod[] {
  return workloads.flatMap(({ metadata: { name: workload, namespace = '' }, spec }) =>
    Array.from({ length: spec.replicas ?? 1 }, (_, number) => {
      const name = `${workload}-${number}`;
      const { containers, initContainers = [], volumes = [], securityContext } = spec.template.spec;
      if (initContainers.some(({ restartPolicy }) => restartPolicy !== 'Always'))
        throw new Error(`${name} has a container that runs before the others, which is not done here`);
      const claims = (spec.volumeClaimTemplates ?? []).map(({ metadata }) => ({ name: metadata.name }));
      return {
        name,
        namespace,
        workload,
        labels: { ...spec.template.metadata.labels, 'statefulset.kubernetes.io/pod-name': name },
        containers: [...containers, ...initContainers],
        volumes: [...volumes, ...claims],
        ...(securityContext === undefined ? {} : { securityContext }),
      };
    }),
  );
}
