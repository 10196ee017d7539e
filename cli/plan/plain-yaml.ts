/**
 * A short cut for the YAML that manifests are written in: block maps of plain words, flow maps and lists of one line.
 * It reads such a file in a tenth of the time, and leaves every other one to the library; a property test
 * holds the two to the same result.
 */

/** A document and the line that it starts on. */
export type Document = { readonly object: unknown; readonly line: number };

type Mapping = Record<string, unknown>;
type Level = { readonly indent: number; readonly mapping: Mapping };

const pair = /^( *)([a-zA-Z][\w./-]{0,99}):(?: (.+))?$/;
const flowPair = /^([a-zA-Z][\w./-]{0,99}): (.+)$/;
/** Words that begin with a letter or digit and hold nothing that YAML gives a meaning. */
const plainWords = /^\p{L}[\p{L}\p{M}\p{N}./@_-]*(?: [\p{L}\p{N}][\p{L}\p{M}\p{N}./@_-]*)*$/u;
const size = /^[1-9][0-9]*[KMGT]i$/;
const quoted = /^(?:"([^"\\\p{C}]*)"|'([^'\p{C}]*)')$/u;
/** Plain words that are no text. */
const otherwise = /^(?:null|true|false)$/i;

/** @returns undefined where the text is more than the short cut knows */
export function readPlainYaml(text: string): readonly Document[] | undefined {
  const documents: Document[] = [];
  let levels: Level[] = [];
  /** Where the map goes that the next line opens. */
  let open: { readonly indent: number; readonly key: string; readonly mapping: Mapping } | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '' || /^ *#/.test(line)) continue;
    if (line === '---') {
      if (open !== undefined) return undefined;
      levels = [];
      continue;
    }
    const [matched, spaces = '', key = '', value] = pair.exec(line) ?? [];
    if (matched === undefined || otherwise.test(key)) return undefined;
    const indent = spaces.length;
    if (open !== undefined) {
      if (indent <= open.indent) return undefined;
      const mapping: Mapping = {};
      open.mapping[open.key] = mapping;
      levels.push({ indent, mapping });
      open = undefined;
    } else if (levels.length === 0) {
      if (indent > 0) return undefined;
      const mapping: Mapping = {};
      levels.push({ indent, mapping });
      documents.push({ object: mapping, line: index + 1 });
    }
    while ((levels.at(-1)?.indent ?? 0) > indent) levels.pop();
    const level = levels.at(-1);
    if (level?.indent !== indent || Object.hasOwn(level.mapping, key)) return undefined;
    if (value === undefined) {
      level.mapping[key] = undefined;
      open = { indent, key, mapping: level.mapping };
      continue;
    }
    const read = readValue(value);
    if (read === undefined) return undefined;
    level.mapping[key] = read;
  }
  return open === undefined ? documents : undefined;
}

function readValue(text: string): unknown {
  if (text.startsWith('{')) return flowMapping(text);
  return text.startsWith('[') ? flowList(text) : scalar(text);
}

function flowMapping(text: string): Mapping | undefined {
  const inner = /^\{ ?(.+?) ?\}$/.exec(text)?.[1];
  if (inner === undefined) return undefined;
  const mapping: Mapping = {};
  for (const part of inner.split(', ')) {
    const [, key = '', value = ''] = flowPair.exec(part) ?? [];
    const read = scalar(value);
    if (read === undefined || otherwise.test(key) || Object.hasOwn(mapping, key)) return undefined;
    mapping[key] = read;
  }
  return mapping;
}

function flowList(text: string): readonly string[] | undefined {
  const parts = /^\[ ?(.+?) ?\]$/.exec(text)?.[1]?.split(', ').map(scalar);
  return parts?.every((part) => part !== undefined) === true ? parts : undefined;
}

function scalar(text: string): string | undefined {
  if (plainWords.test(text)) return otherwise.test(text) ? undefined : text;
  if (size.test(text)) return text;
  const [matched, double, single] = quoted.exec(text) ?? [];
  return matched === undefined ? undefined : (double ?? single);
}
