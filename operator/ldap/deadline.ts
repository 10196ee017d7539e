/** Settles as `work` does, or rejects with the error of `expire` after `milliseconds`, whatever becomes of `work`. */
export function withDeadline<T>(work: Promise<T>, milliseconds: number, expire: () => Error): Promise<T> {
  return whileProgressing(() => work, milliseconds, expire);
}

/** The same for work that says when it got on: each time the milliseconds begin anew. */
export function whileProgressing<T>(
  work: (progress: () => void) => Promise<T>,
  milliseconds: number,
  expire: () => Error,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(expire()), milliseconds);
    work(() => timer.refresh())
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}
