/** One login at the portal, with what is told of it; guesses count together with those at the page of the password. */
import type { LoginOutcome } from '../../operator/core/portal-texts.ts';
import { PasswordRefused } from '../../operator/ldap/password-change.ts';
import type { Attempt } from '../../operator/throttle/memory.ts';
import type { Attempts, Ended } from '../attempts.ts';
import type { LoginDirectory } from './directory.ts';
import type { LoginForm } from './form.ts';
import type { Session } from './session.ts';

export type LoginsProps = {
  readonly attempts: Attempts;
  readonly directory: Pick<LoginDirectory, 'enter'>;
  /** Sees every outcome, and what is to be looked after; never a password. */
  readonly observe: (outcome: LoginOutcome | 'in' | 'mustChange', attempt: Attempt, error?: unknown) => void;
};

export type Entered =
  | { readonly outcome: 'in'; readonly session: Omit<Session, 'from'> }
  | { readonly outcome: LoginOutcome | 'mustChange'; readonly error?: unknown };

export class Logins {
  readonly #props: LoginsProps;

  constructor(props: LoginsProps) {
    this.#props = props;
  }

  /** @param browser its address */
  async carryOut({ address, password }: LoginForm, browser: string): Promise<Entered> {
    if (address === '' || password === '') return { outcome: 'incomplete' };
    const { attempts, observe } = this.#props;
    const typed = { browser, address, password };
    const { attempt, result } = await attempts.carryOut(typed, () => this.#enter(address, password));
    const entered: Entered = typeof result === 'string' ? { outcome: result } : result;
    observe(entered.outcome, attempt, 'error' in entered ? entered.error : undefined);
    return entered;
  }

  async #enter(address: string, password: string): Promise<Ended<Entered>> {
    try {
      const session = await this.#props.directory.enter(address, password);
      const result: Entered =
        session === 'mustChange' ? { outcome: 'mustChange' } : { outcome: 'in', session };
      return { result, counted: 'succeeded' };
    } catch (error) {
      if (!(error instanceof PasswordRefused))
        return { result: { outcome: 'unavailable', error }, counted: 'unanswered' };
      // slapd tells it after the right password alone; whether an account is suspended is for nobody who is not in.
      const outcome = error.reason === 'expired' ? 'expired' : 'wrong';
      return { result: { outcome }, counted: outcome === 'wrong' ? 'failed' : 'succeeded' };
    }
  }
}
