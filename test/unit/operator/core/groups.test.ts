/**
 * What a decision about one mailbox may look at is in its group: deciding group by group gives what deciding for the
 * whole site gives, in worlds that nobody thought of. FC_SEED=… runs the same worlds again, FC_RUNS=… more of them.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Resource } from '../../../../operator/api/resource.ts';
import { decide, decideGroup, type World } from '../../../../operator/core/desired.ts';
import { dnKey } from '../../../../operator/core/dn.ts';
import { type Group, Groups } from '../../../../operator/core/groups.ts';
import { readOrganizations } from '../../../../operator/core/organizations.ts';
import type { Site } from '../../../../operator/core/site.ts';
import { entryKeys, mailboxKeys, stemOf, stemsOf } from '../../../../operator/core/stems.ts';
import type { DirectoryEntry } from '../../../../operator/ports.ts';
import { AddressHistory, names, type Step, step, type Wish, wish } from '../../../support/address-history.ts';
import { daNang, socTrang } from '../../../support/sites.ts';

const { FC_SEED: seed, FC_RUNS: runs = '60' } = process.env;
const parameters = { numRuns: Number(runs), ...(seed === undefined ? {} : { seed: Number(seed) }) };

/** Takes into `groups` what differs between two worlds, as watches and writes would tell it. */
function follow(groups: Groups, before: World | undefined, after: World): void {
  const stems = stemsOf(after.site, readOrganizations(after.site, after.organizations));
  for (const { metadata } of before?.mailboxes ?? []) {
    if (!after.mailboxes.some((mailbox) => mailbox.metadata.uid === metadata.uid))
      groups.delete(metadata.uid);
  }
  for (const { dn } of before?.entries ?? []) {
    if (!after.entries.some((entry) => entry.dn === dn)) groups.delete(dnKey(dn));
  }
  for (const mailbox of after.mailboxes)
    groups.set(mailbox.metadata.uid, { mailbox }, mailboxKeys(stems, mailbox));
  for (const entry of after.entries) groups.set(dnKey(entry.dn), { entry }, entryKeys(stems, entry));
}

function expectAlike(world: World, groups: Iterable<Group>): void {
  const organizations = readOrganizations(world.site, world.organizations);
  const together = decide(world).desired.filter(({ resource }) => resource.kind === 'Mailbox');
  const apart = [...groups].flatMap((group) => decideGroup(world, group, organizations));
  const byUid = (a: { resource: Resource }, b: { resource: Resource }) =>
    a.resource.metadata.uid < b.resource.metadata.uid ? -1 : 1;
  expect(apart.toSorted(byUid)).toEqual(together.toSorted(byUid));
}

async function worldOf({ province }: AddressHistory): Promise<World> {
  const { organizations, mailboxes } = await province.cluster.snapshot();
  const entries = await province.directory.snapshot();
  return { site: province.site, organizations, mailboxes, entries, now: province.now };
}

/** Somebody else's entry, or one of ours that somebody changed. */
const strays = (site: Site): fc.Arbitrary<readonly DirectoryEntry[]> => {
  const mail = fc
    .constantFrom('ntbinh', 'ntbinh2.sotttt', 'vanthu', 'binhnt1', 'other')
    .map((text) => `${text}@${site.domain}`);
  return fc.uniqueArray(
    fc
      .record({
        name: fc.constantFrom('x', 'y'),
        mail,
        owner: fc.constantFrom('', '00000000-0000-4000-8000-000000000003'),
      })
      .map(({ name, mail: address, owner }) => ({
        dn: `uid=${name},ou=mailboxes,dc=example`,
        attributes: {
          mail: [address],
          hopThuAddress: [address],
          ...(owner === '' ? {} : { hopThuSite: [site.name], hopThuOwnerUID: [owner] }),
        },
      })),
    { maxLength: 2, selector: ({ dn }) => dn },
  );
};

