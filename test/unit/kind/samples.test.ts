/** A province's own site file has no samples: nothing is granted by `make up`, and `make down` has none to remove. */
import { existsSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { siteNames } from '../../../charts/site-files.ts';
import { samplesOf } from '../../kind/install.ts';

it('has samples of the two regulations, and of no other site', () => {
  expect(siteNames().map((name) => existsSync(samplesOf({ name }) ?? ''))).toEqual([true, true]);
  expect(samplesOf({ name: 'an-giang' })).toBeUndefined();
});
