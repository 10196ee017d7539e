/** Decides about a connection between two pods as networking.k8s.io/v1 says, from manifests; `matchLabels` alone. */
import type { Manifest } from './manifests.ts';

type Selector = { readonly matchLabels?: Readonly<Record<string, string>> };
type Peer = {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string };
};
type Rule = {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly { readonly port: number }[];
};
export type Policy = {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly podSelector: Selector;
    readonly ingress?: readonly Rule[];
    readonly egress?: readonly Rule[];
  };
};
export type PodPlace = { readonly namespace: string; readonly labels: Readonly<Record<string, string>> };

export function policiesOf(manifests: readonly Manifest[]): readonly Policy[] {
  return manifests.filter(({ kind }) => kind === 'NetworkPolicy') as unknown as readonly Policy[];
}

/** Whether `from` reaches the port that `to` binds: its own policies must let it out, those of the other let it in. */
export function allows(policies: readonly Policy[], from: PodPlace, to: PodPlace, port: number): boolean {
  return (
    isOpen(policies, from, 'egress', (rule) => fits(rule.to, to, from.namespace) && hasPort(rule, port)) &&
    isOpen(policies, to, 'ingress', (rule) => fits(rule.from, from, to.namespace) && hasPort(rule, port))
  );
}

/** A pod that no policy selects is open. */
function isOpen(
  policies: readonly Policy[],
  pod: PodPlace,
  direction: 'ingress' | 'egress',
  fitting: (rule: Rule) => boolean,
): boolean {
  const own = policies.filter(
    ({ metadata, spec }) => metadata.namespace === pod.namespace && selects(spec.podSelector, pod.labels),
  );
  return own.length === 0 || own.some(({ spec }) => (spec[direction] ?? []).some(fitting));
}

/** No list of peers is everybody. */
function fits(peers: readonly Peer[] | undefined, pod: PodPlace, home: string): boolean {
  if (peers === undefined) return true;
  return peers.some(({ podSelector, namespaceSelector, ipBlock }) => {
    if (ipBlock !== undefined) return false;
    const inNamespace =
      namespaceSelector === undefined
        ? pod.namespace === home
        : selects(namespaceSelector, { 'kubernetes.io/metadata.name': pod.namespace });
    return inNamespace && (podSelector === undefined || selects(podSelector, pod.labels));
  });
}

function hasPort({ ports }: Rule, port: number): boolean {
  return ports === undefined || ports.some((one) => one.port === port);
}

function selects({ matchLabels = {} }: Selector, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(matchLabels).every(([name, value]) => labels[name] === value);
}
