/** A store that keeps the API server's rules: create only what is absent, change only what was read. */
import type { SiteNamespace } from '../../../../charts/namespaces.ts';
import { describeObject, type ObjectName, type Store, type Stored } from '../../../../cli/bootstrap/store.ts';

export class MemoryStore implements Store {
  readonly objects = new Map<string, Stored>();
  readonly #namespaces = new Set<string>();
  #version = 0;

  async ensureNamespace({ name }: SiteNamespace): Promise<boolean> {
    const created = !this.#namespaces.has(name);
    this.#namespaces.add(name);
    return created;
  }

  async read(object: ObjectName): Promise<Stored | undefined> {
    return this.objects.get(describeObject(object));
  }

  async write(
    object: ObjectName,
    data: Readonly<Record<string, string>>,
    previous: Stored | undefined,
  ): Promise<void> {
    const key = describeObject(object);
    const present = this.objects.get(key);
    if (present?.version !== previous?.version) throw new Error(`conflict: ${key}`);
    this.#version += 1;
    this.objects.set(key, { data: { ...present?.data, ...data }, version: String(this.#version) });
  }

  /** The value of one key. @throws Error when it is missing */
  value(object: string, key: string): string {
    const value = this.objects.get(object)?.data[key];
    if (value === undefined) throw new Error(`no ${key} in ${object}`);
    return value;
  }
}
