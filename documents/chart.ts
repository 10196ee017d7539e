/** Bar and line charts as SVG, the same picture for PDF and HTML. */
import { escaped } from './markup.ts';
import { type Chart, shown } from './model.ts';

const width = 680;
const height = 280;
const margin = { top: 34, right: 10, bottom: 46, left: 62 };
const inner = { width: width - margin.left - margin.right, height: height - margin.top - margin.bottom };

/** Told apart in print and by who sees colours otherwise: their lightness differs, and lines are dashed. */
const colours = ['#1b4f8a', '#e08a1e', '#5b9a4f', '#9b2d3a', '#7a7a7a'];
const dashes = ['', '6 3', '2 2', '8 3 2 3', '1 3'];

/** @param family of fonts that whoever shows it has */
export function chartSvg(chart: Chart, family: string): string {
  const top = ceiling(Math.max(0, ...chart.series.flatMap(({ values }) => values)));
  const y = (value: number) => round(margin.top + inner.height * (1 - value / top));
  const parts = [
    ...grid(top, y),
    ...labels(chart),
    ...chart.series.flatMap((_, index) =>
      chart.form === 'bar' ? bars(chart, index, y) : line(chart, index, y),
    ),
    ...legend(chart),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(chart.title)}" font-family="${escaped(family)}" font-size="11">${parts.join('')}</svg>`;
}

const round = (value: number) => Math.round(value * 10) / 10;
const colour = (index: number) => colours[index % colours.length] ?? '#000000';

function text(x: number, y: number, anchor: 'start' | 'middle' | 'end', words: string): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" fill="#222222">${escaped(words)}</text>`;
}

/** A round number that is no less than the largest value; four steps lead to it. */
function ceiling(largest: number): number {
  if (largest <= 40) return Math.max(4, Math.ceil(largest / 4) * 4);
  const magnitude = 10 ** Math.floor(Math.log10(largest));
  const steps = [1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10].map((step) => step * magnitude);
  return steps.find((step) => step >= largest) ?? largest;
}

function grid(top: number, y: (value: number) => number): readonly string[] {
  return [0, 1, 2, 3, 4].flatMap((step) => {
    const value = (top / 4) * step;
    const at = y(value);
    return [
      `<line x1="${margin.left}" y1="${at}" x2="${width - margin.right}" y2="${at}" stroke="${step === 0 ? '#444444' : '#d5d5d5'}" stroke-width="1"/>`,
      text(margin.left - 6, at + 4, 'end', shown(value)),
    ];
  });
}

/** So many that they would touch each other: every second, third … is left out. */
function labels({ labels: all }: Chart): readonly string[] {
  const longest = Math.max(1, ...all.map(({ length }) => length));
  const most = Math.max(1, Math.floor(inner.width / (longest * 6 + 8)));
  const every = Math.ceil(all.length / most);
  const slot = inner.width / Math.max(1, all.length);
  return all.flatMap((label, index) =>
    index % every === 0
      ? [text(margin.left + slot * (index + 0.5), height - margin.bottom + 16, 'middle', label)]
      : [],
  );
}

function bars(
  { labels: all, series }: Chart,
  index: number,
  y: (value: number) => number,
): readonly string[] {
  const slot = inner.width / Math.max(1, all.length);
  const bar = Math.min(40, (slot * 0.8) / series.length);
  const first = (slot - bar * series.length) / 2;
  const zero = y(0);
  return (series[index]?.values ?? []).map((value, position) => {
    const x = round(margin.left + slot * position + first + bar * index);
    return `<rect x="${x}" y="${y(value)}" width="${round(bar)}" height="${round(zero - y(value))}" fill="${colour(index)}"/>`;
  });
}

function line(
  { labels: all, series }: Chart,
  index: number,
  y: (value: number) => number,
): readonly string[] {
  const slot = inner.width / Math.max(1, all.length);
  const points = (series[index]?.values ?? []).map(
    (value, position) => `${round(margin.left + slot * (position + 0.5))},${y(value)}`,
  );
  const dash = dashes[index % dashes.length] ?? '';
  return [
    `<polyline points="${points.join(' ')}" fill="none" stroke="${colour(index)}" stroke-width="2"${dash === '' ? '' : ` stroke-dasharray="${dash}"`}/>`,
  ];
}

function legend({ series }: Chart): readonly string[] {
  let x = margin.left;
  return series.flatMap(({ name }, index) => {
    const at = x;
    x += 26 + name.length * 6.2;
    return [
      `<rect x="${round(at)}" y="8" width="12" height="12" fill="${colour(index)}"/>`,
      text(at + 17, 18, 'start', name),
    ];
  });
}
