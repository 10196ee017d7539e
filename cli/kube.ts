/** The cluster that the person's kubeconfig names, with its errors as one line each. */
import { ApiException, KubeConfig } from '@kubernetes/client-node';
import { Failed, WrongInput } from './failure.ts';

/**
 * @param context of the kubeconfig; the current one when undefined
 * @throws WrongInput when there is no such context, or none at all
 */
export function loadKubeConfig(context: string | undefined): KubeConfig {
  const config = new KubeConfig();
  try {
    config.loadFromDefault();
  } catch (error) {
    throw new WrongInput(
      `the kubeconfig cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const contexts = config.getContexts().map(({ name }) => name);
  if (context !== undefined && !contexts.includes(context)) {
    throw new WrongInput(
      `no context "${context}" in the kubeconfig: it has ${contexts.join(', ') || 'none'}`,
    );
  }
  if (context !== undefined) config.setCurrentContext(context);
  // Where it finds nothing, client-node assumes an unprotected server here.
  const server = config.getCurrentCluster()?.server;
  if (server === undefined || server === 'http://localhost:8080') {
    throw new WrongInput('no cluster is known: set KUBECONFIG, or use --context');
  }
  return config;
}

/**
 * Calls the API server.
 * @param what is being done, for the message: `reading Secret a/b`
 * @returns undefined when what was asked for does not exist
 * @throws Failed when the API server refuses or does not answer
 */
export async function callKube<T>(what: string, call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ApiException && error.code === 404) return undefined;
    // The original is not kept as the cause: it holds the headers and body of the answer.
    throw new Failed(`${what}: ${explain(error)}`);
  }
}

function explain(error: unknown): string {
  if (error instanceof ApiException) return explainRefusal(error.code, statusMessage(error.body));
  // A refused web socket is an event, not an Error; the answer's number is in its message.
  const message = typeof error === 'object' && error !== null && 'message' in error ? error.message : error;
  const refused = /^Unexpected server response: (\d{3})$/.exec(String(message))?.[1];
  if (refused !== undefined) return explainRefusal(Number(refused), String(message));
  // fetch says only "fetch failed"; the reason is in its cause.
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : undefined;
  if (cause === undefined) return String(message);
  return `the cluster cannot be reached (${cause.message || String(cause)})`;
}

function explainRefusal(code: number, message: string): string {
  if (code === 401) return 'the cluster does not accept your credentials; log in again';
  if (code === 403) return `you may not (${message}); ask an administrator of the cluster for this right`;
  if (code === 409) return `somebody else is changing it (${message}); run the command again`;
  return `${code} ${message}`;
}

/** `message` of the metav1.Status in an answer; generated calls hand the body over as text or as an object. */
function statusMessage(body: unknown): string {
  if (typeof body === 'string') {
    try {
      return statusMessage(JSON.parse(body));
    } catch {
      return body.slice(0, 200);
    }
  }
  return typeof body === 'object' && body !== null && 'message' in body ? String(body.message) : '';
}
