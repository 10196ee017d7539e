/** Pods in manifests, whatever makes them: a workload, a CronJob's template of a template. */
import type { Manifest } from './manifests.ts';

export type Container = {
  readonly name: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: object }[];
  readonly envFrom?: readonly object[];
  readonly securityContext?: Readonly<Record<string, unknown>>;
  readonly volumeMounts?: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly readOnly?: boolean;
  }[];
};

export type Volume = {
  readonly name: string;
  readonly emptyDir?: { readonly sizeLimit?: string };
  readonly secret?: { readonly secretName: string; readonly defaultMode?: number };
};

export type PodTemplate = {
  readonly owner: string;
  readonly containers: readonly Container[];
  readonly volumes: readonly Volume[];
};

/** Every pod that the manifests ask for, its init containers first. */
export function podTemplates(manifests: readonly Manifest[]): readonly PodTemplate[] {
  return manifests.flatMap((manifest) => {
    const pod = podOf(manifest['spec']);
    if (pod === undefined) return [];
    const { initContainers = [], containers, volumes = [] } = pod;
    const owner = `${manifest.kind}/${manifest.metadata.name}`;
    return [{ owner, containers: [...initContainers, ...containers], volumes }];
  });
}

type Spec = {
  readonly template?: { readonly spec?: unknown };
  readonly jobTemplate?: { readonly spec?: unknown };
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly Volume[];
};
type PodSpec = Spec & { readonly containers: readonly Container[] };

function podOf(spec: unknown): PodSpec | undefined {
  if (typeof spec !== 'object' || spec === null) return undefined;
  const { containers, template, jobTemplate } = spec as Spec;
  return containers === undefined ? podOf((template ?? jobTemplate)?.spec) : (spec as PodSpec);
}
