/** Several Dovecots behind the ports that know of one. */
import { Unavailable } from '../errors.ts';
import type { Sessions } from '../ports.ts';

/** What of each shard is asked for by its name. @throws Unavailable for a name that the site file leaves out */
export function byShard<T>(shards: ReadonlyMap<string, T>): (shard: string) => T {
  return (shard) => {
    const found = shards.get(shard);
    if (found === undefined)
      throw new Unavailable('Dovecot', `there is no ${shard}: see storage.shards of the site file`);
    return found;
  };
}

/** Sessions wherever they are. One Dovecot that is away keeps nothing from being done at the others, and is told of in the end. */
export class ShardedSessions implements Sessions {
  readonly #shards: readonly Sessions[];

  constructor(shards: readonly Sessions[]) {
    this.#shards = shards;
  }

  async open(): Promise<readonly string[]> {
    const lists = await Promise.allSettled(this.#shards.map((shard) => shard.open()));
    const failed = lists.find((one) => one.status === 'rejected');
    const known = lists.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    if (failed !== undefined && known.length === 0) throw failed.reason;
    return [...new Set(known.flat())];
  }

  async end(names: readonly string[]): Promise<void> {
    const ended = await Promise.allSettled(
      this.#shards.map(async (shard) => {
        // Of one that was away a moment ago nobody knows whom to name.
        await shard.open();
        await shard.end(names);
      }),
    );
    const failed = ended.find((one) => one.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }
}
