/** MailboxRequests and Incidents as reports count them. What a resource of another version lacks is left out, never guessed. Pure. */
import type { Item } from './cluster.ts';
import type { Asked, Happened } from './figures.ts';

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
const time = (value: unknown): number | undefined => {
  const parsed = Date.parse(text(value) ?? '');
  return Number.isNaN(parsed) ? undefined : parsed;
};

export function happenedOf({ metadata, spec = {} }: Item): readonly Happened[] {
  const at = time(spec['at']) ?? time(metadata?.creationTimestamp);
  if (at === undefined || metadata?.name === undefined) return [];
  const settled = time(spec['settledAt']);
  const address = text(spec['address']);
  const told = Array.isArray(spec['told'])
    ? (spec['told'] as readonly { who?: unknown; at?: unknown }[])
    : [];
  return [
    {
      name: metadata.name,
      at,
      kind: text(spec['kind']) ?? 'Other',
      summary: text(spec['summary']) ?? '',
      told: told.flatMap(({ who }) => text(who) ?? []),
      ...(address === undefined ? {} : { address }),
      ...(settled === undefined ? {} : { settled }),
    },
  ];
}

type Row = { readonly number?: number; readonly action?: string };
type Result = { readonly row?: number; readonly outcome?: string };

/**
 * Row by row: a list may ask for several things, and each has its own end.
 * @param officeOf the organization in the directory, by `namespace/name` of its resource
 */
export function askedOf(
  { metadata, spec = {}, status = {} }: Item,
  officeOf: (resource: string) => string,
): readonly Asked[] {
  const at = time(spec['received']) ?? time(metadata?.creationTimestamp);
  if (at === undefined) return [];
  const { organizationRef } = (spec['requester'] ?? {}) as { organizationRef?: { name?: string } };
  const { verdict, at: decided } = (spec['decision'] ?? {}) as { verdict?: unknown; at?: unknown };
  const results = new Map(list<Result>(status['results']).map(({ row, outcome }) => [row, outcome]));
  const settled = time(status['settled']) ?? (verdict === 'Refused' ? time(decided) : undefined);
  const organization = officeOf(`${metadata?.namespace ?? ''}/${organizationRef?.name ?? ''}`);
  return list<Row>(spec['rows']).map(({ number, action = 'Other' }) => {
    const outcome = verdict === 'Refused' ? 'Refused' : results.get(number);
    const isDone = outcome !== undefined && outcome !== 'Waiting';
    return {
      ...{ kind: action, at, organization },
      ...(settled === undefined ? {} : { settled }),
      ...(isDone ? { outcome: outcome === 'Refused' ? ('Refused' as const) : ('Approved' as const) } : {}),
    };
  });
}

function list<T>(value: unknown): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [];
}
