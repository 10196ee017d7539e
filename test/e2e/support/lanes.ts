/** Which journeys may run side by side: those at different sites share nothing but the node and the API server. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '..');
/** Names of `test/support/sites.ts` that stand for a stack of the cluster. */
const stacks = ['socTrang', 'daNang'] as const;

/** Journeys that run one after the other. */
export type Lane = { readonly name: string; readonly files: readonly string[] };

/** The sites that a journey works at: those it imports, its only way to one. */
function sitesOf(file: string): readonly string[] {
  const [, names = ''] =
    /^import \{([^}]*)\} from '..\/support\/sites\.ts';$/m.exec(readFileSync(file, 'utf8')) ?? [];
  return stacks.filter((name) => new RegExp(`\\b${name}\\b`).test(names));
}

/** A lane for each site, and, to come after all of them, one of the journeys that need several, or name none. */
export function lanes(): { readonly sideBySide: readonly Lane[]; readonly after: Lane } {
  const all = readdirSync(folder)
    .filter((name) => name.endsWith('.e2e.ts'))
    .map((name) => join(folder, name));
  const sites = new Map(all.map((file) => [file, sitesOf(file)]));
  const of = (name: string, test: (names: readonly string[]) => boolean): Lane => ({
    name,
    files: all.filter((file) => test(sites.get(file) ?? [])),
  });
  return {
    sideBySide: stacks.map((stack) => of(stack, (names) => names.length === 1 && names[0] === stack)),
    after: of('together', (names) => names.length !== 1),
  };
}
