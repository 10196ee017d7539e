import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Place } from '../../../../operator/core/shared-values.ts';

it('gives back what it was given, whatever was shared before', () => {
  const json = fc.jsonValue({ maxDepth: 3 });
  fc.assert(
    fc.property(fc.array(json, { maxLength: 12 }), (values) => {
      const place = new Place();
      for (const value of [...values, ...values])
        expect(place.share(structuredClone(value))).toStrictEqual(value);
    }),
  );
});

it('keeps what is equal in one place once, however deep', () => {
  const place = new Place();
  const make = (name: string) => ({
    person: { name },
    finalizers: ['a', 'b'],
    organization: { name: 'so-1' },
  });
  const [first, second] = [place.share(make('x')), place.share(make('y'))];
  expect(second.finalizers).toBe(first.finalizers);
  expect(second.organization).toBe(first.organization);
  expect(second.person).not.toBe(first.person);
});

it('does not remember a place where everything differs', () => {
  const place = new Place();
  const of = (name: number) => ({ name: `n${name}`, state: { is: 'Active' } });
  for (let name = 0; name < 3_000; name += 1) place.share(of(name));
  const [first, second] = [place.share(of(1)), place.share(of(1))];
  expect(second).not.toBe(first);
  expect(second.state).toBe(first.state);
});
