/** One state of the published files after the other: written beside the present one, and shown when it is whole. */
import type { WebFile } from './files.ts';

/** Where the files go: a folder, or S3. */
export type Target = {
  /** Takes what a run left behind that did not come to its end. */
  readonly clean: () => Promise<void>;
  readonly write: (state: string, file: WebFile) => Promise<void>;
  /** From now on everybody is shown this state. */
  readonly show: (state: string) => Promise<void>;
  /** Every state that is there, shown or not. */
  readonly states: () => Promise<readonly string[]>;
  readonly remove: (state: string) => Promise<void>;
};

/** Files that are written at once. */
const atOnce = 8;

/** `20261126T220000Z`: names of states are in the order of time. */
export function stateName(readAt: Date): string {
  return `${readAt.toISOString().slice(0, 19)}Z`.replaceAll(/[-:]/g, '');
}

export function isState(name: string): boolean {
  return /^\d{8}T\d{6}Z$/.test(name);
}

/**
 * @param keep how many states stay, this one included
 * @returns how many files were written
 * @throws whatever the target ends with; the state before is still the present one then
 */
export async function publish(
  target: Target,
  state: string,
  files: Iterable<WebFile>,
  keep: number,
): Promise<number> {
  await target.clean();
  const count = await writeAll(target, state, files);
  await target.show(state);
  const others = (await target.states()).filter((name) => name !== state).sort();
  for (const old of others.slice(0, Math.max(0, others.length - (keep - 1)))) await target.remove(old);
  return count;
}

async function writeAll(target: Target, state: string, files: Iterable<WebFile>): Promise<number> {
  let count = 0;
  let running: Promise<void>[] = [];
  try {
    for (const file of files) {
      running.push(target.write(state, file));
      count += 1;
      if (running.length < atOnce) continue;
      await Promise.all(running);
      running = [];
    }
    await Promise.all(running);
    return count;
  } finally {
    // Nothing is written any more when the caller hears of a failure.
    await Promise.allSettled(running);
  }
}
