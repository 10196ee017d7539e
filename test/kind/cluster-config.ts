import { stringify } from 'yaml';

/** A NodePort Service of the cluster that programs on this machine reach as `127.0.0.1:hostPort`. */
export interface PortMapping {
  readonly hostPort: number;
  readonly nodePort: number;
}

export interface ClusterConfig {
  readonly ports: readonly PortMapping[];
  /** Whether the node runs our own image, which brings its network plugin and has no systemd. */
  readonly isOwnImage: boolean;
}

/** Kind's configuration of a cluster with one node. */
export function clusterConfig({ ports, isOwnImage }: ClusterConfig): string {
  const kubelet = {
    kind: 'KubeletConfiguration',
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    // Kubernetes 1.35 refuses machines with cgroup version 1 unless told otherwise.
    failCgroupV1: false,
    // So often it looks at the Secrets of a pod that runs; a minute by default, which who waits for renewed ones would wait.
    syncFrequency: '10s',
    ...(isOwnImage ? { cgroupDriver: 'cgroupfs' } : {}),
  };
  return stringify({
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    ...(isOwnImage ? { networking: { disableDefaultCNI: true } } : {}),
    nodes: [
      {
        role: 'control-plane',
        extraPortMappings: ports.map(({ hostPort, nodePort }) => ({
          listenAddress: '127.0.0.1',
          hostPort,
          containerPort: nodePort,
          protocol: 'TCP',
        })),
      },
    ],
    kubeadmConfigPatches: [stringify(kubelet)],
  });
}
