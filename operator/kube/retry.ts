import { setTimeout as sleep } from 'node:timers/promises';
import {
  type HttpLibrary,
  HttpMethod,
  IsomorphicFetchHttpLibrary,
  type RequestContext,
  type ResponseContext,
  wrapHttpLibrary,
} from '@kubernetes/client-node';

/** Limits of one call to the API server, times in milliseconds. */
export type CallLimits = {
  /** From the first attempt to the last byte, retries included. */
  readonly deadlineMs: number;
  readonly retries: number;
  /** Upper bound of the first wait; doubled with each further one. */
  readonly firstWaitMs: number;
};

export const defaultLimits: CallLimits = { deadlineMs: 15_000, retries: 3, firstWaitMs: 200 };

/** Busy, restarting or throttled by Priority and Fairness; every request of ours may be repeated (writes are conditional). */
const retriable = new Set([429, 500, 502, 503, 504]);

/**
 * Milliseconds to wait before the next attempt: a jittered step, or longer where the server asks for it (RFC 9110
 * section 10.2.3). It may ask for no wait at all, or for one that is over by our clock.
 */
export function waitBefore(
  attempt: number,
  retryAfter: string | undefined,
  firstWaitMs: number,
  now: number,
): number {
  const step = firstWaitMs * 2 ** attempt * (0.5 + Math.random() / 2);
  if (retryAfter === undefined) return step;
  const asked = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - now;
  return Number.isNaN(asked) ? step : Math.max(step, asked);
}

/**
 * The HTTP library under client-node's generated calls, with a deadline and retries of answers that ask for one. It
 * gives up with the last answer when the wait would pass the deadline. Failed connections are not retried here.
 * @param beforeWrite runs before each attempt of a request that is no GET; what it throws ends the call
 */
export function patientHttpLibrary(
  limits: CallLimits,
  beforeWrite: () => void = () => undefined,
): HttpLibrary {
  const plain = new IsomorphicFetchHttpLibrary();
  return wrapHttpLibrary({
    async send(request: RequestContext): Promise<ResponseContext> {
      const endsAt = performance.now() + limits.deadlineMs;
      const deadline = AbortSignal.timeout(limits.deadlineMs);
      const outer = request.getSignal();
      request.setSignal(outer === undefined ? deadline : AbortSignal.any([outer, deadline]));
      for (let attempt = 0; ; attempt++) {
        if (request.getHttpMethod() !== HttpMethod.GET) beforeWrite();
        const response = await plain.send(request).toPromise();
        if (!retriable.has(response.httpStatusCode) || attempt === limits.retries) return response;
        const retryAfter = response.headers['retry-after'];
        const wait = waitBefore(attempt, retryAfter, limits.firstWaitMs, Date.now());
        if (performance.now() + wait >= endsAt) return response;
        // Reading the answer to its end frees the connection for the next attempt.
        await response.body.text();
        await sleep(wait);
      }
    },
  });
}
