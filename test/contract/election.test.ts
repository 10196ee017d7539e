/** Two processes and a Lease of a real API server, in real time. */

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execa } from 'execa';
import { type ApiServer, startApiServer } from './kube-support/api-server.ts';
import { eventually } from './kube-support/ports.ts';

// A take-over takes 17 seconds.
jest.setTimeout(90_000);

const program = join(import.meta.dirname, 'kube-support/candidate.ts');

describe('an operator that leads', () => {
  let server: ApiServer;
  const candidates: { kill(signal: NodeJS.Signals): boolean }[] = [];

  beforeAll(async () => {
    server = await startApiServer();
  }, 600_000);
  afterAll(async () => {
    for (const candidate of candidates) candidate.kill('SIGKILL');
    await server?.stop();
  });

  function start(identity: string) {
    const child = execa(process.execPath, [program, server.kubeconfig, identity], { reject: false });
    candidates.push(child);
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk;
    });
    return {
      kill: (signal: NodeJS.Signals) => child.kill(signal),
      ended: child,
      get leads() {
        return output.trimEnd().endsWith('leads');
      },
    };
  }

  const lease = async (path: string): Promise<string> =>
    server.kubectl(['get', 'lease', 'test-election', '--namespace=default', `--output=jsonpath={${path}}`]);

  /** Seconds until the candidate leads. */
  async function untilLeads(candidate: { readonly leads: boolean }): Promise<number> {
    const from = performance.now();
    await eventually('the candidate leads', () => candidate.leads || undefined, 40);
    return (performance.now() - from) / 1000;
  }

  /** Waits until the candidate has looked at the Lease: it is shown by two renewals that it did not take over. */
  async function afterTwoRenewals(): Promise<void> {
    for (let count = 0; count < 2; count += 1) {
      const before = await lease('.spec.renewTime');
      await eventually('a renewal', async () => (await lease('.spec.renewTime')) !== before || undefined);
    }
  }

  it('hands over within 2 seconds when it ends, and within 17 when it is killed', async () => {
    const first = start('first');
    await untilLeads(first);
    const second = start('second');
    await afterTwoRenewals();
    expect([first.leads, second.leads]).toEqual([true, false]);

    first.kill('SIGTERM');
    await first.ended;
    // A step every 2 seconds, and the calls of one step.
    expect(await untilLeads(second)).toBeLessThan(2.5);
    expect(await lease('.spec.holderIdentity')).toBe('second');
    expect(await lease('.spec.leaseTransitions')).toBe('2');

    const third = start('third');
    await afterTwoRenewals();
    expect(third.leads).toBe(false);
    second.kill('SIGKILL');
    const seconds = await untilLeads(third);
    // Not before the dead one's last renewal, up to 2 seconds ago, has run out.
    expect(seconds).toBeGreaterThan(12.9);
    // 17 on a machine at rest; its calls are slow on a busy one.
    expect(seconds).toBeLessThan(20);
  });

  it('is no other one after it is started again under its name', async () => {
    const holder = await lease('.spec.holderIdentity');
    candidates.at(-1)?.kill('SIGKILL');
    expect(await untilLeads(start(holder))).toBeLessThan(5);
  });
});
