/**
 * Values that many things have in common in the same place, kept once: of 20,000 mailboxes nearly all have the same state,
 * namespace and finalizers, and parsers make each of them anew. Pure data.
 */

/** A place with more different values than this, such as a name, is not looked at any longer. */
const most = 1_000;

/** Are these the same values in the same order, or both missing? */
export function areSame(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  return a === b || (a?.length === b?.length && a?.every((value, index) => value === b?.[index]) === true);
}

/** One field of many objects, with the fields below it. */
export class Place {
  readonly #fields = new Map<string, Place>();
  #known: Map<string, unknown> | undefined = new Map();

  field(name: string): Place {
    const known = this.#fields.get(name);
    if (known !== undefined) return known;
    const place = new Place();
    this.#fields.set(name, place);
    return place;
  }

  /**
   * @param value JSON that nobody else holds and nobody alters from now on; what it consists of is replaced in it
   * @returns an equal one, the same object each time
   */
  share<T>(value: T): T {
    if (typeof value === 'string') return this.#once(value, value);
    if (typeof value !== 'object' || value === null) return value;
    const fields = value as Record<string, unknown>;
    for (const name of Object.keys(fields)) {
      fields[name] = this.field(Array.isArray(value) ? '' : name).share(fields[name]);
    }
    return this.#known === undefined ? value : this.#once(JSON.stringify(value), value);
  }

  #once<T>(key: string, value: T): T {
    const known = this.#known?.get(key);
    if (known !== undefined) return typeof known === typeof value ? (known as T) : value;
    this.#known?.set(key, value);
    if ((this.#known?.size ?? 0) > most) this.#known = undefined;
    return value;
  }
}
