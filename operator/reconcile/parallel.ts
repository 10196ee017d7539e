/** How many writes are under way at once (performance: 8 to 16 fill one connection). */
const writers = 8;

/** Runs `work` over the items, a few at a time; rejects with the first error after the running ones ended. */
export async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const iterator = items.values();
  const worker = async () => {
    for (const item of iterator) await work(item);
  };
  const results = await Promise.allSettled(Array.from({ length: Math.min(writers, items.length) }, worker));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
