/** Texts with `{{name}}` placeholders: configuration of daemons, and the notices that a province may word itself. Pure. */
import { Invalid } from '../errors.ts';

export type Values = Readonly<Record<string, string | number>>;

const placeholder = /\{\{([a-zA-Z]+)\}\}/g;

/** Names that the template asks for. */
export function placeholders(template: string): ReadonlySet<string> {
  return new Set([...template.matchAll(placeholder)].map(([, name = '']) => name));
}

/**
 * @param name of the template, for errors
 * @throws Invalid when it asks for a value that is not given
 */
export function fill(name: string, template: string, values: Values): string {
  return template.replace(placeholder, (_, key: string) => {
    const value = values[key];
    if (value === undefined) throw new Invalid(name, `there is no value for {{${key}}}`);
    return String(value);
  });
}
