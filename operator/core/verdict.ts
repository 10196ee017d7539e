/** Why a resource is not, or not wholly, as it asks. */
import { Invalid } from '../errors.ts';

/**
 * `stalled` waits for a person to change something, `waiting` for something that comes by itself.
 */
export type Problem = {
  readonly kind: 'stalled' | 'waiting';
  /** CamelCase reason of the condition. */
  readonly reason: string;
  readonly message: string;
};

/** What `decide` gives, or the problem that an Invalid of `decide` is. */
export function attempt<T>(
  reason: string,
  decide: () => T,
): { readonly value: T } | { readonly problem: Problem } {
  try {
    return { value: decide() };
  } catch (error) {
    if (error instanceof Invalid) return { problem: { kind: 'stalled', reason, message: error.message } };
    throw error;
  }
}

export function stalled(reason: string, message: string): Problem {
  return { kind: 'stalled', reason, message };
}

export function waiting(reason: string, message: string): Problem {
  return { kind: 'waiting', reason, message };
}
