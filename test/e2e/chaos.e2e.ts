/** Either provider of the directory and the operator die while an organization's people are being granted; `make chaos` does the rest. */
import { expect, it } from '@jest/globals';
import { directoryKilled, standbyKilled } from '../chaos/drills/directory.ts';
import { Ledger } from '../chaos/ledger.ts';
import { randomOf } from '../chaos/random.ts';
import { Stack } from '../chaos/stack.ts';
import { socTrang as site } from '../support/sites.ts';
import { testCluster } from './support/cluster.ts';

const seed = Number(process.env['CHAOS_SEED'] ?? Date.now() % 1_000_000);

it(`a hundred grants survive slapd and the operator being killed in the midst of them (CHAOS_SEED=${seed})`, async () => {
  const stack = await Stack.on(testCluster(), site);
  const random = randomOf(seed);
  const ledger = new Ledger(stack, random);
  await ledger.open();
  await directoryKilled.run({ stack, ledger, random, burst: 50 });
  const burst = ledger.burst(50);
  await stack.signal(await stack.leader(), 'KILL');
  await burst;
  await ledger.settled(120);
  await standbyKilled.run({ stack, ledger, random, burst: 50 });
  await ledger.settled(120);
  expect(await ledger.lost()).toEqual([]);
  expect(await stack.divergence()).toEqual([]);
});
