/**
 * R14 to R16 over histories nobody thought of: who gets which address follows from what is granted, held and asked for,
 * and from nothing else. A failure prints its seed; FC_SEED=… runs the same histories again, FC_RUNS=… more of them.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AddressHistory, names, step, wish } from '../../../support/address-history.ts';
import { daNang, socTrang } from '../../../support/sites.ts';

const { FC_SEED: seed, FC_RUNS: runs = '60' } = process.env;
const parameters = { numRuns: Number(runs), ...(seed === undefined ? {} : { seed: Number(seed) }) };

describe.each([socTrang, daNang])('addresses of $name', (site) => {
  it('are never twice, never move by themselves and are never granted while held; crashes change nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step(site), { maxLength: 20 }), async (steps) => {
        const [smooth, rough] = [new AddressHistory(site, false), new AddressHistory(site, true)];
        await smooth.live(steps);
        await rough.live(steps);
        expect(await rough.addresses()).toEqual(await smooth.addresses());
      }),
      parameters,
    );
  }, 120_000);

  it('are the same for those who wait together, in whatever order they were applied', async () => {
    const waiting = fc
      .uniqueArray(wish(names, site), { selector: ({ name }) => name, minLength: 2 })
      .chain((wishes) =>
        fc.tuple(
          fc.constant(wishes),
          fc.shuffledSubarray(wishes, { minLength: wishes.length }),
          fc.array(step(site), { maxLength: 8 }),
        ),
      );
    await fc.assert(
      fc.asyncProperty(waiting, async ([wishes, shuffled, later]) => {
        const results = [];
        for (const order of [wishes, shuffled]) {
          const history = new AddressHistory(site, order === shuffled);
          for (const next of order) history.apply(next);
          await history.live(later);
          results.push(await history.addresses());
        }
        expect(results[1]).toEqual(results[0]);
      }),
      parameters,
    );
  }, 120_000);
});
