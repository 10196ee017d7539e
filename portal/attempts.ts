/** One use of a password: throttled like a login, few at once, and answered at even times (R25, R42). */
import { createHash, randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Site } from '../operator/core/site.ts';
import { domainsOf } from '../operator/core/site-domains.ts';
import { clientKey } from '../operator/core/throttle.ts';
import type { Attempt, Memory } from '../operator/throttle/memory.ts';
import { personOf } from '../operator/throttle/request.ts';
import { namesOf } from './directory.ts';

export type AttemptsProps = {
  readonly site: Site;
  readonly memory: Memory;
  /** Milliseconds between the moments at which answers leave. @default 1000 */
  readonly step?: number;
  /** @default the monotonic clock, milliseconds */
  readonly now?: () => number;
  /** @default by that clock */
  readonly pause?: (milliseconds: number) => Promise<unknown>;
};

/** What somebody typed, and where. */
export type Typed = { readonly browser: string; readonly address: string; readonly password: string };

/** What became of it, and what it counts as for the throttle. */
export type Ended<R> = { readonly result: R; readonly counted: 'succeeded' | 'failed' | 'unanswered' };

export type Carried<R> = { readonly attempt: Attempt; readonly result: R | 'throttled' | 'busy' };

/** What is carried out at once: each costs slapd one or several Argon2id hashes. */
const most = 4;

export class Attempts {
  readonly #props: AttemptsProps;
  readonly #nonce = randomBytes(32);
  #running = 0;

  constructor(props: AttemptsProps) {
    this.#props = props;
  }

  /** Who is not there is refused sooner than who has a password to compare: no answer leaves between two steps. */
  async carryOut<R>(typed: Typed, work: () => Promise<Ended<R>>): Promise<Carried<R>> {
    const { site, step = 1000, now = () => performance.now(), pause = setTimeout } = this.#props;
    const attempt = {
      address: clientKey(typed.browser),
      person: personOf(namesOf(site, typed.address)[0] ?? '', domainsOf(site)).slice(0, 255),
      password: createHash('sha256').update(this.#nonce).update(typed.password).digest('base64url'),
    };
    const started = now();
    const result = await this.#guarded(attempt, work);
    const past = now() - started;
    await pause(Math.ceil(past / step) * step - past);
    return { attempt, result };
  }

  async #guarded<R>(attempt: Attempt, work: () => Promise<Ended<R>>): Promise<Carried<R>['result']> {
    const { memory, pause = setTimeout } = this.#props;
    const verdict = memory.allow(attempt);
    if (verdict.action === 'refuse') return 'throttled';
    if (verdict.action === 'delay') await pause(verdict.seconds * 1000);
    if (this.#running >= most) {
      memory.report(attempt, 'unanswered');
      return 'busy';
    }
    this.#running += 1;
    try {
      const { result, counted } = await work();
      memory.report(attempt, counted);
      return result;
    } finally {
      this.#running -= 1;
    }
  }
}
