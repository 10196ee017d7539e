/** What nobody caught is a defect: the process ends visibly, is started again and converges. */

type Log = { readonly fatal: (bindings: { readonly err: unknown }, message: string) => void };

/** Logs what nothing caught, and ends the process with code 1. */
export function endOnUncaught(log: Log): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (err) => {
      log.fatal({ err }, event);
      process.exitCode = 1;
      // What else is due at this moment may still be logged.
      setImmediate(() => process.exit(1));
    });
  }
}
