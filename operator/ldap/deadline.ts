/** Settles as `work` does, or rejects with the error of `expire` after `milliseconds`, whatever becomes of `work`. */
export function withDeadline<T>(work: Promise<T>, milliseconds: number, expire: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(expire()), milliseconds);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
