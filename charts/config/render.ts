/** Fills `{{name}}` placeholders in a daemon's native configuration. */
import { readFileSync } from 'node:fs';

type Values = Readonly<Record<string, string | number>>;

/** The file `charts/config/<path>` with its placeholders filled, as `render` does. */
export function renderFile(path: string, values: Values = {}): string {
  return render(path, readFileSync(new URL(path, import.meta.url), 'utf8'), values);
}

/**
 * @throws Error naming the template when it asks for a value that is not given, or a given value is not asked for
 */
export function render(name: string, template: string, values: Values): string {
  const used = new Set<string>();
  const text = template.replace(/\{\{([a-zA-Z]+)\}\}/g, (_, key: string) => {
    const value = values[key];
    if (value === undefined) throw new Error(`${name}: no value for {{${key}}}`);
    used.add(key);
    return String(value);
  });
  const unused = Object.keys(values).filter((key) => !used.has(key));
  if (unused.length > 0) throw new Error(`${name}: nothing asks for ${unused.join(', ')}`);
  return text;
}
