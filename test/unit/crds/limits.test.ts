/** Nothing of a spec is as large as somebody likes: the API server's own limit (1.5 MiB) is no limit for a directory. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

type Schema = {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly [keyword: string]: unknown;
};

/** A pattern from end to end without repetition has a length of its own. */
const fixed = /^\^[^*+]*\$$/;

function unlimited(schema: Schema, path: string): readonly string[] {
  const { type, enum: values, format, pattern, maxLength, maxItems } = schema;
  const isText = type === 'string' && values === undefined && format === undefined;
  const isLong = isText && maxLength === undefined && !fixed.test(String(pattern));
  const isList = type === 'array' && maxItems === undefined;
  return [
    ...(isLong || isList ? [path] : []),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, below]) =>
      unlimited(below, `${path}.${name}`),
    ),
    ...(schema.items === undefined ? [] : unlimited(schema.items, `${path}[]`)),
  ];
}

describe.each(['mailbox', 'organization', 'mailboxrequest', 'incident'])(
  'the spec of crds/%s.yaml',
  (name) => {
    const { spec } = parse(readFileSync(new URL(`../../../crds/${name}.yaml`, import.meta.url), 'utf8'));
    const schema: Schema = spec.versions[0].schema.openAPIV3Schema.properties.spec;

    it('limits every text and every list', () => {
      expect(Object.keys(schema.properties ?? {}).length).toBeGreaterThan(4);
      expect(unlimited(schema, 'spec')).toEqual([]);
    });
  },
);
