/** The words of `hopthu request`. */
import type { Command } from 'commander';

type Option = readonly [flags: string, description: string];

export function addRequestCommands(
  program: Command,
  { context, output }: { readonly context: Option; readonly output: Option },
): void {
  const request = program
    .command('request')
    .description('Requests of organizations (R20–R22): read, decide, turn into manifests, enter from paper.');
  const where = (command: Command): Command =>
    command
      .option(
        '-n, --namespace <namespace>',
        'namespace of the request; that of the site or context by default',
      )
      .option('--site <site>', 'the site, where its file is not in charts/sites')
      .option(...context);
  const about = (name: string): Command =>
    where(request.command(name).argument('<name>', 'name of the MailboxRequest, or its number'));

  where(request.command('list'))
    .description('Print the requests, those that wait first.')
    .option(...output)
    .action(async (options) => {
      const { list } = await import('./list.ts');
      await list(options);
    });
  about('show')
    .description('Print what is asked, what it would do, and every rule that it breaks.')
    .option(...output)
    .action(async (name, options) => {
      const { show } = await import('./show.ts');
      await show(name, options);
    });
  about('approve')
    .description('Approve a request; where Git does not manage the site, carry it out at once.')
    .action(async (name, options) => {
      const { approve } = await import('./decide.ts');
      await approve(name, options, new Date());
    });
  about('refuse')
    .description('Refuse a request; the reason goes to whoever asked (R22).')
    .requiredOption('--reason <text>', 'why, in Vietnamese')
    .action(async (name, options) => {
      const { refuse } = await import('./decide.ts');
      await refuse(name, options, new Date());
    });
  about('to-manifests')
    .description('Write the manifests that a request asks for.')
    .option(
      '-o, --output <folder>',
      'folder of manifests that they are changed in; standard output by default',
    )
    .option('--branch <name>', 'commit them to a new branch of the repository that holds the folder')
    .action(async (name, options) => {
      const { toManifests } = await import('./to-manifests.ts');
      await toManifests(name, options);
    });
  about('sheet')
    .description(
      'Write the first passwords that a request led to as printable sheets (PDF), one for each person.',
    )
    .option('-o, --output <file>', 'a file .pdf')
    .action(async (name, options) => {
      const { sheet } = await import('./sheet.ts');
      await sheet(name, options, new Date());
    });
  request
    .command('form')
    .description('Write the empty form of the list, for organizations to fill in.')
    .requiredOption('-o, --output <file>', 'a file .xlsx')
    .action(async ({ output: path }) => {
      const { writeEmptyForm } = await import('./sent-list.ts');
      await writeEmptyForm(path);
    });
  where(request.command('enter'))
    .description('Enter a request that came on paper, from its list.')
    .argument('<file>', 'the list, .xlsx or .csv')
    .requiredOption('--number <number>', 'number of the paper')
    .requiredOption('--date <date>', 'its date, such as 2026-11-26')
    .requiredOption('--organization <organization>', 'who asks: name of the Organization, or its full name')
    .option('--signer <name>', 'who signed')
    .action(async (file, options) => {
      const { enter } = await import('./enter.ts');
      await enter(file, options, new Date());
    });
}
