/** Services: inside the cluster by name, and for clients outside as the site file exposes them. */
import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Site } from '../operator/core/site.ts';
import { type PortName, ports } from './endpoints.ts';
import { type Context, labels, selector } from './workload.ts';

export type ServiceProps = {
  /** The part; also the name of the Service. */
  readonly part: string;
  /** Whose pods it leads to, where they are another's. */
  readonly pods?: string;
  readonly namespace: string;
  readonly ports: readonly PortName[];
  /** Leads to the pod also while it is not ready, for a part that says itself what it lacks. */
  readonly evenUnready?: boolean;
};

/** A ClusterIP Service named as its part. */
export function service(scope: Construct, { site }: Context, props: ServiceProps): ApiObject {
  return new ApiObject(scope, `${props.part}-service`, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: props.part, namespace: props.namespace, labels: labels(site, props.part) },
    spec: {
      type: 'ClusterIP',
      ...(props.evenUnready === true ? { publishNotReadyAddresses: true } : {}),
      selector: selector(site, props.pods ?? props.part),
      ports: props.ports.map((name) => servicePort(name)),
    },
  });
}

/** A ClusterIP Service of one pod of a StatefulSet, also while it is not ready: for its like, who must find it to get ready. */
export function podService(
  scope: Construct,
  { site }: Context,
  props: ServiceProps & { readonly pod: string; readonly name?: string },
): ApiObject {
  const { name = props.pod } = props;
  return new ApiObject(scope, `${name}-service`, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: props.namespace, labels: labels(site, props.part) },
    spec: {
      type: 'ClusterIP',
      publishNotReadyAddresses: true,
      selector: { ...selector(site, props.part), 'statefulset.kubernetes.io/pod-name': props.pod },
      ports: props.ports.map((name) => servicePort(name)),
    },
  });
}

export type ClientPort = PortName & keyof Site['expose']['ports'];

/** The Service `<part>-clients` for programs outside the cluster. */
export function clientService(
  scope: Construct,
  { site }: Context,
  props: Omit<ServiceProps, 'ports'> & { readonly ports: readonly ClientPort[] },
): ApiObject {
  const { type } = site.expose;
  return new ApiObject(scope, `${props.part}-clients`, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: `${props.part}-clients`, namespace: props.namespace, labels: labels(site, props.part) },
    spec: {
      type,
      // Logs, limits and later the filter go by the client's own address.
      externalTrafficPolicy: 'Local',
      selector: selector(site, props.pods ?? props.part),
      ports: props.ports.map((name) => ({
        ...servicePort(name),
        ...(type === 'NodePort' && site.expose.ports[name] !== undefined
          ? { nodePort: site.expose.ports[name] }
          : {}),
      })),
    },
  });
}

function servicePort(name: PortName) {
  const { service: port, container: targetPort } = ports[name];
  return { name: name.toLowerCase(), port, targetPort };
}
