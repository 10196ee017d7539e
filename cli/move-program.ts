/** The words of `hopthu move`. */
import type { Command } from 'commander';

type Option = readonly [flags: string, description: string];

export function addMoveCommand(program: Command, { context }: { readonly context: Option }): void {
  program
    .command('move')
    .description("Bring an organization's mail to another Dovecot of the site, while mail keeps arriving.")
    .argument('<organization>', 'name of an Organization that has none above it')
    .requiredOption('--to <shard>', 'dovecot-0, dovecot-1 … as many as storage.shards says')
    .option('-n, --namespace <namespace>', 'namespace of the Organization; that of the context by default')
    .option('--site <site>', 'the site, where its file is not in charts/sites')
    .option(...context)
    .action(async (name, options) => {
      const { move } = await import('./move.ts');
      await move(name, options);
    });
}
