/** CPU time of a container, whatever ran and ended in it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = '/sys/fs/cgroup';

/**
 * Seconds that the control group of a process has used so far.
 * @param pid of this machine
 * @throws Error when the kernel does not count them
 */
export function cpuSeconds(pid: string): number {
  const groups = readFileSync(`/proc/${pid}/cgroup`, 'utf8').trim().split('\n');
  for (const line of groups) {
    const [, controllers = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    const old = join(root, 'cpuacct', path, 'cpuacct.usage');
    if (controllers.split(',').includes('cpuacct') && existsSync(old)) return Number(readFileSync(old)) / 1e9;
    const unified = join(root, path, 'cpu.stat');
    if (controllers === '' && existsSync(unified)) {
      const [, used] = /^usage_usec (\d+)$/m.exec(readFileSync(unified, 'utf8')) ?? [];
      if (used !== undefined) return Number(used) / 1e6;
    }
  }
  throw new Error(`no control group counts the CPU time of process ${pid}`);
}

/** What was used between two readings, by the names of the later one. */
export function spent(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  return new Map([...after].map(([name, seconds]) => [name, seconds - (before.get(name) ?? 0)]));
}

export function total(seconds: ReadonlyMap<string, number>): number {
  return [...seconds.values()].reduce((sum, one) => sum + one, 0);
}
