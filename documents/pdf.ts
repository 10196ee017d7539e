/** A document as PDF in A4, with Tinos embedded, which has every Vietnamese letter and the widths of Times New Roman. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import pdfmake from 'pdfmake';
import { chartSvg } from './chart.ts';
import { printable } from './markup.ts';
import {
  alignOf,
  type Block,
  type Cell,
  type Document,
  type Letterhead,
  nationalMotto,
  type Signature,
  shown,
  type Table,
} from './model.ts';

/** What pdfmake takes for a part of a page. */
type Node = Readonly<Record<string, unknown>>;

const family = 'Tinos';
/** 25 mm on the side where sheets are bound, as the form asks. */
const margins = { left: 71, top: 57, right: 43, bottom: 57 };
const pageWidth = 595.28;
const bodyWidth = pageWidth - margins.left - margins.right;

/** Beside the bundle in the image, else in the package. */
function face(name: string): string {
  const places = ['fonts/', '../node_modules/@expo-google-fonts/tinos/'].map(
    (place) => new URL(place, import.meta.url),
  );
  const files = places.map((place) => [
    new URL(`Tinos_${name}.ttf`, place),
    new URL(`${name}/Tinos_${name}.ttf`, place),
  ]);
  const found = files.flat().find((file) => existsSync(file));
  if (found === undefined) throw new Error(`the font Tinos ${name} is neither in fonts/ nor in node_modules`);
  return fileURLToPath(found);
}

let ready = false;
function prepared(): typeof pdfmake {
  if (ready) return pdfmake;
  pdfmake.setFonts({
    [family]: {
      normal: face('400Regular'),
      bold: face('700Bold'),
      italics: face('400Regular_Italic'),
      bolditalics: face('700Bold_Italic'),
    },
  });
  // Nothing in a document's texts is loaded from anywhere; the fonts are all that is read.
  pdfmake.setUrlAccessPolicy(() => false);
  pdfmake.setLocalAccessPolicy((path: string) => /\/Tinos_\w+\.ttf$/.test(path));
  ready = true;
  return pdfmake;
}

export async function renderPdf(document: Document): Promise<Buffer> {
  const { title, subtitle, letterhead, blocks, signature, author, created } = document;
  const name = printable([title, subtitle ?? ''].join(' ').trim());
  return prepared()
    .createPdf({
      pageSize: 'A4',
      pageMargins: [margins.left, margins.top, margins.right, margins.bottom],
      language: 'vi-VN',
      info: { title: name, author: printable(author), creationDate: created, modDate: created },
      displayTitle: true,
      defaultStyle: { font: family, fontSize: 13, lineHeight: 1.15 },
      footer: (page: number, pages: number) =>
        pages === 1
          ? ''
          : { text: `${page}/${pages}`, alignment: 'center', fontSize: 11, margin: [0, 20, 0, 0] },
      content: [
        ...(letterhead === undefined ? [] : [head(letterhead)]),
        { text: printable(title), bold: true, fontSize: 14, alignment: 'center', margin: [0, 18, 0, 0] },
        { text: printable(subtitle ?? ''), bold: true, alignment: 'center', margin: [0, 2, 0, 14] },
        ...together(blocks),
        ...(signature === undefined ? [] : [signed(signature)]),
      ],
    })
    .getBuffer();
}

/** A table of more rows may be divided from the heading above it. */
const fewRows = 12;

/** A heading stands on one page with what it is about, where that is no long table. */
function together(blocks: readonly Block[]): readonly Node[] {
  const joined = (at: number) => {
    const [heading, block] = [blocks[at - 1], blocks[at]];
    if (heading?.kind !== 'heading' || block === undefined) return false;
    return block.kind === 'table' ? block.rows.length <= fewRows : block.kind !== 'heading';
  };
  return blocks.flatMap((block, index) => {
    if (joined(index)) return [];
    const next = blocks[index + 1];
    return next !== undefined && joined(index + 1)
      ? [{ unbreakable: true, stack: [rendered(block), rendered(next)] }]
      : [rendered(block)];
  });
}