/** More names and addresses than others need, so that not everybody is of one group. */
const various = (wishes: fc.Arbitrary<Wish>): fc.Arbitrary<Wish> =>
  fc
    .record({
      wished: wishes,
      fullName: fc.constantFrom('Nguyễn Thanh Bình', 'Ngô Thị Bình', 'Lê Văn Tám', 'Trần Hà', 'Võ Thị Sáu'),
      localPart: fc.constantFrom(undefined, undefined, 'lvtam', 'tamlv2', 'vanthu', 'tha.soyt', 'ha'),
      aliases: fc.subarray(['lienhe', 'lvtam', 'hat', 'vtsau3'], { maxLength: 1 }),
    })
    .map(({ wished, ...others }) => ({ ...wished, ...others }));

describe.each([socTrang, daNang])('groups of $name', (site) => {
  const wishes = various(wish(names, site));
  const apply = fc.record({ kind: fc.constant('apply' as const), wish: wishes });
  const other = step(site).filter(({ kind }) => kind !== 'apply');
  const steps = fc.array(fc.oneof(apply, other), { maxLength: 20 });
  const waiting = fc.array(wishes, { maxLength: 5 });

  it('are decided alike one by one and all together', async () => {
    await fc.assert(
      fc.asyncProperty(steps, waiting, strays(site), async (past, pending, foreign) => {
        const history = new AddressHistory(site, false);
        await history.live(past);
        for (const next of pending) history.apply(next);
        const world = await worldOf(history);
        const stray = { ...world, entries: [...world.entries, ...foreign] };
        const lost = { ...world, entries: world.entries.filter((_, index) => index % 2 === 1) };
        for (const one of [world, stray, lost]) {
          const groups = new Groups();
          follow(groups, undefined, one);
          expectAlike(one, groups.parts(1));
        }
      }),
      parameters,
    );
  }, 120_000);

  it('are the same whether they are built or kept up', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { minLength: 2, maxLength: 4 }), async (chapters: Step[][]) => {
        const history = new AddressHistory(site, false);
        const groups = new Groups();
        let before: World | undefined;
        for (const chapter of chapters) {
          await history.live(chapter);
          const world = await worldOf(history);
          follow(groups, before, world);
          before = world;
          expectAlike(world, groups.parts(1));
          expect(groups.size).toBe(world.mailboxes.length + world.entries.length);
        }
      }),
      { ...parameters, numRuns: Math.ceil(Number(runs) / 3) },
    );
  }, 120_000);
});

describe('a group', () => {
  it('is of those who may want one address, and not of an organization', async () => {
    const history = new AddressHistory(socTrang, false);
    const { province } = history;
    const people = ['Lê Văn Tám', 'Trần Thị Hà', 'Võ Thị Sáu', 'Lê Văn Tám'];
    for (const [index, name] of people.entries()) province.person(`p${index}`, name, 'so-tttt');
    province.organizationMailbox('org', 'so-tttt');
    await province.settle();
    const groups = new Groups();
    follow(groups, undefined, await worldOf(history));
    const sizes = [...groups.parts(1)].map(({ mailboxes }) => mailboxes.length);
    expect(sizes.filter((size) => size > 0).toSorted()).toEqual([1, 1, 1, 2]);
  });
});

describe('a stem', () => {
  const organization = {
    kind: 'Organization',
    spec: { name: 'Sở Y tế', state: 'Active' },
    status: undefined,
  } as const;
  const metadata = {
    name: 'so-yt',
    namespace: 'n',
    uid: 'u',
    resourceVersion: '1',
    generation: 1,
    creationTimestamp: '',
    finalizers: [],
    annotations: {},
  };
  const stems = stemsOf(socTrang, readOrganizations(socTrang, [{ ...organization, metadata }]));

  it.each([
    ['ntbinh', 'ntbinh'],
    ['ntbinh.soyt', 'ntbinh'],
    ['NTBinh12.soyt@soctrang.gov.vn', 'ntbinh'],
    ['phongkh.soyt', 'phongkh'],
    // Else everybody with such an alias would be of one group.
    ['binh.nguyen', 'binh.nguyen'],
    ['binh@example.org', 'binh@example.org'],
  ])('of %s is %s', (address, expected) => {
    expect(stemOf(stems, address)).toBe(expected);
  });
});
