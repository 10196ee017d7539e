/** A folder of manifests, as Git keeps them: read whole, changed in memory, written where it changed. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { apiVersion, type Kind, plural } from '../../operator/api/resource.ts';
import type { Site } from '../../operator/core/site.ts';
import { fileFault, WrongInput } from '../failure.ts';
import { type Annotations, type Edit, Manifest, parseManifestText, type ResourceId } from './manifest.ts';

/** A file as pieces that together are its text: our resources, and anything else as it was written. */
type File = { readonly pieces: readonly { readonly text: string; readonly manifest?: Manifest }[] };

export class ManifestFolder {
  readonly #root: string;
  readonly #files = new Map<string, File>();
  readonly #manifests = new Map<string, Manifest>();
  readonly #removed = new Set<Manifest>();

  /**
   * Reads the Organizations and Mailboxes of the site; those of other namespaces are left alone. A folder that does not
   * exist yet is empty.
   * @throws WrongInput when a file is not YAML, or two of them hold one resource
   */
  constructor(root: string, site: Site) {
    this.#root = root;
    for (const file of yamlFiles(root)) this.#files.set(file, this.#parse(file, site));
  }

  manifests(kind: Kind): readonly Manifest[] {
    return [...this.#manifests.values()].filter(({ id }) => id.kind === kind);
  }

  find(id: ResourceId): Manifest | undefined {
    return this.#manifests.get(idKey(id));
  }

  /** Adds a resource in a file of its own, `mailboxes/NAME.yaml`. */
  create(id: ResourceId, spec: object, annotations?: Annotations): Manifest {
    const file = this.#freeFile(id);
    const manifest = Manifest.create(id, file, spec, annotations);
    this.#manifests.set(idKey(id), manifest);
    this.#files.set(file, { pieces: [{ text: '', manifest }] });
    return manifest;
  }

  /** @returns the manifest as it is now */
  edit(manifest: Manifest, edits: readonly Edit[]): Manifest {
    for (const edit of edits) manifest.edit(edit);
    return manifest;
  }

  /** Takes a resource out of its file; the file goes when nothing else was in it. */
  remove(manifest: Manifest): void {
    this.#manifests.delete(idKey(manifest.id));
    this.#removed.add(manifest);
  }

  /** Writes the files that changed. */
  write(): void {
    for (const [file, { pieces }] of this.#files) {
      const touched = pieces.some(
        ({ manifest }) => manifest !== undefined && (manifest.changed || this.#removed.has(manifest)),
      );
      if (touched) this.#writeFile(join(this.#root, file), pieces);
    }
  }

  #writeFile(path: string, pieces: File['pieces']): void {
    const kept = pieces.filter(({ manifest }) => manifest === undefined || !this.#removed.has(manifest));
    if (kept.every(({ text, manifest }) => manifest === undefined && isEmpty(text))) {
      rmSync(path, { force: true });
      return;
    }
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(
      path,
      kept.map(({ text, manifest }) => (manifest?.changed ? manifest.toString() : text)).join(''),
    );
  }

  #parse(file: string, site: Site): File {
    // At the beginning of a line three hyphens are always a new document.
    const texts = readFileSync(join(this.#root, file), 'utf8').split(/^(?=---(?:\s|$))/m);
    return { pieces: texts.map((text) => this.#parsePiece(file, text, site)) };
  }

  #parsePiece(file: string, text: string, site: Site): { text: string; manifest?: Manifest } {
    const document = parseManifestText(text);
    const [error] = document.errors;
    if (error !== undefined) throw new WrongInput(`${join(this.#root, file)}: ${error.message}`);
    const id = idOf(document.toJS(), site);
    if (id === undefined) return { text };
    const manifest = new Manifest(id, file, document);
    const other = this.#manifests.get(idKey(id));
    if (other !== undefined) {
      throw new WrongInput(`${id.kind} ${id.namespace}/${id.name} is in ${other.file} and in ${file}`);
    }
    this.#manifests.set(idKey(id), manifest);
    return { text, manifest };
  }

  #freeFile({ kind, namespace, name }: ResourceId): string {
    const file = join(plural[kind], `${name}.yaml`);
    return this.#files.has(file) ? join(plural[kind], namespace, `${name}.yaml`) : file;
  }
}

function yamlFiles(root: string): readonly string[] {
  try {
    return readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.ya?ml$/.test(path) && !path.split('/').some((part) => part.startsWith('.')))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new WrongInput(`cannot read the folder ${root}: ${fileFault(error)}`);
  }
}

function idOf(content: unknown, site: Site): ResourceId | undefined {
  const resource = content as {
    readonly apiVersion?: unknown;
    readonly kind?: unknown;
    readonly metadata?: { readonly name?: unknown; readonly namespace?: unknown };
  } | null;
  if (typeof resource !== 'object' || resource?.apiVersion !== apiVersion) return undefined;
  const { kind, metadata } = resource;
  const namespace = metadata?.namespace ?? site.namespaces.accounts[0];
  if (kind !== 'Organization' && kind !== 'Mailbox') return undefined;
  if (typeof metadata?.name !== 'string' || typeof namespace !== 'string') return undefined;
  return site.namespaces.accounts.includes(namespace) ? { kind, namespace, name: metadata.name } : undefined;
}

function idKey({ kind, namespace, name }: ResourceId): string {
  return `${kind} ${namespace}/${name}`;
}

/** Nothing but comments. */
function isEmpty(text: string): boolean {
  return text.split('\n').every((line) => /^\s*(#.*|---\s*)?$/.test(line));
}