function rendered(block: Block): Node {
  switch (block.kind) {
    case 'heading':
      return {
        text: printable(block.text),
        bold: true,
        italics: block.level === 2,
        margin: [0, 10, 0, 4],
      };
    case 'paragraph':
      return {
        text: printable(block.text),
        alignment: 'justify',
        margin: [0, 2, 0, 4],
        bold: block.style === 'bold',
        ...(block.style === 'note' ? { italics: true, fontSize: 11 } : {}),
      };
    case 'list':
      return { ul: block.items.map(printable), margin: [0, 2, 0, 4] };
    case 'fields':
      return {
        layout: 'noBorders',
        margin: [0, 4, 0, 6],
        table: {
          widths: ['auto', '*'],
          body: block.fields.map(({ label, value, large }) => [
            { text: printable(label), bold: true },
            { text: printable(value), ...(large ? { bold: true, fontSize: 16, characterSpacing: 1 } : {}) },
          ]),
        },
      };
    case 'page-break':
      return { text: '', pageBreak: 'after' };
    case 'table':
      return table(block);
    case 'chart':
      return {
        unbreakable: true,
        stack: [
          { text: printable(block.title), italics: true, fontSize: 12, margin: [0, 6, 0, 2] },
          { svg: chartSvg(block, family), width: bodyWidth },
        ],
      };
  }
}

function table({ title, columns, rows, total }: Table): Node {
  const sum = columns.reduce((whole, { width = 1 }) => whole + width, 0);
  // Each column has padding and a line beside its text.
  const room = bodyWidth - columns.length * 9 - 1;
  const line = (cells: readonly Cell[], style: Node = {}) =>
    columns.map((column, index) => {
      const cell = cells[index] ?? '';
      return { text: printable(shown(cell)), alignment: alignOf(column, cell), ...style };
    });
  const titles = columns.map((column) => ({
    ...{ text: printable(column.title), bold: true, alignment: 'center', fillColor: '#e8edf3' },
  }));
  return {
    stack: [
      { text: printable(title), italics: true, fontSize: 12, margin: [0, 6, 0, 2] },
      {
        fontSize: columns.length > 7 ? 9 : 11,
        lineHeight: 1,
        table: {
          headerRows: 1,
          keepWithHeaderRows: 1,
          dontBreakRows: true,
          widths: columns.map(({ width = 1 }) => (room * width) / sum),
          body: [
            titles,
            ...rows.map((row) => line(row)),
            ...(total === undefined ? [] : [line(total, { bold: true })]),
          ],
        },
        layout: {
          hLineWidth: () => 0.5,
          vLineWidth: () => 0.5,
          hLineColor: () => '#666666',
          vLineColor: () => '#666666',
          paddingTop: () => 3,
          paddingBottom: () => 3,
        },
      },
    ],
    margin: [0, 0, 0, 8],
  };
}

/** A line of a third of the width below both. */
function rule(length: number): Node {
  return {
    canvas: [{ type: 'line', x1: 0, y1: 0, x2: length, y2: 0, lineWidth: 0.7 }],
    alignment: 'center',
    margin: [0, 1, 0, 3],
  };
}

function head({ above, office, number, placeAndDate }: Letterhead): Node {
  const [country, motto] = nationalMotto;
  return {
    fontSize: 12,
    columns: [
      {
        width: '42%',
        alignment: 'center',
        stack: [
          ...(above === undefined ? [] : [printable(above)]),
          { text: printable(office), bold: true },
          rule(60),
          ...(number === undefined ? [] : [printable(number)]),
        ],
      },
      {
        width: '58%',
        alignment: 'center',
        stack: [
          { text: country, bold: true },
          { text: motto, bold: true, fontSize: 13 },
          rule(150),
          { text: printable(placeAndDate), italics: true },
        ],
      },
    ],
  };
}

function signed({ title, name, receivers }: Signature): Node {
  return {
    unbreakable: true,
    margin: [0, 16, 0, 0],
    columns: [
      {
        width: '50%',
        fontSize: 11,
        stack: [
          { text: printable(receivers?.title ?? ''), bold: true, italics: true, fontSize: 12 },
          ...(receivers?.list ?? []).map((one) => `- ${printable(one)}`),
        ],
      },
      {
        width: '50%',
        alignment: 'center',
        stack: [
          ...title.map((line) => ({ text: printable(line), bold: true })),
          { text: printable(name ?? ''), bold: true, margin: [0, 60, 0, 0] },
        ],
      },
    ],
  };
}
