import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Unavailable } from '../../../../operator/errors.ts';
import { Election, type LeaseRecord } from '../../../../operator/kube/election.ts';
import { type CallFate, type Candidate, ElectionModel } from './election-model.ts';

const steady: Candidate = { offset: 0, rate: 1, pauses: [], fates: [] };
const unreachable: CallFate = { there: 0, back: 0, lost: 'there' };

const nothing = () => undefined;

/** First moment in milliseconds at which the candidate leads; undefined when it does not before `end`. */
async function leadsFrom(model: ElectionModel, candidate: number, end: number): Promise<number | undefined> {
  let from: number | undefined;
  await model.run(end, () => {
    if (from === undefined && model.elections[candidate]?.leads) from = model.now;
  });
  return from;
}

describe('an election', () => {
  it('is won at once where nobody holds the lease, and renewed', async () => {
    const model = new ElectionModel([steady]);
    expect(await leadsFrom(model, 0, 1_000)).toBeLessThan(100);
    await model.run(120_000, () => expect(model.leaders).toEqual([0]));
    expect(model.record).toMatchObject({ holder: 'operator-0', transitions: 1 });
  });

  it('leaves the second waiting', async () => {
    const model = new ElectionModel([steady, { ...steady, pauses: [[0, 500]] }]);
    await model.run(120_000, nothing);
    expect(model.leaders).toEqual([0]);
  });

  it.each([
    // [what happens to the first, latest moment at which the second leads]
    ['dies', { ...steady, pauses: [[5_000, 1e9]] as const }, 22_000],
    [
      'cannot reach the API server',
      {
        ...steady,
        fates: [...Array(4).fill({ there: 5, back: 5, lost: 'no' }), ...Array(99).fill(unreachable)],
      },
      24_000,
    ],
  ])('the second takes over within 17 seconds when the first %s', async (_, first, latest) => {
    const model = new ElectionModel([first, { ...steady, pauses: [[0, 500]] }]);
    const from = await leadsFrom(model, 1, 60_000);
    expect(from).toBeGreaterThan(15_000);
    expect(from).toBeLessThanOrEqual(latest);
  });

  it.each([
    ['ten minutes ahead', 600_000],
    ['ten minutes behind', -600_000],
  ])('does not care for a clock %s', async (_, offset) => {
    const model = new ElectionModel([steady, { ...steady, offset, pauses: [[0, 500]] }]);
    await model.run(60_000, nothing);
    expect(model.leaders).toEqual([0]);
  });

  it('is lost by who stood still, before it does anything', async () => {
    const model = new ElectionModel([
      { ...steady, pauses: [[5_000, 60_000]] },
      { ...steady, pauses: [[0, 500]] },
    ]);
    await model.run(65_000, nothing);
    expect(model.leaders).toEqual([1]);
    expect(() => model.elections[0]?.assertLeads()).toThrow(Unavailable);
  });

  it('is trusted from when a renewal was asked for, not from when it was answered', async () => {
    const fates: CallFate[] = [
      { there: 5, back: 5, lost: 'no' },
      { there: 5, back: 4_900, lost: 'no' },
      ...Array(9).fill(unreachable),
    ];
    const model = new ElectionModel([
      { ...steady, fates },
      { ...steady, pauses: [[0, 500]] },
    ]);
    let last = 0;
    await model.run(30_000, () => {
      if (model.elections[0]?.leads) last = model.now;
    });
    expect(last).toBeGreaterThan(4_900);
    expect(last).toBeLessThan(10_100);
  });

  it('survives an answer that is lost, without a pause in leading', async () => {
    const ok: CallFate = { there: 5, back: 5, lost: 'no' };
    const model = new ElectionModel([{ ...steady, fates: [ok, ok, ok, { ...ok, lost: 'back' }] }]);
    await model.run(1_000, nothing);
    await model.run(60_000, () => expect(model.leaders).toEqual([0]));
  });
});

describe('two operators', () => {
  const milliseconds = (max: number) => fc.integer({ min: 0, max });
  const fate = fc.record({
    there: milliseconds(20_000),
    back: milliseconds(20_000),
    lost: fc.constantFrom('no' as const, 'no' as const, 'no' as const, 'there' as const, 'back' as const),
  });
  const candidate = fc.record({
    offset: fc.integer({ min: -1e9, max: 1e9 }),
    // Real clocks differ by less than a thousandth.
    rate: fc.double({ min: 0.85, max: 1.15, noNaN: true }),
    pauses: fc.array(fc.tuple(milliseconds(120_000), milliseconds(60_000)), { maxLength: 4 }),
    fates: fc.array(fate, { maxLength: 40 }),
  });

  it('may never write at once, whatever stands still, comes late or is lost', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(candidate, { minLength: 2, maxLength: 3 }), async (candidates) => {
        const model = new ElectionModel(candidates);
        let most = 0;
        await model.run(180_000, () => {
          most = Math.max(most, model.leaders.length);
        });
        expect(most).toBeLessThanOrEqual(1);
      }),
      { numRuns: 150 },
    );
  });

  it('have a holder again, within 45 seconds, when everything works again', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(candidate, { minLength: 2, maxLength: 2 }), async (candidates) => {
        const recovering = candidates.map((one) => ({ ...one, pauses: [], fates: one.fates.slice(0, 5) }));
        const model = new ElectionModel(recovering);
        await model.run(5 * 7_000 + 45_000, nothing);
        expect(model.leaders).toHaveLength(1);
      }),
      { numRuns: 60 },
    );
  });
});

describe('giving the lease back', () => {
  function started(record: LeaseRecord | undefined = undefined) {
    const stored = { record };
    const told: boolean[] = [];
    const election = new Election({
      store: {
        read: async () => stored.record,
        async write(next) {
          stored.record = { ...next, version: `${Math.random()}` };
          return stored.record;
        },
      },
      identity: 'one',
      times: { duration: 15_000, renewWithin: 10_000, retry: 60_000 },
      now: () => performance.now(),
      report: (error) => {
        throw error;
      },
      onChange: (leads) => told.push(leads),
    });
    election.start();
    return { election, stored, told };
  }

  it('ends writing at once, and the lease when the last write has ended', async () => {
    const { election, stored, told } = started();
    await election.turn();
    expect(told).toEqual([true]);
    election.resign();
    expect(election.leads).toBe(false);
    expect(stored.record?.holder).toBe('one');
    await election.release();
    expect(stored.record?.holder).toBe('');
  });

  it('leaves the lease of another alone, and lets nobody wait for a turn that never comes', async () => {
    const record = { holder: 'two', acquiredAt: new Date(), transitions: 1, version: '1' };
    const { election, stored } = started(record);
    const turn = election.turn();
    await election.release();
    await turn;
    expect(stored.record).toEqual(record);
  });
});
