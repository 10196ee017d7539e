/** The figures as a table: ours beside the bare writes, and as a ratio. */
import type { Alone } from './alone.ts';
import type { Floor } from './floor.ts';
import type { Told } from './notices.ts';
import type { Operator } from './operator.ts';
import type { OfflinePlan } from './plan.ts';
import { median } from './world.ts';

export type Measured = {
  readonly mailboxes: number;
  readonly plan: OfflinePlan;
  readonly alone: Alone;
  readonly real?: { readonly floor: Floor; readonly operator: Operator };
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

type Line = (what: string, bare: string, ours: string, ratio?: string) => string;

function rowsOf({ mailboxes, plan, alone, real }: Measured, smallest?: Measured): readonly string[] {
  const line: Line = (what, bare, ours, times = '') =>
    `| ${mailboxes} | ${what} | ${bare} | ${ours} | ${times} |`;
  const [before, after] = alone.resident;
  return [
    ...(real === undefined ? [] : rowsOfReal(line, real, smallest?.real)),
    line('offline plan: all new, one change', '', `${seconds(plan.allNew)}, ${seconds(plan.oneChange)}`),
    line('alone, CPU: cold, nothing to do', '', `${seconds(alone.cold)}, ${seconds(alone.pass)}`),
    line('alone: one change while idle, p50', '', milliseconds(median(alone.changes))),
    line('alone: memory after the first and the last', '', `${mebibytes(before)}, ${mebibytes(after)}`),
  ];
}

function rowsOfReal(
  line: Line,
  { floor, operator }: NonNullable<Measured['real']>,
  smallest: Measured['real'],
): readonly string[] {
  const { cold, change, resync, delay, memory, told } = operator;
  const [single, bare] = [median(change.operator), median(change.bare)];
  const toSmallest = smallest === undefined ? 1 : single / median(smallest.operator.change.operator);
  const middle = resync.resident[Math.floor(resync.resident.length / 2)] ?? 0;
  const growth = (resync.resident.at(-1) ?? 0) - middle;
  const count = resync.seconds.length;
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
      `nothing to do, p50 and worst of ${count}`,
      '0 writes',
      `${seconds(median(resync.seconds))}, ${seconds(Math.max(...resync.seconds))}; ${resync.writes} writes`,
    ),
    line('… of that reading LDAP, p50', '', seconds(median(resync.reading))),
    line(
      'memory: most, at rest',
      mebibytes(floor.memory),
      `${mebibytes(memory.most)}, ${mebibytes(memory.rest)}`,
    ),
    line(`memory: growth over the last ${Math.floor(count / 2)} of those`, '', mebibytes(growth)),
    line(
      'event loop delay p99: cold, nothing to do',
      '',
      `${milliseconds(delay.cold)}, ${milliseconds(delay.resync)}`,
    ),
    ...rowsOfNotices(line, told),
  ];
}

function rowsOfNotices(
  line: Line,
  { count, bare, operator, pass, delay, resident, writesAfter }: Told,
): readonly string[] {
  return [
    line(
      `${count} notices due at once: all sent and remembered`,
      seconds(bare.seconds),
      seconds(operator.seconds),
      ratio(operator.seconds, bare.seconds),
    ),
    line('… CPU', seconds(bare.cpu), seconds(operator.cpu), ratio(operator.cpu, bare.cpu)),
    line(
      '… the pass itself; writes of one with nothing to do',
      '',
      `${seconds(pass)}; ${writesAfter} writes`,
    ),
    line(
      '… event loop delay p99; memory before, at the end',
      '',
      `${milliseconds(delay)}; ${resident.map(mebibytes).join(', ')}`,
    ),
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
