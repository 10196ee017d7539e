/** Metrics of daemons that have no endpoint: a script beside them asks, and busybox's HTTP server answers with what it prints. */
import { ports } from './endpoints.ts';
import type { PodName } from './flows.ts';
import type { Container, Mount } from './workload.ts';

/** Whose metrics a script prints. */
export const scripted: readonly PodName[] = ['openldap', 'postfix'];

/** busybox runs what lies in this folder, and nothing else. */
export const scriptPath = '/cgi-bin/metrics';
const folder = '/srv/www';

/**
 * The container `exporter`. No probe: a restart mends nothing that the next request, a process of its own, would not.
 * @param script the file of the ConfigMap that prints the metrics, in a volume whose files may be run
 */
export function exporter(
  props: Pick<Container, 'image'> & {
    readonly uid: number;
    readonly script: Pick<Mount, 'name' | 'subPath'>;
    readonly mounts: readonly Mount[];
  },
): Container {
  const port = ports.exporter.container;
  return {
    name: 'exporter',
    image: props.image,
    // As process 1 busybox would not hear that it is to end, and the pod would be away until it is killed.
    command: ['/bin/sh', '-c', `trap 'exit 0' TERM; busybox httpd -f -p ${port} -h ${folder} & wait`],
    ports: { exporter: port },
    uid: props.uid,
    resources: { cpu: '2m', memory: '8Mi', memoryLimit: '64Mi' },
    mounts: [...props.mounts, { ...props.script, path: `${folder}${scriptPath}` }],
  };
}
