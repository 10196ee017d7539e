/** The words of the commands that tell what is going on: `hopthu trace` and `hopthu support-bundle`. */
import type { Command } from 'commander';

type Option = readonly [flags: string, description: string];

export function addSupportCommands(
  program: Command,
  { site, context, output }: { readonly site: Option; readonly context: Option; readonly output: Option },
): void {
  program
    .command('trace')
    .description('Follow one message through Postfix, the filter and Dovecot, by their logs.')
    .argument('<id>', 'its queue id or its Message-ID')
    .requiredOption(...site)
    .option('--since <time>', 'how far back: 30m, 6h, 2d', '24h')
    .option(...output)
    .option(...context)
    .action(async (id, options) => {
      const { trace } = await import('../trace/trace.ts');
      await trace(id, options);
    });
  program
    .command('support-bundle')
    .description(
      'Write what an engineer elsewhere asks for into a folder: state, Events, logs; no Secret is read.',
    )
    .requiredOption(...site)
    .requiredOption('-o, --output <folder>', 'a new folder')
    .option('--people', 'leave addresses of people legible; by default each becomes a number')
    .option(...context)
    .action(async (options) => {
      const { supportBundle } = await import('../support-bundle.ts');
      await supportBundle({ ...options, people: options.people === true });
    });
}
