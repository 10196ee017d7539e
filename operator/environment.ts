/** The environment of our programs: the charts fill it, and what a person may want to change is in the site file instead. */
import { Invalid } from './errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws Invalid naming the variable that is missing or empty */
export function need(name: string, environment: Environment = process.env): string {
  const value = environment[name];
  if (value === undefined || value === '')
    throw new Invalid(name, 'is not set in the environment of this program');
  return value;
}

/**
 * A whole number, such as a port.
 * A Service whose name begins as ours would fill `HOPTHU_…_PORT` with `tcp://…`: that is said, too.
 * @throws Invalid naming the variable
 */
export function needNumber(name: string, environment: Environment = process.env): number {
  const value = need(name, environment);
  if (!/^\d+$/.test(value)) throw new Invalid(name, `${value} is not a whole number`);
  return Number(value);
}
