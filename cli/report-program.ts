/** The words of `hopthu report` and `hopthu incident`. */
import { Option as Choice, type Command } from 'commander';

type Option = readonly [flags: string, description: string];

export function addReportCommands(
  program: Command,
  { site, context, output }: { readonly site: Option; readonly context: Option; readonly output: Option },
): void {
  program
    .command('report')
    .description('Make a report of any period now (R41); the periodic ones come by mail.')
    .requiredOption(...site)
    .option('--month <month>', 'such as 2026-10')
    .option('--quarter <quarter>', 'such as 2026-Q4')
    .option('--year <year>', 'such as 2026')
    .option('--from <day>', 'first day, such as 2026-10-01')
    .option('--to <day>', 'last day')
    .option('--organization <name>', 'only about this Organization and its units: the name of the resource')
    .addOption(
      new Choice('--format <format>', 'kind of file').choices(['pdf', 'xlsx', 'html']).default('pdf'),
    )
    .option('-o, --output <file>', 'the file; named by site and period by default')
    .option(...context)
    .action(async (options) => {
      const { report } = await import('./report.ts');
      await report(options);
    });

  const incident = program
    .command('incident')
    .description('The record of what happened, and who was told (R42).');
  const named = (name: string, description: string) =>
    incident.command(name).description(description).argument('<name>', 'name of the Incident');
  incident
    .command('open')
    .description('Record an incident; prints its name.')
    .argument('<summary>', 'what happened, in one line of Vietnamese, as the report will say it')
    .requiredOption(...site)
    .addOption(
      new Choice('--kind <kind>', 'what it is')
        .choices(['StolenAccount', 'Malware', 'Outage', 'DataLoss', 'Other'])
        .default('StolenAccount'),
    )
    .option('--mailbox <name>', 'name of the Mailbox that it is about')
    .option('--at <time>', 'when it happened: "2026-11-25 08:00", or RFC 3339; now by default')
    .option(...context)
    .action(async (summary, options) => {
      const { openIncident } = await import('./incident.ts');
      await openIncident(summary, options, new Date());
    });
  named('note', 'Add what was done, or with --told who was told.')
    .argument('[text]', 'what was done')
    .requiredOption(...site)
    .option('--told <who>', "who was told, such as the organization's official (R29)")
    .option('--at <time>', 'when; now by default')
    .option(...context)
    .action(async (name, text, options) => {
      const { noteIncident } = await import('./incident.ts');
      await noteIncident(name, text, options, new Date());
    });
  named('close', 'Say that it is settled.')
    .requiredOption(...site)
    .option('--at <time>', 'when; now by default')
    .option(...context)
    .action(async (name, options) => {
      const { closeIncident } = await import('./incident.ts');
      await closeIncident(name, options, new Date());
    });
  incident
    .command('list')
    .description('Print the incidents, the newest first.')
    .requiredOption(...site)
    .option('--open', 'only those that are not settled')
    .option(...output)
    .option(...context)
    .action(async (options) => {
      const { listIncidents } = await import('./incident.ts');
      await listIncidents(options);
    });
}
