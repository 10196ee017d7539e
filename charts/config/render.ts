/** Fills `{{name}}` placeholders in a daemon's native configuration. */
import { readFileSync } from 'node:fs';
import { fill, placeholders, type Values } from '../../operator/core/template.ts';

/** The file `charts/config/<path>` with its placeholders filled, as `render` does. */
export function renderFile(path: string, values: Values = {}): string {
  return render(path, readFileSync(new URL(path, import.meta.url), 'utf8'), values);
}

/**
 * @throws Error naming the template (Invalid) when it asks for a value that is not given, or a given value is not asked for
 */
export function render(name: string, template: string, values: Values): string {
  const used = placeholders(template);
  const unused = Object.keys(values).filter((key) => !used.has(key));
  if (unused.length > 0) throw new Error(`${name}: nothing asks for ${unused.join(', ')}`);
  return fill(name, template, values);
}
