/** What `make bench-mail` prints. */
import { median } from '../world.ts';
import { total } from './cpu.ts';

/** One thing done `count` times. */
export type Sample = {
  readonly seconds: number;
  readonly count: number;
  /** CPU seconds by `pod/container`, until all that it led to was done. */
  readonly cpu: ReadonlyMap<string, number>;
  /** CPU seconds of this process, whose work is part of it. */
  readonly client: number;
};

export type Comparison = {
  readonly name: string;
  readonly floor: readonly Sample[];
  readonly ours: readonly Sample[];
  readonly client: boolean;
};

/** Filtering as it was in some rounds. */
export type Filtered = { readonly name: string; readonly samples: readonly Sample[] };

/** Parts of one round as one. */
export function together(parts: readonly Sample[]): Sample {
  const sum = (of: (sample: Sample) => number) => parts.reduce((total, part) => total + of(part), 0);
  const names = [...(parts[0]?.cpu.keys() ?? [])];
  return {
    seconds: sum(({ seconds }) => seconds),
    count: sum(({ count }) => count),
    cpu: new Map(names.map((name) => [name, sum(({ cpu }) => cpu.get(name) ?? 0)])),
    client: sum(({ client }) => client),
  };
}

const aim = 0.8;

const rate = ({ seconds, count }: Sample) => count / seconds;
const cost = ({ count, cpu }: Sample) => (1000 * total(cpu)) / count;
const middle = (samples: readonly Sample[], of: (sample: Sample) => number) => median(samples.map(of));
const row = (...cells: readonly string[]) => `| ${cells.join(' | ')} |`;

/** Medians of both sides, and of the ratios of rounds that were made one after the other. */
export function comparisonRows(comparisons: readonly Comparison[]): readonly string[] {
  return [
    row('what', 'bare', 'ours', 'ratio', 'aim'),
    '|---|---|---|---|---|',
    ...comparisons.flatMap(({ name, floor, ours, client }) => [
      row(`${name} per second`, ...both(floor, ours, rate, (bare, own) => own / bare, 0), `${aim}`),
      row('… CPU ms each', ...both(floor, ours, cost, (bare, own) => bare / own, 2), ''),
      ...(client ? [row('… CPU of the client, cores', ...clients(floor, ours), '', '')] : []),
    ]),
  ];
}

function both(
  floor: readonly Sample[],
  ours: readonly Sample[],
  of: (sample: Sample) => number,
  compare: (bare: number, own: number) => number,
  digits: number,
): readonly string[] {
  const ratios = ours.map((own, round) => compare(of(floor[round] ?? own), of(own)));
  const shown = [floor, ours].map((samples) => middle(samples, of).toFixed(digits));
  return [...shown, median(ratios).toFixed(2)];
}

function clients(...sides: readonly (readonly Sample[])[]): readonly string[] {
  return sides.map((samples) => middle(samples, ({ client, seconds }) => client / seconds).toFixed(2));
}

/** Which container of ours takes how much of it, and how much with nothing to do. */
export function partRows(
  comparisons: readonly Comparison[],
  rest: ReadonlyMap<string, number>,
): readonly string[] {
  const names = [...rest.keys()].sort();
  const cells = (container: string) =>
    comparisons.map(({ ours }) =>
      middle(ours, ({ cpu, count }) => (1000 * (cpu.get(container) ?? 0)) / count),
    );
  return [
    row('CPU ms of ours by container', ...comparisons.map(({ name }) => name), 'at rest, per second'),
    `|---|${comparisons.map(() => '---|').join('')}---|`,
    ...names.map((container) =>
      row(container, ...[...cells(container), 1000 * (rest.get(container) ?? 0)].map((ms) => ms.toFixed(2))),
    ),
  ];
}

export function filterRows(filtered: readonly Filtered[]): readonly string[] {
  const names = [...new Set(filtered.flatMap(({ samples }) => [...(samples[0]?.cpu.keys() ?? [])]))];
  const shown = names.filter((name) => /^(rspamd-0|postfix-0)\//.test(name)).sort();
  const each = (container: string) => (sample: Sample) =>
    (1000 * (sample.cpu.get(container) ?? 0)) / sample.count;
  return [
    row('filtering', 'messages per second', 'CPU ms each', ...shown),
    `|---|---|---|${shown.map(() => '---|').join('')}`,
    ...filtered.map(({ name, samples }) =>
      row(
        name,
        middle(samples, rate).toFixed(0),
        middle(samples, cost).toFixed(2),
        ...shown.map((container) => middle(samples, each(container)).toFixed(2)),
      ),
    ),
  ];
}
