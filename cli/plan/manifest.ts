/** Manifests of our two kinds, read from the text of YAML files. */
import { parseAllDocuments, type Document as YamlDocument } from 'yaml';
import { apiVersion, group, type Kind } from '../../operator/api/resource.ts';
import { WrongInput } from '../failure.ts';
import { type Document, readPlainYaml } from './plain-yaml.ts';

/** A file by the path that messages show. */
export type SourceFile = { readonly path: string; readonly text: string };

/** What a file says of one resource; nothing of it is checked but its name. */
export type Manifest = {
  readonly kind: Kind;
  readonly name: string;
  /** Absent where the file leaves it to the command that applies it. */
  readonly namespace?: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** Only in files that were read from a cluster. */
  readonly creationTimestamp?: string;
  readonly spec: unknown;
  readonly status: unknown;
  /** `people/ntbinh.yaml:1` */
  readonly place: string;
};

export type Manifests = {
  readonly manifests: readonly Manifest[];
  /** Documents of other kinds. */
  readonly ignored: number;
};

type Fields = Readonly<Record<string, unknown>>;

const kinds: readonly string[] = ['Organization', 'Mailbox'] satisfies readonly Kind[];

/** Reads files; one whose text was read before, as most of a base's were, is not parsed again. */
export class ManifestReader {
  readonly #parsed = new Map<string, readonly Document[]>();

  /** @throws WrongInput naming file and line of what is not YAML, or not a manifest */
  read(files: readonly SourceFile[]): Manifests {
    const manifests: Manifest[] = [];
    let ignored = 0;
    for (const { path, text } of files) {
      for (const { object, line } of this.#objects(path, text)) {
        const manifest = manifestOf(object, `${path}:${line}`);
        if (manifest === undefined) ignored += 1;
        else manifests.push(manifest);
      }
    }
    return { manifests, ignored };
  }

  #objects(path: string, text: string): readonly Document[] {
    const known = this.#parsed.get(text);
    if (known !== undefined) return known;
    const objects = (readPlainYaml(text) ?? parse(path, text)).flatMap(({ object, line }) =>
      items(object).map((item) => ({ object: item, line })),
    );
    this.#parsed.set(text, objects);
    return objects;
  }
}

/** What `kubectl get -o yaml` wraps several resources in. */
function items(object: unknown): readonly unknown[] {
  const { kind, items: list } = fieldsOf(object);
  return kind === 'List' && Array.isArray(list) ? list : [object];
}

function parse(path: string, text: string): readonly Document[] {
  const documents = [...parseAllDocuments(text)];
  let line = 1;
  let counted = 0;
  return documents.flatMap((document) => {
    const start = document.contents?.range?.[0];
    if (start !== undefined) {
      for (const end = start; counted < end; counted += 1) if (text[counted] === '\n') line += 1;
    }
    const object = objectOf(document, path, line);
    return object === null || object === undefined ? [] : [{ object, line }];
  });
}

function objectOf(document: YamlDocument.Parsed, path: string, line: number): unknown {
  const error = document.errors[0];
  if (error !== undefined) {
    const [message = ''] = error.message.split(/ at line \d+, column \d+|\n/);
    throw new WrongInput(`${path}:${error.linePos?.[0].line ?? line}: ${message}`);
  }
  try {
    return document.toJS();
  } catch (failure) {
    if (!(failure instanceof Error)) throw failure;
    throw new WrongInput(`${path}:${line}: ${failure.message}`);
  }
}

/** @returns undefined for a document of another kind */
function manifestOf(object: unknown, place: string): Manifest | undefined {
  const fields = fieldsOf(object);
  const { kind } = fields;
  if (typeof fields['apiVersion'] !== 'string' || !fields['apiVersion'].startsWith(`${group}/`)) {
    return undefined;
  }
  // Accounts follow from what a request leads to, not from records.
  if (kind === 'MailboxRequest' || kind === 'Incident') return undefined;
  if (fields['apiVersion'] !== apiVersion || !kinds.includes(String(kind))) {
    throw new WrongInput(
      `${place}: ${kind ? `there is no ${fields['apiVersion']} ${String(kind)}` : 'has no kind'}: use ${apiVersion} with ${kinds.join(' or ')}`,
    );
  }
  const metadata = fieldsOf(fields['metadata']);
  const { name, namespace, creationTimestamp } = metadata;
  if (typeof name !== 'string') throw new WrongInput(`${place}: metadata.name is missing`);
  return {
    kind: kind as Kind,
    name,
    ...(typeof namespace === 'string' ? { namespace } : {}),
    ...(typeof creationTimestamp === 'string' ? { creationTimestamp } : {}),
    annotations: fieldsOf(metadata['annotations']) as Readonly<Record<string, string>>,
    spec: fields['spec'],
    status: fields['status'],
    place,
  };
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
