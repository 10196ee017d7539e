import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cache.ts';
import type { PortMapping } from './cluster-config.ts';

/** What this project noted about a cluster that it made: without a record a cluster is somebody else's. */
export interface ClusterRecord {
  /** `creating` until the cluster was seen to work: what is still so at the next run is half made. */
  readonly state: 'creating' | 'ready';
  readonly ports: readonly PortMapping[];
}

const path = (name: string): string => join(cacheFolder('clusters'), `${name}.json`);

export function readRecord(name: string): ClusterRecord | undefined {
  try {
    return JSON.parse(readFileSync(path(name), 'utf8')) as ClusterRecord;
  } catch {
    return undefined;
  }
}

export function writeRecord(name: string, record: ClusterRecord): void {
  writeFileSync(path(name), `${JSON.stringify(record)}\n`);
}

export function removeRecord(name: string): void {
  rmSync(path(name), { force: true });
}
