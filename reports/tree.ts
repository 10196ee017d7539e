/** Organizations as a tree, and the parts into which a report takes it. Pure. */
import type { Office } from './accounts.ts';

/** Which part of a report an organization belongs to. */
export class Tree {
  readonly parts: readonly Office[];
  readonly name: string;
  readonly #offices: ReadonlyMap<string, Office>;
  readonly #root: string | undefined;

  constructor(offices: readonly Office[], root: string | undefined) {
    this.#offices = new Map(offices.map((office) => [office.id, office]));
    this.#root = root;
    this.name = root === undefined ? '' : (this.#offices.get(root)?.name ?? root);
    const isTop = ({ parent }: Office) => parent === undefined || !this.#offices.has(parent);
    this.parts = offices
      .filter((office) => (root === undefined ? isTop(office) : office.id === root || office.parent === root))
      .toSorted((a, b) => a.name.localeCompare(b.name, 'vi'));
  }

  partOf(id: string): string | undefined {
    const seen = new Set<string>();
    for (let office = this.#offices.get(id); office !== undefined && !seen.has(office.id); ) {
      if (office.id === this.#root || office.parent === this.#root) return office.id;
      if (this.#root === undefined && !this.#offices.has(office.parent ?? '')) return office.id;
      seen.add(office.id);
      office = this.#offices.get(office.parent ?? '');
    }
    return undefined;
  }
}
