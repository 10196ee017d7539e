/** The words of `hopthu backup` and `hopthu restore`. */
import type { Command } from 'commander';

type Option = readonly [flags: string, description: string];

export function addBackupCommands(
  program: Command,
  { site, context, output }: { readonly site: Option; readonly context: Option; readonly output: Option },
): void {
  const backup = program
    .command('backup')
    .description('Backups of a site: make one now, list them, read them back.');
  for (const [name, what, description] of [
    ['now', 'backup', 'Back up everything now, and wait for it.'],
    ['check', 'check', 'Read a sample of the last backups back and compare it now, and wait for it.'],
  ] as const)
    backup
      .command(name)
      .description(description)
      .requiredOption(...site)
      .option(...context)
      .action(async (options) => {
        const { runJobs } = await import('./commands.ts');
        await runJobs(what, options);
      });
  backup
    .command('list')
    .description('Print the backups that there are, and when jobs last succeeded.')
    .requiredOption(...site)
    .option(...output)
    .option(...context)
    .action(async (options) => {
      const { listBackups } = await import('./commands.ts');
      await listBackups(options);
    });

  const at = [
    '--at <time>',
    'the last backup until then: a date, or "2026-11-25 08:00"; the last one by default',
  ] as const;
  const restore = program.command('restore').description('Bring back what a backup holds.');
  restore
    .command('mailbox')
    .description("Put a mailbox's mail of a backup beside what it holds now, in folders of its own.")
    .argument('<name>', 'name of the Mailbox')
    .option('-n, --namespace <namespace>', 'namespace of the Mailbox; that of the context by default')
    .option('--site <site>', 'the site, where its file is not in charts/sites')
    .option(...at)
    .option('--folder <folder>', 'only this folder, such as INBOX; all of them by default')
    .option(...context)
    .action(async (name, options) => {
      const { restoreMailbox } = await import('../restore/mailbox.ts');
      await restoreMailbox(name, options);
    });
  restore
    .command('site')
    .description('Fill a stack that was just installed with everything of a backup.')
    .requiredOption(...site)
    .option(...at)
    .option(...context)
    .action(async (options) => {
      const { restoreSite } = await import('../restore/site.ts');
      await restoreSite(options);
    });
}
