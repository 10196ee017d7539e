/** What each shard of the mail is called in the cluster. The first keeps the names that it has where it is the only one. */
import { shardNames } from '../operator/core/shards.ts';
import type { Site } from '../operator/core/site.ts';
import { Invalid } from '../operator/errors.ts';
import { loopback, serviceHost } from './endpoints.ts';

export type Shard = {
  /** In the directory; with several of them also its Service. */
  readonly name: string;
  readonly number: number;
  /** Name of the StatefulSet, and start of that of its ConfigMap. */
  readonly workload: string;
  readonly pod: string;
  readonly claims: { readonly mail: string; readonly archive: string };
  /** What is added to the names of jobs that work on its volumes. */
  readonly suffix: string;
  readonly host: string;
};

export function isSharded({ storage }: Site): boolean {
  return storage.shards > 1;
}

export function shardsOf(site: Site): readonly Shard[] {
  return shardNames(site).map((name, number) => {
    const workload = number === 0 ? 'dovecot' : name;
    const pod = `${workload}-0`;
    return {
      name,
      number,
      workload,
      pod,
      claims: { mail: `mail-${pod}`, archive: number === 0 ? 'archive' : `archive-${pod}` },
      suffix: number === 0 ? '' : `-${number}`,
      host: serviceHost(isSharded(site) ? name : 'dovecot', site.namespaces.mail),
    };
  });
}

/** Where Postfix finds a shard, and a shard another, on 127.0.0.1. */
export function loopbackOf({ number }: Pick<Shard, 'number'>) {
  return {
    lmtp: loopback.lmtp + number,
    quota: loopback.quota + number,
    carrier: loopback.carrier + number,
  };
}

/** The shard of this name. @throws Invalid where the site has none */
export function shardNamed(site: Site, name: string): Shard {
  const found = shardsOf(site).find((shard) => shard.name === name);
  if (found !== undefined) return found;
  throw new Invalid('storage.shards', `${site.name} has no shard ${name}`);
}
