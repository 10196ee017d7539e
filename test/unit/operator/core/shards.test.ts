/** Which Dovecot keeps whose mail: a function of what is read, and of nothing that was there before. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { annotation, type Resource } from '../../../../operator/api/resource.ts';
import { decide } from '../../../../operator/core/desired.ts';
import { attribute } from '../../../../operator/core/layout.ts';
import { organizationDn } from '../../../../operator/core/naming/identity.ts';
import { observe } from '../../../../operator/core/observed.ts';
import { readOrganizations } from '../../../../operator/core/organizations.ts';
import { shardNames, withShards } from '../../../../operator/core/shards.ts';
import type { Site } from '../../../../operator/core/site.ts';
import type { DirectoryEntry } from '../../../../operator/ports.ts';
import { socTrang } from '../../../support/sites.ts';

const namespace = 'soc-trang-accounts';
const withCount = (shards: number): Site => ({ ...socTrang, storage: { ...socTrang.storage, shards } });

type Planned = {
  readonly name: string;
  readonly mailboxes: number;
  /** What its entry says; `none` without an entry, `old` from before there were shards. */
  readonly entry: 'none' | 'old' | number;
};

const planned = fc.uniqueArray(
  fc.record({
    name: fc.integer({ min: 1, max: 60 }).map((number) => `so-${number}`),
    mailboxes: fc.integer({ min: 0, max: 5 }),
    entry: fc.oneof(
      fc.constant('none' as const),
      fc.constant('old' as const),
      fc.integer({ min: 0, max: 2 }),
    ),
  }),
  { selector: ({ name }) => name, maxLength: 12 },
);

function resource(kind: Resource['kind'], name: string, spec: object, order = ''): Resource {
  return {
    kind,
    spec,
    status: {},
    metadata: {
      name,
      namespace,
      uid: name,
      resourceVersion: '1',
      generation: 1,
      creationTimestamp: '2026-11-21T00:00:00Z',
      finalizers: [],
      annotations: order === '' ? {} : { [annotation.shard]: order },
    },
  };
}

function worldOf(all: readonly Planned[], orders: ReadonlyMap<string, string> = new Map()) {
  const organizations = all.map(({ name }) =>
    resource('Organization', name, { name: `Sở ${name}`, abbreviation: name }, orders.get(name)),
  );
  const mailboxes = all.flatMap(({ name, mailboxes: count }) =>
    Array.from({ length: count }, (_, index) =>
      resource('Mailbox', `${name}-${index}`, {
        organizationRef: { name },
        type: 'Personal',
        person: { fullName: `Nguyễn Văn ${'ABCDEGHIK'[index]}` },
      }),
    ),
  );
  const entries = all.flatMap(({ name, entry }): DirectoryEntry[] => {
    if (entry === 'none') return [];
    const host = entry === 'old' ? {} : { [attribute.mailHost]: [`dovecot-${entry}`] };
    const owner = { [attribute.site]: [socTrang.name], [attribute.ownerUid]: [name] };
    return [{ dn: organizationDn(socTrang, name), attributes: { ...owner, ...host } }];
  });
  return { organizations, mailboxes, entries };
}

function shardsOf(
  site: Site,
  world: ReturnType<typeof worldOf>,
): Readonly<Record<string, string | undefined>> {
  const read = readOrganizations(site, world.organizations);
  const { resolved } = withShards(site, read, { ...world, observed: observe(site, world.entries) });
  return Object.fromEntries([...resolved].map(([name, { shard }]) => [name.split('/')[1], shard]));
}

describe('the shard of an organization', () => {
  it('stays what is written down, whatever comes, and however many shards there are', () => {
    fc.assert(
      fc.property(planned, fc.integer({ min: 2, max: 5 }), (all, count) => {
        const shards = shardsOf(withCount(count), worldOf(all));
        for (const { name, entry } of all)
          if (entry !== 'none') expect(shards[name]).toBe(`dovecot-${entry === 'old' ? 0 : entry}`);
          else expect(shardNames(withCount(count))).toContain(shards[name]);
      }),
    );
  });

  it('depends on no order, and is the same again once it is written down', () => {
    fc.assert(
      fc.property(planned, fc.integer({ min: 2, max: 4 }), (all, count) => {
        const site = withCount(count);
        const shards = shardsOf(site, worldOf(all));
        expect(shardsOf(site, worldOf(all.toReversed()))).toEqual(shards);
        const written = all.map((one) => ({ ...one, entry: Number(shards[one.name]?.split('-')[1]) }));
        expect(shardsOf(withCount(count + 1), worldOf(written))).toEqual(shards);
      }),
    );
  });

  it('of new ones is where the least is promised', () => {
    const all: Planned[] = [
      { name: 'so-1', mailboxes: 5, entry: 0 },
      { name: 'so-2', mailboxes: 1, entry: 1 },
      { name: 'so-3', mailboxes: 2, entry: 'none' },
      { name: 'so-4', mailboxes: 1, entry: 'none' },
    ];
    expect(shardsOf(withCount(2), worldOf(all))).toMatchObject({ 'so-3': 'dovecot-1', 'so-4': 'dovecot-1' });
    const empty = ['so-1', 'so-2', 'so-3'].map((name) => ({ name, mailboxes: 0, entry: 'none' as const }));
    expect(Object.values(shardsOf(withCount(3), worldOf(empty))).sort()).toEqual([
      'dovecot-0',
      'dovecot-1',
      'dovecot-2',
    ]);
  });

  it('follows an order, unless there is no such shard', () => {
    const all: Planned[] = [{ name: 'so-1', mailboxes: 1, entry: 0 }];
    const ordered = (shard: string) => worldOf(all, new Map([['so-1', shard]]));
    expect(shardsOf(withCount(2), ordered('dovecot-1'))).toEqual({ 'so-1': 'dovecot-1' });
    expect(shardsOf(withCount(2), ordered('dovecot-7'))).toEqual({ 'so-1': 'dovecot-0' });
    const { desired } = decide({ site: withCount(2), ...ordered('dovecot-7'), now: new Date(0) });
    expect(desired[0]?.problems[0]).toMatchObject({ reason: 'NoSuchShard' });
  });

  it('is told when the site file leaves it out, and nobody is granted a mailbox there', () => {
    const all: Planned[] = [{ name: 'so-1', mailboxes: 1, entry: 2 }];
    const { desired } = decide({ site: withCount(2), ...worldOf(all), now: new Date(0) });
    expect(desired.map(({ problems }) => problems[0]?.reason)).toEqual(['ShardGone', 'ShardGone']);
    expect(desired[1]?.attributes).toBeUndefined();
  });

  it('is nothing to speak of where there is one', () => {
    const { desired } = decide({
      site: socTrang,
      ...worldOf([{ name: 'so-1', mailboxes: 1, entry: 'none' }]),
      now: new Date(0),
    });
    for (const { attributes } of desired) expect(attributes?.[attribute.mailHost] ?? []).toEqual([]);
  });
});
