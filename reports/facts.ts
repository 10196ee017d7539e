/** Gathers what a report is made of: from the volume, and from the resources that are records themselves. */
import { daysOf, monthOf, type Period } from './day.ts';
import type { Facts } from './figures.ts';
import type { Store } from './store.ts';

/** Requests and incidents are read where they are kept for good. */
export type Records = Pick<Facts, 'requests' | 'incidents'>;

export async function gather(
  store: Store,
  records: Records,
  period: Period,
): Promise<Omit<Facts, 'providers'>> {
  const days = daysOf(period);
  const months = [...new Set(days.map(monthOf))];
  const read = async <T>(keys: readonly string[], one: (key: string) => Promise<T>) => {
    const list: (readonly [string, T])[] = [];
    for (const key of keys) list.push([key, await one(key)]);
    return new Map(list);
  };
  return {
    days: await read(days, (day) => store.day(day)),
    months: await read(months, (month) => store.month(month)),
    offices: await store.offices(),
    ...records,
  };
}
