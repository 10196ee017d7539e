/**
 * A document as officials read it, without a word of how it is drawn: `pdf.ts`, `xlsx.ts` and `html.ts` each make a file of it.
 * Texts are the caller's, from templates; nothing here is markup.
 */

/** Two parties at the top of an administrative document (Nghị định 30/2020/NĐ-CP, Phụ lục I). */
export type Letterhead = {
  /** The body above, such as "UBND TỈNH SÓC TRĂNG". */
  readonly above?: string;
  readonly office: string;
  /** Such as "Số: 12/BC-TTCNTT"; dots where somebody fills it in by hand. */
  readonly number?: string;
  /** Such as "Sóc Trăng, ngày 02 tháng 11 năm 2026". */
  readonly placeAndDate: string;
};

/** Who signs, and who receives. The space for the signature is left empty. */
export type Signature = {
  /** Lines above the space, such as "GIÁM ĐỐC". */
  readonly title: readonly string[];
  readonly name?: string;
  /** Heading of the receivers, such as "Nơi nhận:", and each of them. */
  readonly receivers?: { readonly title: string; readonly list: readonly string[] };
};

export type Cell = string | number;

export type Column = {
  readonly title: string;
  /** @default 'left' */
  readonly align?: 'left' | 'center' | 'right';
  /** Share of the width beside the others'. @default 1 */
  readonly width?: number;
};

export type Table = {
  readonly kind: 'table';
  /** Says what the table shows; in XLSX the name of its sheet. */
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /** The last row, set off from the others. */
  readonly total?: readonly Cell[];
};

export type Chart = {
  readonly kind: 'chart';
  readonly form: 'bar' | 'line';
  readonly title: string;
  /** Headings of the data where a chart is read as a table: of the labels, then one of each series. */
  readonly axis: string;
  readonly labels: readonly string[];
  /** Each has a value for every label. */
  readonly series: readonly { readonly name: string; readonly values: readonly number[] }[];
};

export type Block =
  | { readonly kind: 'heading'; readonly text: string; readonly level?: 1 | 2 }
  | { readonly kind: 'paragraph'; readonly text: string; readonly style?: 'bold' | 'note' }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  /** Labels and what belongs to them, such as name and password on a sheet; `large` is for what is copied by hand. */
  | {
      readonly kind: 'fields';
      readonly fields: readonly {
        readonly label: string;
        readonly value: string;
        readonly large?: boolean;
      }[];
    }
  | { readonly kind: 'page-break' }
  | Table
  | Chart;

export type Document = {
  /** In capitals where the form asks for it; also the file's title. */
  readonly title: string;
  /** Below the title, such as "tháng 10 năm 2026". */
  readonly subtitle?: string;
  readonly letterhead?: Letterhead;
  readonly blocks: readonly Block[];
  readonly signature?: Signature;
  /** Who made it, for the file's properties. */
  readonly author: string;
  /** When it was made; nothing here asks the clock. */
  readonly created: Date;
};

/** The two lines that stand at the top of every administrative document. */
export const nationalMotto = ['CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM', 'Độc lập - Tự do - Hạnh phúc'] as const;

const format = new Intl.NumberFormat('vi-VN', { maximumFractionDigits: 1 });

/** `12345.6` → `12.345,6`, as numbers are written in Việt Nam; a text as it is. */
export function shown(cell: Cell): string {
  return typeof cell === 'number' ? format.format(cell) : cell;
}

/** Numbers stand to the right where the column does not say otherwise. */
export function alignOf(column: Column | undefined, cell: Cell): 'left' | 'center' | 'right' {
  return column?.align ?? (typeof cell === 'number' ? 'right' : 'left');
}

/** The data of a chart, for readers and programs that cannot look at it. */
export function tableOf({ title, axis, labels, series }: Chart): Table {
  return {
    kind: 'table',
    title,
    columns: [{ title: axis }, ...series.map(({ name }) => ({ title: name, align: 'right' as const }))],
    rows: labels.map((label, index) => [label, ...series.map(({ values }) => values[index] ?? 0)]),
  };
}
