/** Lets the event loop have its turn: answers, probes and changes are heard while much is decided. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
