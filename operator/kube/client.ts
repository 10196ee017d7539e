import {
  type Configuration,
  CoreV1Api,
  CustomObjectsApi,
  createConfiguration,
  EventsV1Api,
  KubeConfig,
  ServerConfiguration,
  setHeaderMiddleware,
} from '@kubernetes/client-node';
import { Unavailable } from '../errors.ts';
import { reuseDispatcher } from './dispatcher.ts';
import { type CallLimits, defaultLimits, patientHttpLibrary } from './retry.ts';
import { rereadTokens } from './token-file.ts';

/** Names our writes in managedFields and our requests in the API server's audit log. */
export const fieldManager = 'hopthu-operator';

/** The calls that the operator makes, over one set of connections, each with a deadline and bounded retries. */
export type KubeClient = {
  readonly config: KubeConfig;
  readonly resources: CustomObjectsApi;
  readonly core: CoreV1Api;
  readonly events: EventsV1Api;
};

/**
 * The cluster that this process runs in; outside of one, what `KUBECONFIG` or `~/.kube/config` names.
 * @throws Unavailable when there is neither
 */
export function loadKubeConfig(): KubeConfig {
  const config = new KubeConfig();
  config.loadFromDefault();
  rereadTokens(config);
  // Where it finds nothing, client-node assumes an unprotected server here; none of ours is one.
  if (config.getCurrentCluster()?.server === 'http://localhost:8080') {
    throw new Unavailable('Kubernetes', 'no cluster is known: run in a pod, or set KUBECONFIG');
  }
  return config;
}

/**
 * Prepares the calls; connects to nothing yet. From here on `config` reuses its connections.
 * @param beforeWrite runs right before every attempt to write, and forbids it by throwing
 */
export function connectKubernetes(
  config: KubeConfig,
  limits: CallLimits = defaultLimits,
  beforeWrite?: () => void,
): KubeClient {
  const configuration = apiConfiguration(config, limits, beforeWrite);
  return {
    config,
    resources: new CustomObjectsApi(configuration),
    core: new CoreV1Api(configuration),
    events: new EventsV1Api(configuration),
  };
}

/** What client-node's generated classes are made with, as `connectKubernetes` says. */
export function apiConfiguration(
  config: KubeConfig,
  limits: CallLimits,
  beforeWrite?: () => void,
): Configuration {
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Unavailable('Kubernetes', 'the kubeconfig has no current cluster');
  reuseDispatcher(config);
  return createConfiguration({
    baseServer: new ServerConfiguration(cluster.server, {}),
    authMethods: { default: config },
    httpApi: patientHttpLibrary(limits, beforeWrite),
    middleware: [setHeaderMiddleware('User-Agent', fieldManager)],
  });
}
