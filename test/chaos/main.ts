#!/usr/bin/env node
/** `make chaos`: does to a site on kind what nobody wants to happen, and checks that nothing was lost. */
import { parseArgs } from 'node:util';
import { removeCluster, standingCluster, useCluster } from '../e2e/support/cluster.ts';
import type { Target } from '../kind/install.ts';
import { findKubectl } from '../kind/kubectl.ts';
import { socTrang as site } from '../support/sites.ts';
import { carryOut, type Drill, type Outcome, rowOf } from './drill.ts';
import { apiServerKilled, clusterRestored } from './drills/control-plane.ts';
import { activeLost, directoryKilled, directorySilent, diskFull, standbyKilled } from './drills/directory.ts';
import { domainChange } from './drills/domain-change.ts';
import { pathEmptied } from './drills/git.ts';
import { moveIn } from './drills/move-in.ts';
import { operatorKilled, twoLeaders, wrongClock } from './drills/operators.ts';
import { reinstalled } from './drills/reinstalled.ts';
import { rolling } from './drills/rolling.ts';
import { shards } from './drills/shards.ts';
import { Ledger } from './ledger.ts';
import { randomOf } from './random.ts';
import { Stack } from './stack.ts';

const drills: Readonly<Record<string, Drill>> = {
  'directory-killed': directoryKilled,
  'standby-killed': standbyKilled,
  'active-lost': activeLost,
  'directory-silent': directorySilent,
  'api-server-killed': apiServerKilled,
  'operator-killed': operatorKilled,
  'two-leaders': twoLeaders,
  'wrong-clock': wrongClock,
  'disk-full': diskFull,
  'cluster-restored': clusterRestored,
  'path-emptied': pathEmptied,
  rolling,
  shards,
  'move-in': moveIn,
  'domain-change': domainChange,
  reinstalled,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** A kind cluster of this machine that has the site's stack; without it one is made, and removed at the end. */
    context: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    runs: { type: 'string', default: '1' },
    burst: { type: 'string', default: '500' },
  },
});

/** @returns how much was lost */
async function main(): Promise<number> {
  const wanted = positionals.length === 0 ? Object.keys(drills) : positionals;
  const unknown = wanted.filter((name) => drills[name] === undefined);
  if (unknown.length > 0)
    throw new Error(`no drill ${unknown.join()}: there are ${Object.keys(drills).join(', ')}`);
  if (values.context !== undefined)
    return drill(wanted, { context: values.context, kubectl: (await findKubectl()) ?? 'kubectl' });
  try {
    return await drill(wanted, await standingCluster(site));
  } finally {
    if (process.env['KEEP_CLUSTER'] !== '1') await removeCluster();
  }
}

async function drill(wanted: readonly string[], target: Target): Promise<number> {
  process.stderr.write(`seed ${values.seed}\n`);
  useCluster(target);
  const stack = await Stack.on(target, site);
  const random = randomOf(Number(values.seed));
  const ledger = new Ledger(stack, random);
  await ledger.open();
  const world = { stack, ledger, random, burst: Number(values.burst) };
  const outcomes: Outcome[] = [];
  for (const name of wanted) {
    const known = drills[name];
    if (known === undefined) continue;
    process.stderr.write(`== ${name}\n`);
    const outcome = await carryOut(known, world, Number(values.runs));
    process.stderr.write(`${[...outcome.lost, rowOf(outcome)].join('\n')}\n`);
    outcomes.push(outcome);
  }
  process.stdout.write(`${outcomes.map(rowOf).join('\n')}\n`);
  return outcomes.reduce((sum, { lost }) => sum + lost.length, 0);
}

try {
  process.exitCode = (await main()) === 0 ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
