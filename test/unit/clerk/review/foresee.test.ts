/** A review looks at few mailboxes: it must say what a look at all of them says, and keep only what is still so. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Reviewed, reviewRequest } from '../../../../clerk/review/review.ts';
import { ReviewWorld } from '../../../../clerk/review/world.ts';
import type { RequestRow } from '../../../../operator/api/request.ts';
import type { Resource } from '../../../../operator/api/resource.ts';
import { mailboxManifest, organizationManifests } from '../../../bench/people.ts';
import { socTrang } from '../../../support/sites.ts';
import { Office } from '../office.ts';

/** Decides for everybody, as if nobody knew who matters to whom. */
class WholeWorld extends ReviewWorld {
  override around(): readonly Resource[] {
    return [...this.mailboxes.values()];
  }
}

const people = 120;
let office: Office;
let near: ReviewWorld;
let whole: ReviewWorld;

beforeAll(async () => {
  office = new Office(socTrang);
  const { province } = office;
  const { cluster, namespace } = province;
  for (const { kind, metadata, spec } of organizationManifests())
    cluster.apply({ kind, ...metadata, namespace, spec });
  province.organizationMailbox('so-0', 'so-0');
  for (let index = 0; index < people; index += 1) {
    // Names are few, so that many ask for one address (R15).
    const { kind, metadata, spec } = mailboxManifest(`p-${index}`, index % 47);
    const { person } = spec as { person: object };
    const numbered = { ...person, ...(index % 3 === 0 ? {} : { id: `CB-${index}` }) };
    const organizationRef = { name: `so-${index % 2}` };
    cluster.apply({ kind, ...metadata, namespace, spec: { ...spec, organizationRef, person: numbered } });
  }
  await province.settle();
  near = await office.world();
  whole = new WholeWorld(socTrang);
  await whole.replace(await office.requests.snapshot());
});

const names = Array.from({ length: 47 }, (_, index) => {
  const { person } = mailboxManifest('x', index).spec as { person: { fullName: string } };
  return person.fullName;
});
const employeeNumber = fc.integer({ min: 0, max: people + 20 }).map((number) => `CB-${number}`);
const name = fc.constantFrom(...names);
const organization = fc.constantFrom('Sở Nội vụ', 'Sở Y tế', 'Sở Nào Đó');
const row: fc.Arbitrary<Partial<RequestRow>> = fc.oneof(
  fc.record({ action: fc.constant('Grant' as const), name, organization, employeeNumber }),
  fc.record({ action: fc.constant('Grant' as const), name, organization }),
  fc.record({
    action: fc.constant('Rename' as const),
    employeeNumber,
    newAddress: fc.constantFrom('nvbinh', 'nvbinh2', 'vanbinh', 'ttha.sonv', 'lmlan'),
  }),
  fc.record({ action: fc.constant('Cancel' as const), employeeNumber }),
  fc.record({ action: fc.constant('ResetPassword' as const), employeeNumber }),
);

const told = ({ plan, findings, results, manifests, removed }: Reviewed) => ({
  ...{ plan, findings, results },
  manifests: manifests.map((manifest) => String(manifest)),
  removed: removed.map(({ metadata }) => metadata.name),
});

describe('a review', () => {
  it('says what one of the whole site says', () => {
    let lines = 0;
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 12 }), (rows) => {
        const request = office.request(office.enter('so-0', rows));
        const { now } = office.province;
        const reviewed = reviewRequest(near, request, now);
        expect(told(reviewed)).toEqual(told(reviewRequest(whole, request, now)));
        lines += reviewed.plan.length;
      }),
      { numRuns: 60 },
    );
    expect(lines).toBeGreaterThan(10);
  });

  it('leaves the world as it was: the same request is reviewed alike again, and so is another', () => {
    const edits = ['CB-10', 'CB-20', 'CB-40'].map((number) => ({
      ...{ action: 'Rename', employeeNumber: number, newAddress: `dia-chi-${number.toLowerCase()}` },
    })) as Partial<RequestRow>[];
    const request = office.request(
      office.enter('so-0', [...edits, { action: 'Cancel', employeeNumber: 'CB-50' }]),
    );
    const { now } = office.province;
    const [first, second] = [reviewRequest(near, request, now), reviewRequest(near, request, now)];
    expect(first.manifests.length + first.removed.length).toBeGreaterThan(0);
    expect(told(second)).toEqual(told(first));
  });
});

describe('what was foreseen', () => {
  const { namespace } = new Office(socTrang).province;
  let own: Office;
  let world: ReviewWorld;
  let before: Reviewed;
  const row = {
    action: 'Grant',
    name: 'Lê Văn Tám',
    organization: 'Sở Y tế',
    employeeNumber: 'CB-8',
  } as const;
  const again = async () => {
    await own.province.settle();
    await world.replace(await own.requests.snapshot());
    return reviewRequest(world, own.request('request-1'), own.province.now, before);
  };

  const begin = async () => {
    own = new Office(socTrang);
    own.province.organization('so-y-te', { name: 'Sở Y tế' });
    own.province.person('ha', 'Trần Thị Thu Hà', 'so-y-te');
    own.enter('so-y-te', [row]);
    await own.province.settle();
    world = await own.world();
    before = reviewRequest(world, own.request('request-1'), own.province.now);
    expect(before.plan[0]?.line).toContain('lvtam@');
  };

  it('stays when somebody comes who wants something else', async () => {
    await begin();
    own.province.person('chin', 'Lê Văn Chín', 'so-y-te');
    expect((await again()).foreseen).toBe(before.foreseen);
  });

  it('is foreseen anew when somebody gets the address, leaves it, or the organizations change', async () => {
    await begin();
    own.province.person('tam', 'Lê Văn Tám', 'so-y-te', { person: { id: 'CB-9' } });
    before = await again();
    expect(before.plan[0]?.line).toContain('lvtam.soyt@');
    own.province.organization('so-nv', { name: 'Sở Nội vụ' });
    const after = await again();
    expect(after.foreseen).not.toBe(before.foreseen);
    before = after;
    const { cluster } = own.province;
    cluster.apply({
      kind: 'Mailbox',
      name: 'tam',
      namespace,
      spec: { ...(own.province.mailbox('tam').spec as object), localPart: 'le.tam' },
    });
    expect((await again()).foreseen).not.toBe(before.foreseen);
  });

  it('is foreseen anew on another day', async () => {
    await begin();
    own.province.now = new Date(own.province.now.getTime() + 86_400_000);
    expect((await again()).foreseen).not.toBe(before.foreseen);
  });
});

it('use and logins are no change; a status of another address is', async () => {
  const own = new Office(socTrang);
  own.province.organization('so-y-te', { name: 'Sở Y tế' });
  own.province.person('ha', 'Trần Thị Thu Hà', 'so-y-te');
  await own.province.settle();
  const { organizations, mailboxes } = await own.requests.snapshot();
  const world = await ReviewWorld.of(socTrang, { organizations, mailboxes });
  const { revision } = world;
  const changed = (status: object) => ({
    organizations,
    mailboxes: mailboxes.map((one) => ({ ...one, status: { ...(one.status as object), ...status } })),
  });
  await world.replace(
    changed({ lastAccess: '2026-11-25T01:00:00Z', quota: { limit: '500Mi', used: '25Mi' } }),
  );
  expect(world.revision).toBe(revision);
  await world.replace(changed({ address: 'thuha@soctrang.gov.vn' }));
  expect(world.revision).toBe(revision + 1);
  await world.replace({ organizations, mailboxes: [] });
  expect([world.revision, world.mailboxes.size]).toEqual([revision + 2, 0]);
});
