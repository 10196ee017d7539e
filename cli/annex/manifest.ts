/** One resource in a file, changed in place: comments and what nobody asked to change stay as they are. */
import { isDeepStrictEqual } from 'node:util';
import { Document, parseDocument } from 'yaml';
import { apiVersion, finalizer, type Kind } from '../../operator/api/resource.ts';
import { resourceName } from '../../operator/core/naming/identity.ts';

export type ResourceId = { readonly kind: Kind; readonly namespace: string; readonly name: string };

export type Annotations = Readonly<Record<string, string>>;

/** A field of the spec and what it shall be. */
export type Edit = { readonly path: readonly string[]; readonly value: unknown };

/** A manifest that is no text yet. */
export type Content = {
  readonly apiVersion: string;
  readonly kind: Kind;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly annotations?: Annotations;
    readonly finalizers?: readonly string[];
  };
  readonly spec: unknown;
};

/** YAML 1.1 is what kubectl reads: text that only looks like text to YAML 1.2 is quoted. */
const yaml = { compat: 'yaml-1.1' } as const;

export class Manifest {
  readonly id: ResourceId;
  /** Where it is kept, below the folder of manifests. */
  readonly file: string;
  readonly #content: Document | Content;
  #made: Document | undefined;
  #changed = false;

  /** @param content of a cluster's resource becomes a document only when it is asked for: a province has 20,000 */
  constructor(id: ResourceId, file: string, content: Document | Content) {
    this.id = id;
    this.file = file;
    this.#content = content;
  }

  /** A new one, with the finalizer that the operator would add otherwise. */
  static create(id: ResourceId, file: string, spec: object, annotations?: Annotations): Manifest {
    const { kind, namespace, name } = id;
    const metadata = {
      name,
      namespace,
      ...(annotations === undefined ? {} : { annotations }),
      finalizers: [finalizer],
    };
    const manifest = new Manifest(id, file, { apiVersion, kind, metadata, spec });
    manifest.#changed = true;
    return manifest;
  }

  /** `namespace/name`. */
  get key(): string {
    return resourceName(this.id);
  }

  get spec(): unknown {
    return this.#read()?.spec;
  }

  annotation(name: string): unknown {
    return this.#read()?.metadata?.annotations?.[name];
  }

  #read(): Partial<Content> | null {
    const isDocument = this.#made !== undefined || this.#content instanceof Document;
    return isDocument ? (this.#document.toJS() as Partial<Content> | null) : (this.#content as Content);
  }

  get #document(): Document {
    this.#made ??= this.#content instanceof Document ? this.#content : new Document(this.#content, yaml);
    return this.#made;
  }

  get changed(): boolean {
    return this.#changed;
  }

  /** The edits that are not so already. */
  pending(edits: readonly Edit[]): readonly Edit[] {
    return edits.filter(({ path, value }) => !isDeepStrictEqual(this.valueAt(path), value));
  }

  valueAt(path: readonly string[]): unknown {
    return path.reduce<unknown>(
      (value, field) =>
        typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[field] : undefined,
      this.spec,
    );
  }

  edit({ path, value }: Edit): void {
    if (value === undefined) this.#document.deleteIn(['spec', ...path]);
    else this.#document.setIn(['spec', ...path], this.#document.createNode(value));
    this.#changed = true;
  }

  toString(): string {
    return this.#document.toString({ lineWidth: 0 });
  }
}

/** One document of a file, as the file has it. */
export function parseManifestText(text: string): Document {
  return parseDocument(text, yaml);
}
