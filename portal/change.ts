/** One wish for another password: checked, throttled, carried out as the person, and answered at even times (R25, R42). */
import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { weaknessOf } from '../operator/core/password-rules.ts';
import type { Outcome } from '../operator/core/portal.ts';
import type { Site } from '../operator/core/site.ts';
import { domainsOf } from '../operator/core/site-domains.ts';
import { clientKey } from '../operator/core/throttle.ts';
import { type PasswordRefusal, PasswordRefused } from '../operator/ldap/password-change.ts';
import type { Attempt, Memory } from '../operator/throttle/memory.ts';
import { personOf } from '../operator/throttle/request.ts';
import { namesOf, type PortalDirectory } from './directory.ts';
import type { Form } from './form.ts';

/** Ends what is open under any of the names. @throws when that is not sure */
export type EndSessions = (names: readonly string[]) => Promise<void>;

export type ChangesProps = {
  readonly site: Site;
  readonly memory: Memory;
  readonly directory: Pick<PortalDirectory, 'change'>;
  readonly endSessions: EndSessions;
  /** Sees every outcome, and what is to be looked after; never a password. */
  readonly observe: (outcome: Outcome, attempt: Attempt, error?: unknown) => void;
  /** Milliseconds between the moments at which answers leave. @default 1000 */
  readonly step?: number;
};

/** Wishes that are carried out at once: each costs slapd several Argon2id hashes. */
const most = 4;

export class Changes {
  readonly #props: ChangesProps;
  readonly #nonce = randomBytes(32);
  #running = 0;

  constructor(props: ChangesProps) {
    this.#props = props;
  }

  /** @param address of the browser */
  async carryOut(form: Form, address: string): Promise<Outcome> {
    const { site, observe } = this.#props;
    const fault = faultOf(site, form);
    if (fault !== undefined) return fault;
    const attempt = {
      address: clientKey(address),
      person: personOf(namesOf(site, form.address)[0] ?? '', domainsOf(site)).slice(0, 255),
      password: createHash('sha256').update(this.#nonce).update(form.current).digest('base64url'),
    };
    const { outcome, error } = await this.#evenly(this.#attempt(form, attempt));
    observe(outcome, attempt, error);
    return outcome;
  }

  async #attempt(form: Form, attempt: Attempt): Promise<{ outcome: Outcome; error?: unknown }> {
    const { memory } = this.#props;
    const verdict = memory.allow(attempt);
    if (verdict.action === 'refuse') return { outcome: 'throttled' };
    if (verdict.action === 'delay') await pause(verdict.seconds * 1000);
    if (this.#running >= most) {
      memory.report(attempt, 'unanswered');
      return { outcome: 'busy' };
    }
    this.#running += 1;
    try {
      return await this.#change(form, attempt);
    } finally {
      this.#running -= 1;
    }
  }

  async #change(form: Form, attempt: Attempt): Promise<{ outcome: Outcome; error?: unknown }> {
    const { memory, directory, endSessions } = this.#props;
    let names: readonly string[];
    try {
      names = await directory.change(form.address, form.current, form.wanted);
      memory.report(attempt, 'succeeded');
    } catch (error) {
      const outcome = error instanceof PasswordRefused ? shown[error.reason] : 'unavailable';
      const counted = { wrong: 'failed', unavailable: 'unanswered' } as const;
      memory.report(attempt, counted[outcome as keyof typeof counted] ?? 'succeeded');
      return { outcome, ...(outcome === 'unavailable' || outcome === 'other' ? { error } : {}) };
    }
    try {
      await endSessions(names);
      return { outcome: 'changed' };
    } catch (error) {
      return { outcome: 'changedOnly', error };
    }
  }

  /** Who is not there is refused sooner than who has a password to compare: no answer leaves between two steps. */
  async #evenly<T>(work: Promise<T>): Promise<T> {
    const { step = 1000 } = this.#props;
    const started = performance.now();
    const result = await work;
    const past = performance.now() - started;
    await pause(Math.ceil(past / step) * step - past);
    return result;
  }
}

/** What the person reads: whether an account is suspended is for nobody who is not in, and too short is too weak. */
const shown = {
  wrong: 'wrong',
  closed: 'wrong',
  expired: 'expired',
  forbidden: 'forbidden',
  weak: 'weak',
  short: 'weak',
  young: 'young',
  used: 'used',
  other: 'other',
} as const satisfies Record<PasswordRefusal, Outcome>;

/** What can be told without asking anybody. */
export function faultOf(site: Site, { address, current, wanted, again }: Form): Outcome | undefined {
  if ([address, current, wanted, again].includes('')) return 'incomplete';
  if (wanted !== again) return 'different';
  if (wanted === current) return 'same';
  return weaknessOf(site, wanted) === undefined ? undefined : 'weak';
}
