/** Starts the thread that reads a letter's files (`reader.ts`), and ends it when it takes too much. */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { LetterFile } from './letter.ts';

/** The largest letter of a site takes a tenth of each. */
const limits = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 8, stackSizeMb: 4 } as const;

/** The letter needs more time or memory than any that people write, or is none. */
export class NotReadable extends Error {
  override readonly name = 'NotReadable';
}

/**
 * @param findings text of `findings.yaml`: functions do not go to another thread
 * @param deadline milliseconds
 * @throws NotReadable
 */
export function filesOf(
  raw: Uint8Array,
  findings: string,
  deadline = 15_000,
): Promise<readonly LetterFile[]> {
  // Beside this file as source, beside the bundle in the image.
  const program = new URL(`./reader${extname(import.meta.url)}`, import.meta.url);
  return new Promise((resolve, reject) => {
    const worker = new Worker(program, {
      workerData: { raw, findings },
      resourceLimits: limits,
      execArgv: [],
      env: {},
    });
    const refuse = (why: string) => reject(new NotReadable(why));
    const timer = setTimeout(() => {
      refuse(`not read within ${deadline} ms`);
      void worker.terminate();
    }, deadline);
    worker
      .once('message', resolve)
      .once('error', (error: unknown) => refuse(error instanceof Error ? error.message : String(error)))
      .once('exit', () => {
        clearTimeout(timer);
        refuse('its reader ended without a word');
      });
  });
}
