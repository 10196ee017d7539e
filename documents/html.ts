/** A document as one HTML file: nothing is loaded, nothing runs, charts are inline SVG with their data below. */
import { chartSvg } from './chart.ts';
import { style } from './html-style.ts';
import { escaped } from './markup.ts';
import {
  alignOf,
  type Block,
  type Cell,
  type Column,
  type Document,
  type Letterhead,
  nationalMotto,
  type Signature,
  shown,
  type Table,
  tableOf,
} from './model.ts';

/** @param words of the reader's language that no document brings: what opens the data of a chart */
export function renderHtml(document: Document, words = { data: 'Số liệu' }): string {
  const { title, subtitle, letterhead, blocks, signature } = document;
  const body = [
    ...(letterhead === undefined ? [] : [head(letterhead)]),
    `<h1>${escaped(title)}${subtitle === undefined ? '' : `<br><span class="subtitle">${escaped(subtitle)}</span>`}</h1>`,
    ...blocks.map((block) => rendered(block, words.data)),
    ...(signature === undefined ? [] : [signed(signature)]),
  ];
  return `<!doctype html>
<html lang="vi">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="author" content="${escaped(document.author)}">
<meta name="date" content="${document.created.toISOString()}">
<title>${escaped([title, subtitle ?? ''].join(' ').trim())}</title>
<style>
${style}</style>
</head>
<body>
<main>
${body.join('\n')}
</main>
</body>
</html>
`;
}

function rendered(block: Block, data: string): string {
  switch (block.kind) {
    case 'heading':
      return `<h${(block.level ?? 1) + 1}>${escaped(block.text)}</h${(block.level ?? 1) + 1}>`;
    case 'paragraph':
      return `<p${block.style === undefined ? '' : ` class="${block.style}"`}>${lines(block.text)}</p>`;
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${lines(item)}</li>`).join('')}</ul>`;
    case 'fields':
      return `<dl>${block.fields
        .map(
          ({ label, value, large }) =>
            `<dt>${escaped(label)}</dt><dd${large ? ' class="large"' : ''}>${lines(value)}</dd>`,
        )
        .join('')}</dl>`;
    case 'page-break':
      return '<div class="page-break"></div>';
    case 'table':
      return table(block);
    case 'chart':
      return `<figure><figcaption>${escaped(block.title)}</figcaption>${chartSvg(block, 'Tinos, "Times New Roman", serif')}<details><summary>${escaped(data)}</summary>${table(tableOf(block))}</details></figure>`;
  }
}

function table({ title, columns, rows, total }: Table): string {
  const row = (cells: readonly Cell[]) =>
    `<tr>${cells.map((cell, index) => `<td class="${alignOf(columns[index], cell)}">${lines(shown(cell))}</td>`).join('')}</tr>`;
  const header = columns.map((column: Column) => `<th scope="col">${lines(column.title)}</th>`).join('');
  const foot = total === undefined ? '' : `<tfoot>${row(total)}</tfoot>`;
  return `<div class="wide" tabindex="0" role="region" aria-label="${escaped(title)}"><table><caption>${escaped(title)}</caption><thead><tr>${header}</tr></thead><tbody>${rows.map(row).join('')}</tbody>${foot}</table></div>`;
}

function head({ above, office, number, placeAndDate }: Letterhead): string {
  const [country, motto] = nationalMotto;
  return `<header><div>${above === undefined ? '' : `${escaped(above)}<br>`}<strong>${escaped(office)}</strong>${number === undefined ? '' : `<br>${escaped(number)}`}</div><div><strong>${escaped(country)}</strong><br><strong>${escaped(motto)}</strong><br><em>${escaped(placeAndDate)}</em></div></header>`;
}

function signed({ title, name, receivers }: Signature): string {
  const left =
    receivers === undefined
      ? ''
      : `<strong><em>${escaped(receivers.title)}</em></strong><ul>${receivers.list.map((one) => `<li>${escaped(one)}</li>`).join('')}</ul>`;
  return `<footer><div>${left}</div><div class="signed">${title.map((line) => `<strong>${escaped(line)}</strong>`).join('<br>')}<div class="space"></div><strong>${escaped(name ?? '')}</strong></div></footer>`;
}

/** The ends of lines are kept. */
function lines(text: string): string {
  return escaped(text).replaceAll('\n', '<br>');
}
