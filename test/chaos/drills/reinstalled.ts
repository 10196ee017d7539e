/** The stack is deleted whole, twice and in no good order, and installed again: mail and accounts were there all the time. */
import { join } from 'node:path';
import { deliver, type Person } from '../../e2e/support/person.ts';
import { fresh, people } from '../../e2e/support/resources.ts';
import { installSite, kubectl } from '../../kind/install.ts';
import { Letters } from '../../support/traffic.ts';
import type { Drill } from '../drill.ts';
import { eventually } from '../ledger.ts';
import type { Stack } from '../stack.ts';

const dist = join(import.meta.dirname, '../../../dist');
const outside = { address: 'nguoi-gui@example.vn' };

/** What kubectl says of a deletion, which some objects refuse. */
async function remove({ target }: Stack, ...files: readonly string[]): Promise<string> {
  const folders = files.flatMap((file) => ['-f', join(dist, file)]);
  return kubectl(target, ['delete', '--ignore-not-found', '--timeout=120s', ...folders]).catch(
    ({ message }: Error) => message,
  );
}

/** Nothing of the site runs any more. */
async function gone(stack: Stack): Promise<void> {
  const { mail, smtp } = stack.site.namespaces;
  for (const namespace of [mail, smtp])
    await eventually(120, async () => {
      const left = await kubectl(stack.target, [
        '-n',
        namespace,
        'get',
        'pods,statefulsets,deployments',
        '-o',
        'name',
      ]);
      if (left.trim() !== '') throw new Error(`still there: ${left}`);
    });
}

export const reinstalled: Drill = {
  fault: 'The whole stack deleted with its resource definitions, twice, and installed again',
  run: async ({ stack, ledger, burst }) => {
    const { site, target } = stack;
    await ledger.burst(Math.floor(burst / 10));
    await ledger.settled();
    const name = fresh('reinstalled');
    const { [name]: person } = (await people(site, { [name]: 'Tạ Thị Còn' })) as Record<string, Person>;
    if (person === undefined) throw new Error('nobody');
    const letters = new Letters(person);
    const letter = letters.work('before', [outside], (raw) =>
      deliver(site, { from: outside.address, to: person.address, subject: '', raw }),
    );
    for (let count = 0; count < 10; count += 1) await letter.once();
    // The last ones may still be in the queue.
    for (let count = 0; count < 2; count += 1) {
      const said = await remove(stack, 'crds.yaml', site.name);
      for (const kept of ['namespaces', 'customresourcedefinitions'])
        if (!said.includes(`kubectl annotate ${kept} `)) throw new Error(`${kept} were not kept: ${said}`);
    }
    await gone(stack);
    const started = performance.now();
    await installSite(target, site);
    await ledger.probe();
    const wrong = await letters.wrong();
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
    return performance.now() - started;
  },
};
