import { expect, it } from '@jest/globals';
import { recordsThatWait } from '../../../../operator/core/access-records.ts';
import { attribute } from '../../../../operator/core/layout.ts';
import type { Change } from '../../../../operator/core/plan.ts';

/** An update of an entry that had this access, with further attributes. */
function update(kept: string | undefined, ...more: readonly string[]): Change {
  return {
    action: 'update',
    resource: {} as Change['resource'],
    dn: 'uid=x',
    first: [],
    ownerUid: 'x',
    before: kept === undefined ? {} : { [attribute.lastAccess]: [kept] },
    replacements: [attribute.lastAccess, ...more].map((name) => ({ attribute: name, values: ['new'] })),
  };
}

it('accesses beyond the limit wait, those that were written down longest ago come first', () => {
  const [recent, old, never] = [update('20261120000000Z'), update('20261101000000Z'), update(undefined)];
  expect([...recordsThatWait([recent, old, never], 2)]).toEqual([recent]);
  expect([...recordsThatWait([recent, old, never], 3)]).toEqual([]);
});

it('what comes with another change never waits', () => {
  const both = update('20261120000000Z', 'title');
  expect([...recordsThatWait([both, update('20261119000000Z')], 0)]).not.toContain(both);
});
