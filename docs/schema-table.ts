/** A JSON Schema as a Markdown table, a row per field. Pure. */

/** What of JSON Schema the resources and the site file use. */
export type Schema = {
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly 'x-kubernetes-validations'?: readonly { readonly message: string; readonly fieldPath?: string }[];
};

type Row = readonly [field: string, type: string, rules: string, meaning: string];

/** Rows of `schema`'s fields; an object's own row comes before those of its fields. */
export function schemaTable(schema: Schema): string {
  const rows = rowsOf(schema, '').map((row) => `| ${row.map(cell).join(' | ')} |`);
  return ['| Field | Type | Rules | Meaning |', '|---|---|---|---|', ...rows].join('\n');
}

function rowsOf({ properties = {}, required = [] }: Schema, prefix: string): readonly Row[] {
  return Object.entries(properties).flatMap(([name, field]) => {
    const path = `${prefix}${name}`;
    const inside = field.items?.properties === undefined ? field : field.items;
    const below = rowsOf(inside, `${path}${inside === field ? '' : '[]'}.`);
    // An object that says nothing of itself is named by its fields.
    if (below.length > 0 && field.description === undefined && rulesOf(field, false) === '') return below;
    const own: Row = [
      `\`${path}\``,
      typeOf(field),
      rulesOf(field, required.includes(name)),
      field.description ?? '',
    ];
    return [own, ...below];
  });
}

function typeOf({ type = 'any', format, items }: Schema): string {
  if (type === 'array') return `list of ${items === undefined ? 'any' : typeOf(items)}`;
  return format === 'date-time' ? 'time' : type;
}

function rulesOf(field: Schema, required: boolean): string {
  const value = field.items?.properties === undefined ? (field.items ?? field) : field;
  return [
    required ? 'required' : '',
    field.default === undefined ? '' : `default ${code(field.default)}`,
    value.enum === undefined ? '' : `one of ${value.enum.map(code).join(', ')}`,
    range(value.minLength, value.maxLength, 'characters'),
    range(field.minItems, field.maxItems, 'entries'),
    range(value.minimum, value.maximum, ''),
    value.pattern === undefined ? '' : code(value.pattern),
    ...(field['x-kubernetes-validations'] ?? []).map(({ message, fieldPath }) =>
      fieldPath === undefined ? message : `\`${fieldPath.slice(1)}\` ${message}`,
    ),
  ]
    .filter((rule) => rule !== '')
    .join('; ');
}

function range(least: number | undefined, most: number | undefined, unit: string): string {
  if (least === 1 && most === undefined && unit !== '') return 'not empty';
  const numbers = [
    least === undefined ? '' : `at least ${least}`,
    most === undefined || most === Number.MAX_SAFE_INTEGER ? '' : `at most ${most}`,
  ];
  const text = numbers.filter((number) => number !== '').join(', ');
  return text === '' ? '' : `${text} ${unit}`.trim();
}

function code(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

/** A pipe would end the cell, in code too. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
