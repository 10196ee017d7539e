/** What a drill is, and how its outcome is told. */
import { eventually, type Ledger } from './ledger.ts';
import type { Random } from './random.ts';
import type { Stack } from './stack.ts';

export type World = {
  readonly stack: Stack;
  readonly ledger: Ledger;
  readonly random: Random;
  /** Mailboxes of one burst. */
  readonly burst: number;
};

export type Drill = {
  /** As the table of docs/reliability.md has it. */
  readonly fault: string;
  /**
   * Does the harm and undoes it; returns when everything that was acknowledged is Ready.
   * @returns milliseconds from the harm, or from its end where it lasts, until a mailbox asked for then was Ready
   */
  readonly run: (world: World) => Promise<number>;
};

export type Outcome = {
  readonly fault: string;
  readonly runs: number;
  readonly lost: readonly string[];
  /** Seconds, of each run. */
  readonly recovered: readonly number[];
  readonly settled: readonly number[];
};

/** Does harm somewhere in the middle of a burst; gives what it gives when the burst has been acknowledged, too. */
export async function amidBurst(
  { ledger, burst, random }: World,
  harm: () => Promise<number>,
): Promise<number> {
  const before = ledger.size;
  const burstEnded = ledger.burst(burst);
  const at = before + Math.floor(burst * (0.2 + 0.6 * random.next()));
  const isAmid = eventually(300, async () => {
    if (ledger.size < at) throw new Error('the burst does not get on');
  });
  await Promise.race([isAmid, burstEnded]);
  const [recovered] = await Promise.all([harm(), burstEnded]);
  return recovered;
}

/** Runs a drill and checks what is left; one that cannot be carried out to its end counts as a loss. */
export async function carryOut(drill: Drill, world: World, runs: number): Promise<Outcome> {
  const lost: string[] = [];
  const recovered: number[] = [];
  const settled: number[] = [];
  for (let count = 0; count < runs; count += 1) {
    const started = performance.now();
    try {
      recovered.push((await drill.run(world)) / 1000);
      await world.ledger.settled();
    } catch (error) {
      lost.push(error instanceof Error ? error.message : String(error));
    }
    settled.push((performance.now() - started) / 1000);
    lost.push(...(await world.ledger.lost()), ...(await world.stack.divergence()));
  }
  return { fault: drill.fault, runs, lost, recovered, settled };
}

/** One row of the table in docs/reliability.md. */
export function rowOf({ fault, runs, lost, recovered, settled }: Outcome): string {
  return `| ${fault} | ${runs} | ${lost.length} | ${range(recovered)} | ${range(settled)} |`;
}

function range(seconds: readonly number[]): string {
  if (seconds.length === 0) return 'never';
  const [least, most] = [Math.min(...seconds), Math.max(...seconds)].map((value) => value.toFixed(0));
  return least === most ? `${least}` : `${least}–${most}`;
}
