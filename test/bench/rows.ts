/** The figures as a table: ours beside the bare writes, and as a ratio. */
import type { Floor } from './floor.ts';
import type { Operator } from './operator.ts';
import type { OfflinePlan } from './plan.ts';
import { median } from './world.ts';

export type Measured = {
  readonly mailboxes: number;
  readonly plan: OfflinePlan;
  readonly floor: Floor;
  readonly operator: Operator;
};

/** Rows of a Markdown table; ratios to the smallest size stand at the others. */
export function rows(all: readonly Measured[]): readonly string[] {
  const smallest = all[0];
  return [
    '| mailboxes | what | bare | operator | ratio |',
    '|---|---|---|---|---|',
    ...all.flatMap((measured) => rowsOf(measured, smallest)),
  ];
}

function rowsOf({ mailboxes, plan, floor, operator }: Measured, smallest?: Measured): readonly string[] {
  const { cold, change, resync, delay, memory } = operator;
  const line = (what: string, bare: string, ours: string, ratio = '') =>
    `| ${mailboxes} | ${what} | ${bare} | ${ours} | ${ratio} |`;
  const [single, bare] = [median(change.operator), median(change.bare)];
  const toSmallest = smallest === undefined ? 1 : single / median(smallest.operator.change.operator);
  const growth =
    (resync.resident.at(-1) ?? 0) - (resync.resident[Math.floor(resync.resident.length / 2)] ?? 0);
  return [
    line('cold', seconds(floor.seconds), seconds(cold.seconds), ratio(cold.seconds, floor.seconds)),
    line('cold, CPU', seconds(floor.cpu), seconds(cold.cpu), ratio(cold.cpu, floor.cpu)),
    line('one change while cold, worst of 4', '', milliseconds(Math.max(...cold.changes))),
    line(
      `one change while idle, p50 of ${change.operator.length}`,
      milliseconds(bare),
      milliseconds(single),
      `${ratio(single, bare)}; to the first size ${toSmallest.toFixed(2)}`,
    ),
    line(
      `nothing to do, p50 (worst) of ${resync.seconds.length}`,
      '0 writes',
      `${seconds(median(resync.seconds))} (${seconds(Math.max(...resync.seconds))}), ${resync.writes} writes`,
    ),
    line('… of that reading LDAP, p50', '', seconds(median(resync.reading))),
    line(
      'memory: most, at rest, growth over the second half of those',
      mebibytes(floor.memory),
      `${mebibytes(memory.most)}, ${mebibytes(memory.rest)}, ${mebibytes(growth)}`,
    ),
    line(
      'event loop delay p99: cold, nothing to do',
      '',
      `${milliseconds(delay.cold)}, ${milliseconds(delay.resync)}`,
    ),
    line('offline plan: all new, one change', '', `${seconds(plan.allNew)}, ${seconds(plan.oneChange)}`),
  ];
}

function seconds(value: number): string {
  return `${value.toFixed(2)} s`;
}

function milliseconds(value: number): string {
  return `${value.toFixed(1)} ms`;
}

function mebibytes(value: number): string {
  return `${value.toFixed(0)} MiB`;
}

function ratio(ours: number, bare: number): string {
  return (ours / bare).toFixed(2);
}
