/** A panel of a dashboard as SVG: lines over time, what they are called, and the unit of the axis. Pure. */

export type Point = readonly [seconds: number, value: number];
export type Line = { readonly name: string; readonly points: readonly Point[] };

const width = 600;
const height = 150;
const left = 64;
const colours = ['#1f60c4', '#e0752d', '#37872d', '#a352cc', '#c4162a', '#0f8a8a', '#b8860b', '#5a5a5a'];

/** @param unit as Grafana names it */
export function panel(title: string, lines: readonly Line[], unit: string): string {
  const points = lines.flatMap((line) => line.points);
  const times = points.map(([time]) => time);
  const [from, to] = [Math.min(...times), Math.max(...times)];
  const top = Math.max(...points.map(([, value]) => value), 0) || 1;
  const x = (time: number) => left + ((time - from) / (to - from || 1)) * (width - left - 8);
  const y = (value: number) => height - (value / top) * (height - 12);
  const grid = [0, 0.5, 1].map((part) => {
    const at = y(part * top).toFixed(1);
    return `<line x1="${left}" x2="${width}" y1="${at}" y2="${at}" stroke="#ddd"/><text x="${left - 6}" y="${at}" dy="4" text-anchor="end">${shown(part * top, unit)}</text>`;
  });
  const drawn = lines.map((line, index) => {
    const path = line.points.map(([time, value]) => `${x(time).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
    return `<polyline points="${path}" fill="none" stroke="${colours[index % colours.length]}" stroke-width="1.6"/>`;
  });
  const legend = lines.map(
    ({ name }, index) =>
      `<span><i style="background:${colours[index % colours.length]}"></i>${escaped(name)}</span>`,
  );
  const empty = points.length === 0 ? '<text x="300" y="80" text-anchor="middle">no data</text>' : '';
  return `<section><h2>${escaped(title)}</h2><svg viewBox="0 -4 ${width} ${height + 8}">${grid.join('')}${drawn.join('')}${empty}</svg><p>${legend.join('')}</p></section>`;
}

/** @param caption what a reader has to know of where it comes from */
export function page(title: string, caption: string, panels: readonly string[]): string {
  const style = `body{font:13px sans-serif;background:#f4f5f5;margin:16px;width:1240px}h1{font-size:20px;margin:0}main{display:grid;grid-template-columns:1fr 1fr;gap:10px}
section{background:#fff;border:1px solid #ddd;padding:8px 10px}h2{font-size:13px;margin:0 0 4px}svg{width:100%}svg text{font-size:11px;fill:#555}p{margin:2px 0 0;color:#444;font-size:11px}
span{margin-right:12px;white-space:nowrap}i{display:inline-block;width:12px;height:3px;margin-right:4px;vertical-align:middle}`;
  return `<!doctype html><meta charset="utf-8"><title>${escaped(title)}</title><style>${style}</style><h1>${escaped(title)}</h1><p style="margin-bottom:10px">${escaped(caption)}</p><main>${panels.join('')}</main>`;
}

function shown(value: number, unit: string): string {
  if (unit === 's')
    return value >= 60
      ? `${Math.round(value / 60)} min`
      : value >= 1
        ? `${value.toFixed(1)} s`
        : `${(value * 1000).toFixed(value < 0.01 ? 1 : 0)} ms`;
  if (unit === 'ops') return `${value.toFixed(value < 1 ? 2 : 1)}/s`;
  if (unit === 'percentunit') return `${(value * 100).toFixed(2)} %`;
  if (unit === 'bytes') return `${Math.round(value / 2 ** 20)} MiB`;
  return value >= 10 ? String(Math.round(value)) : value.toFixed(1);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
