/** One wish for another password: checked, carried out as the person, and the sessions of the former one ended (R25). */
import { weaknessOf } from '../../operator/core/password-rules.ts';
import type { Outcome } from '../../operator/core/portal-texts.ts';
import type { Site } from '../../operator/core/site.ts';
import { type PasswordRefusal, PasswordRefused } from '../../operator/ldap/password-change.ts';
import type { Attempt } from '../../operator/throttle/memory.ts';
import type { Attempts, Ended } from '../attempts.ts';
import type { PasswordDirectory } from './directory.ts';
import type { Form } from './form.ts';

/** Ends what is open under any of the names. @throws when that is not sure */
export type EndSessions = (names: readonly string[]) => Promise<void>;

export type ChangesProps = {
  readonly site: Site;
  readonly attempts: Attempts;
  readonly directory: Pick<PasswordDirectory, 'change'>;
  readonly endSessions: EndSessions;
  /** Sees every outcome, and what is to be looked after; never a password. */
  readonly observe: (outcome: Outcome, attempt: Attempt, error?: unknown) => void;
};

type Told = { readonly outcome: Outcome; readonly error?: unknown };

export class Changes {
  readonly #props: ChangesProps;

  constructor(props: ChangesProps) {
    this.#props = props;
  }

  /** @param browser its address */
  async carryOut(form: Form, browser: string): Promise<Outcome> {
    const { site, attempts, observe } = this.#props;
    const fault = faultOf(site, form);
    if (fault !== undefined) return fault;
    const typed = { browser, address: form.address, password: form.current };
    const { attempt, result } = await attempts.carryOut(typed, () => this.#change(form));
    const { outcome, error }: Told = typeof result === 'string' ? { outcome: result } : result;
    observe(outcome, attempt, error);
    return outcome;
  }

  async #change(form: Form): Promise<Ended<Told>> {
    const { directory, endSessions } = this.#props;
    let names: readonly string[];
    try {
      names = await directory.change(form.address, form.current, form.wanted);
    } catch (error) {
      const outcome = error instanceof PasswordRefused ? shown[error.reason] : 'unavailable';
      const counted = { wrong: 'failed', unavailable: 'unanswered' } as const;
      return {
        result: { outcome, ...(outcome === 'unavailable' || outcome === 'other' ? { error } : {}) },
        counted: counted[outcome as keyof typeof counted] ?? 'succeeded',
      };
    }
    try {
      await endSessions(names);
      return { result: { outcome: 'changed' }, counted: 'succeeded' };
    } catch (error) {
      return { result: { outcome: 'changedOnly', error }, counted: 'succeeded' };
    }
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
