import { types } from 'node:util';
import { ApiException } from '@kubernetes/client-node';
import { Awaited, Blocked, Conflict, Invalid, Unavailable } from '../errors.ts';

/** The HTTP status that the API server answered with, or undefined when it did not answer. */
export function httpStatus(error: unknown): number | undefined {
  return error instanceof ApiException ? error.code : undefined;
}

/** `message` of the metav1.Status in an answer; generated calls hand the body over as text or as an object. */
function statusMessage(body: unknown): string | undefined {
  if (typeof body === 'string') {
    try {
      return statusMessage(JSON.parse(body));
    } catch {
      return body.slice(0, 200);
    }
  }
  if (typeof body !== 'object' || body === null || !('message' in body)) return undefined;
  return String(body.message);
}

function describe(error: unknown): string {
  if (error instanceof ApiException) {
    return `${error.code} ${statusMessage(error.body) ?? ''}`.trim();
  }
  if (!types.isNativeError(error)) return String(error);
  // fetch says only "fetch failed"; the reason is in its cause.
  return types.isNativeError(error.cause) ? `${error.message}: ${error.cause.message}` : error.message;
}

/**
 * Calls the API server and gives its errors our names.
 * @param what what is being done, for the message: `writing the status of Mailbox a/b`
 * @throws Conflict on 409, and on 404: what was read is no longer there; Unavailable on everything else
 */
export async function callKubernetes<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const known = [Awaited, Invalid, Blocked, Conflict, Unavailable].some((kind) => error instanceof kind);
    if (known) throw error;
    const status = httpStatus(error);
    const message = `${what}: ${describe(error)}`;
    // The original is not kept as the cause: it holds the body and headers of the answer, which loggers print.
    throw status === 409 || status === 404 ? new Conflict(message) : new Unavailable('Kubernetes', message);
  }
}
