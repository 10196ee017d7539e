/** Organizations as lists name them: by name, by name and that of the one above, or by abbreviation. */
import { type Organization, parseOrganization } from '../../operator/api/organization.ts';
import { apiVersion, unseen } from '../../operator/api/resource.ts';
import { resourceName } from '../../operator/core/naming/identity.ts';
import { type ResolvedOrganization, resolveOrganizations } from '../../operator/core/organizations.ts';
import type { Site } from '../../operator/core/site.ts';
import { Invalid } from '../../operator/errors.ts';
import { WrongInput } from '../failure.ts';
import { keyOf } from './columns.ts';
import type { ResourceId } from './manifest.ts';

/** A resource without anything that only a cluster knows. */
export type Source = { readonly id: ResourceId; readonly spec: unknown; readonly from: string };

export type KnownOrganization = {
  readonly id: ResourceId;
  readonly name: string;
  readonly parent?: KnownOrganization;
  /** Absent where the site's rules give it no abbreviation. */
  readonly resolved?: ResolvedOrganization;
};

export class OrganizationIndex {
  readonly #site: Site;
  readonly #all: readonly KnownOrganization[];
  /** Ways to name one, the best first. */
  readonly #levels: readonly ReadonlyMap<string, readonly KnownOrganization[]>[];

  /** @throws WrongInput naming the source that is no Organization */
  constructor(site: Site, sources: readonly Source[]) {
    this.#site = site;
    this.#all = known(site, sources);
    this.#levels = [
      this.#index(({ name }) => [name]),
      this.#index(({ name, parent }) => (parent === undefined ? [] : [`${name} ${parent.name}`])),
      this.#index(({ id, resolved }) => [
        id.name,
        ...(resolved === undefined ? [] : [resolved.abbreviation, resolved.localPart]),
      ]),
    ];
  }

  get all(): readonly KnownOrganization[] {
    return this.#all;
  }

  /** Those that `text` may mean: none, one, or several that it does not tell apart. */
  find(text: string): readonly KnownOrganization[] {
    const key = organizationKey(this.#site, text);
    for (const level of this.#levels) {
      const found = level.get(key);
      if (found !== undefined) return found;
    }
    return [];
  }

  /** The shortest text by which `find` knows this organization alone. */
  titleOf(organization: KnownOrganization): string {
    const { name, parent, resolved, id } = organization;
    const titles = [
      name,
      ...(parent === undefined ? [] : [`${name}, ${parent.name}`]),
      ...(resolved === undefined ? [] : [resolved.localPart]),
    ];
    const isOwn = (title: string) => {
      const found = this.find(title);
      return found.length === 1 && found[0] === organization;
    };
    return titles.find(isOwn) ?? id.name;
  }

  #index(
    textsOf: (organization: KnownOrganization) => readonly string[],
  ): ReadonlyMap<string, readonly KnownOrganization[]> {
    const index = new Map<string, KnownOrganization[]>();
    for (const organization of this.#all) {
      for (const key of new Set(textsOf(organization).map((text) => organizationKey(this.#site, text)))) {
        index.set(key, [...(index.get(key) ?? []), organization]);
      }
    }
    return index;
  }
}

/** Without conjunctions, and without "UBND" before a kind that may follow it: `thong tin truyen thong`. */
export function organizationKey(site: Site, text: string): string {
  const skipped = new Set(site.naming.skipped.map(keyOf));
  const key = keyOf(text)
    .split(' ')
    .filter((word) => !skipped.has(word))
    .join(' ');
  for (const dropped of site.naming.dropped.map(keyOf)) {
    const rest = key.startsWith(`${dropped} `) ? key.slice(dropped.length + 1) : undefined;
    if (rest !== undefined && site.naming.droppedBefore.some((kind) => rest.startsWith(`${keyOf(kind)} `)))
      return rest;
  }
  return key;
}

function known(site: Site, sources: readonly Source[]): readonly KnownOrganization[] {
  const parsed = sources.map(parse);
  const { resolved } = resolveOrganizations(site, parsed);
  const byKey = new Map(sources.map((source, index) => [resourceName(source.id), { source, index }]));
  const made = new Map<string, KnownOrganization>();
  const make = (key: string, below: ReadonlySet<string>): KnownOrganization | undefined => {
    const found = byKey.get(key);
    if (found === undefined || below.has(key)) return undefined;
    const known = made.get(key);
    if (known !== undefined) return known;
    const { id } = found.source;
    const spec = parsed[found.index]?.spec;
    const above = spec?.parentRef && `${id.namespace}/${spec.parentRef.name}`;
    const parent = above === undefined ? undefined : make(above, new Set([...below, key]));
    const own = resolved.get(key);
    const organization = {
      id,
      name: spec?.name ?? '',
      ...(parent === undefined ? {} : { parent }),
      ...(own === undefined ? {} : { resolved: own }),
    };
    made.set(key, organization);
    return organization;
  };
  return sources.flatMap(({ id }) => make(resourceName(id), new Set()) ?? []);
}

function parse({ id, spec, from }: Source): Organization {
  try {
    return checkOrganization(id, spec);
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    throw new WrongInput(`${from}: ${apiVersion} ${id.kind} ${resourceName(id)}: ${error.message}`);
  }
}

/** @throws Invalid when the spec would not be one that the API server takes */
export function checkOrganization(id: ResourceId, spec: unknown): Organization {
  const { kind, namespace, name } = id;
  const metadata = { ...unseen, name, namespace, uid: resourceName(id) };
  return parseOrganization({ kind, metadata, spec, status: undefined });
}
