/** Fills `{{name}}` placeholders in a daemon's native configuration. Pure. */

/**
 * @throws Error naming the template when it asks for a value that is not given, or a given value is not asked for
 */
export function render(
  name: string,
  template: string,
  values: Readonly<Record<string, string | number>>,
): string {
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
