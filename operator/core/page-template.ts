/** Pages that a province may change: values, flags and lists, in the notation of Mustache, and no further logic. Pure. */
import { Invalid } from '../errors.ts';

/** Text that is HTML already and stands in a page as it is. */
export type Html = { readonly html: string };

/** What a page may ask for: `true` for a value or a flag, the fields of an item for a list. */
export type Shape = { readonly [name: string]: true | Shape };

/** Values of a shape. */
export type Filled<S extends Shape> = {
  readonly [K in keyof S]: S[K] extends Shape ? readonly Filled<S[K]>[] : string | number | boolean | Html;
};

type Value = string | number | boolean | Html | readonly PageValues[];
export type PageValues = { readonly [name: string]: Value };
type Part = string | { readonly kind: 'value' | '#' | '^'; readonly name: string; readonly inside: Part[] };

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const mark = /\{\{([#^/]?)([a-zA-Z]+)\}\}/g;

/**
 * Every value is escaped, unless it is `Html`: the page cannot decide otherwise. `{{#name}}…{{/name}}` stands once for each
 * item of a list, or for a flag or a text that is there; `{{^name}}…{{/name}}` where there is none.
 * @param file shown in errors
 * @throws Invalid when it asks for a value that is not given
 */
export function renderPage(file: string, template: string, values: PageValues): string {
  return render(file, parse(file, template), values);
}

/** @throws Invalid naming what the page asks for and there is not, or what it leaves open */
export function checkPage(file: string, template: string, shape: Shape): void {
  check(file, parse(file, template), shape);
}

/** For the text of an element and of an attribute in quotes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

function parse(file: string, template: string): readonly Part[] {
  const root: Part[] = [];
  const open = [{ name: '', inside: root }];
  let end = 0;
  for (const { 0: whole, 1: sign, 2: name = '', index } of template.matchAll(mark)) {
    const inside = open.at(-1)?.inside ?? root;
    inside.push(template.slice(end, index));
    end = index + whole.length;
    if (sign === '/') {
      if (open.length === 1 || open.pop()?.name !== name)
        throw new Invalid(file, `{{/${name}}} ends nothing`);
      continue;
    }
    const part: Part = { kind: sign === '#' || sign === '^' ? sign : 'value', name, inside: [] };
    inside.push(part);
    if (part.kind !== 'value') open.push(part);
  }
  const left = open.at(-1)?.name;
  if (left !== '') throw new Invalid(file, `{{#${left}}} is left open`);
  root.push(template.slice(end));
  return root;
}

function render(file: string, parts: readonly Part[], values: PageValues): string {
  return parts
    .map((part) => {
      if (typeof part === 'string') return part;
      const { kind, name, inside } = part;
      const value = values[name];
      if (value === undefined) throw new Invalid(file, `there is no value for {{${name}}}`);
      if (kind === 'value') return textOf(file, name, value);
      const isThere = isList(value) ? value.length > 0 : value !== false && value !== '';
      if (kind === '^') return isThere ? '' : render(file, inside, values);
      if (isList(value)) return value.map((item) => render(file, inside, { ...values, ...item })).join('');
      return isThere ? render(file, inside, values) : '';
    })
    .join('');
}

function textOf(file: string, name: string, value: Value): string {
  if (isList(value) || typeof value === 'boolean')
    throw new Invalid(file, `{{${name}}} is no text: write {{#${name}}}…{{/${name}}}`);
  return typeof value === 'object' ? value.html : escapeHtml(String(value));
}

function check(file: string, parts: readonly Part[], shape: Shape): void {
  for (const part of parts) {
    if (typeof part === 'string') continue;
    const { kind, name, inside } = part;
    const known = shape[name];
    if (known === undefined) throw new Invalid(file, `there is no value for {{${name}}}`);
    if (kind === 'value' && known !== true)
      throw new Invalid(file, `{{${name}}} is no text: write {{#${name}}}…{{/${name}}}`);
    check(file, inside, kind === '#' && known !== true ? { ...shape, ...known } : shape);
  }
}

function isList(value: Value): value is readonly PageValues[] {
  return Array.isArray(value);
}
