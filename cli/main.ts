/** `hopthu`, also as `kubectl hopthu`. Commands are loaded when they are called: the address needs no cluster. */
import { Command, Option } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { addBackupCommands } from './backup/program.ts';
import { addHelp } from './help.ts';
import { addMoveCommand } from './move-program.ts';
import { addMovingCommands } from './moving-program.ts';
import { exitCodeOf, failedInstead, lineOf } from './outcome.ts';
import { addReportCommands } from './report-program.ts';
import { addRequestCommands } from './request/program.ts';
import { addSupportCommands } from './support/program.ts';

const program = new Command('hopthu')
  .description(
    'Work with the official e-mail system of a province: mailboxes, requests, plans, mail, backups, reports.',
  )
  .version(manifest.version)
  .configureOutput({ writeErr: () => {} })
  .exitOverride()
  // A misspelled command is the fault to report, not the options after it.
  .allowUnknownOption();
const site = ['--site <site>', 'a site of charts/sites, or the path of a site file'] as const;
const context = ['--context <context>', 'context of the kubeconfig; the current one by default'] as const;
const output = ['-o, --output <format>', 'json or yaml, for scripts; a table by default'] as const;

program
  .command('address')
  .description(
    'Print the address that the naming rules of the site give to a new person or organization; asks no cluster.',
  )
  .requiredOption(...site)
  .option('--person <name>', 'full name of a person, such as "Nguyễn Thanh Bình"')
  .option('--organization <name>', 'name of an organization or a unit')
  .option('--parent <name>', 'the organization that the unit belongs to')
  .action(async (options) => {
    const { address } = await import('./address.ts');
    console.log(address(options));
  });

program
  .command('password')
  .description('Print the first password of a mailbox, or change its password as its owner.')
  .argument('<name>', 'name of the Mailbox')
  .option('-n, --namespace <namespace>', 'namespace of the Mailbox; that of the context by default')
  .option('--site <site>', 'the site, where its file is not in charts/sites')
  .option(...context)
  .option(
    '--change',
    'ask for a new password and set it; without a terminal it is the first line of standard input',
  )
  .action(async (name, options) => {
    const { password } = await import('./password.ts');
    await password(name, options);
  });

const mailboxOptions = (command: Command): Command =>
  command
    .argument('<name>', 'name of the Mailbox')
    .option('-n, --namespace <namespace>', 'namespace of the Mailbox; that of the context by default')
    .option(...context);

mailboxOptions(program.command('suspend'))
  .description('Refuse all logins of a mailbox at once, whatever its spec says, until resume (R42).')
  .action(async (name, options) => {
    const { suspend } = await import('./mailbox-commands.ts');
    await suspend(name, options);
  });

mailboxOptions(program.command('resume'))
  .description('Undo suspend; the mailbox follows its spec again.')
  .action(async (name, options) => {
    const { resume } = await import('./mailbox-commands.ts');
    await resume(name, options);
  });

mailboxOptions(program.command('reset-password'))
  .description('Ask for one new first password of a mailbox (R20).')
  .action(async (name, options) => {
    const { resetPassword } = await import('./mailbox-commands.ts');
    await resetPassword(name, options, new Date());
  });

mailboxOptions(program.command('grant'))
  .description('Grant a reclaimed mailbox again, with its address and mail (R23).')
  .action(async (name, options) => {
    const { grantAgain } = await import('./mailbox-commands.ts');
    await grantAgain(name, options, new Date());
  });

program
  .command('import')
  .description(
    'Turn a list into manifests: the annex of the regulations (R20), or the list of organizations (R44).',
  )
  .argument('<file>', 'the list, .xlsx or .csv')
  .requiredOption(...site)
  .requiredOption('-o, --output <folder>', 'the folder of manifests')
  .option('--organizations', 'the list is that of the organizations (R44)')
  .option('--dry-run', 'say what would be written, and write nothing')
  .option(
    '--context <context>',
    'context of the kubeconfig: take people by the addresses that this cluster granted',
  )
  .action(async (file, options) => {
    const { importList } = await import('./import.ts');
    process.exitCode = await importList(file, options, new Date());
  });

program
  .command('export')
  .description("Write all mailboxes as a list in the annex's form.")
  .requiredOption(...site)
  .option('-o, --output <file>', 'a file .csv or .xlsx; CSV to standard output by default')
  .option('-f, --file <folder>', 'a folder of manifests; the cluster by default')
  .option(...context)
  .action(async (options) => {
    const { exportList } = await import('./export.ts');
    await exportList(options);
  });

mailboxOptions(program.command('export-mail'))
  .description('Write every letter of a mailbox to a folder, with checksums, for the archive (R38).')
  .requiredOption('-o, --output <folder>', 'a folder that is empty or not there yet')
  .option('--site <site>', 'the site, instead of the namespace')
  .action(async (name, options) => {
    const { exportMail } = await import('./export-mail.ts');
    await exportMail(name, options, new Date());
  });

program
  .command('status')
  .description('Print the state of every Organization and Mailbox, problems first.')
  .option('--site <site>', 'the site; that of the context, or all of them, by default')
  .option('--problems', 'only those with a problem')
  .option(...output)
  .option(...context)
  .action(async (options) => {
    const { status } = await import('./status.ts');
    await status(options);
  });

program
  .command('history')
  .description(
    'Print what happened to a Mailbox: conditions, Events, and who changed its entry in the directory.',
  )
  .argument('<name>', 'name of the Mailbox')
  .option('-n, --namespace <namespace>', 'namespace of the Mailbox; that of the context by default')
  .option('--site <site>', 'the site, instead of the namespace')
  .option(...output)
  .option(...context)
  .action(async (name, options) => {
    const { history } = await import('./history.ts');
    await history(name, options);
  });

addSupportCommands(program, { site, context, output });

program
  .command('completion')
  .description('Print the completion of a shell: eval "$(hopthu completion bash)".')
  .argument('<shell>', 'bash or zsh')
  .action(async (shell) => {
    const { completion } = await import('./completion.ts');
    console.log(completion(program, shell));
  });

program
  .command('bootstrap')
  .description(
    'Create what must be in the cluster before the manifests: namespaces, Secrets, certificates; renews certificates near their end.',
  )
  .requiredOption(...site)
  .option(...context)
  .option(
    '--renew-certificates',
    'renew every certificate of the local CA, also those that are valid for long',
  )
  .action(async (options) => {
    const { bootstrap } = await import('./bootstrap.ts');
    await bootstrap(options);
  });
addBackupCommands(program, { site, context, output });
addReportCommands(program, { site, context, output });
addMoveCommand(program, { context });
addRequestCommands(program, { context, output });

program
  .command('dns')
  .description('Print every DNS record that the site needs, as a zone file.')
  .requiredOption(...site)
  .option('--check', 'compare them with what a resolver answers')
  .option('--resolver <address>', "with --check: who is asked, such as 192.0.2.53; the machine's by default")
  .option('-o, --output <format>', 'json or yaml, for scripts')
  .option(...context)
  .addHelpText(
    'after',
    '\nExit code with --check: 0 as it should be, 2 missing or different, 1 nobody could be asked.',
  )
  // 2 is a result here.
  .exitOverride(failedInstead)
  .action(async (options) => {
    const { dns } = await import('./dns.ts');
    process.exitCode = await dns(options);
  });

program
  .command('plan')
  .description('Print what a change of manifests would do to accounts, addresses and quotas; writes nothing.')
  .requiredOption('-f, --filename <dir>', 'folder of manifests (or one file) as it is to be')
  .option(
    '--base <dir|git-ref>',
    'what it is compared with: a folder, or a commit of the repository that holds DIR; the cluster by default',
  )
  .option('--site <site>', 'the site, where the namespaces of the manifests do not tell')
  .option(...context)
  .addOption(
    new Option('-o, --output <format>', 'for people, for a merge request, for scripts')
      .choices(['text', 'markdown', 'json'])
      .default('text'),
  )
  .option('--ldif <file>', 'entries of the directory that nobody owns, for manifests that take them over')
  .option('--no-prune', 'leave resources alone whose manifests are missing; by default they count as deleted')
  .addHelpText(
    'after',
    '\nExit code: 0 no change, 2 changes, 3 some are blocked or refused, 1 no plan could be made.',
  )
  // 2 is a result here.
  .exitOverride(failedInstead)
  .action(async (options) => {
    const { plan } = await import('./plan.ts');
    process.exitCode = await plan(options);
  });

program
  .command('orphans')
  .description('Print the accounts whose resource has vanished; with close and names, close those.')
  .argument('[action]', 'close')
  .argument('[names...]', 'resource, address or UID of what shall be closed')
  .requiredOption(...site)
  .option(...output)
  .option(...context)
  .action(async (action, names, options) => {
    const { orphans } = await import('./orphans.ts');
    await orphans(action, names, options);
  });

addMovingCommands(program, { site, context });

program
  .command('approve')
  .description('Print the plan that the guard holds back; with its hash, let exactly that plan pass.')
  .argument('[hash]', 'hash of the plan that may be carried out')
  .requiredOption(...site)
  .option(...context)
  .action(async (hash, options) => {
    const { approve } = await import('./approve.ts');
    await approve(hash, options);
  });

program
  .command('reject')
  .description('Print the plan that the guard holds back; with its hash, drop exactly that plan.')
  .argument('[hash]', 'hash of the plan that must not be carried out')
  .requiredOption(...site)
  .option(...context)
  .action(async (hash, options) => {
    const { reject } = await import('./approve.ts');
    await reject(hash, options);
  });

addHelp(program);

try {
  await program.parseAsync();
} catch (error) {
  const exitCode = exitCodeOf(error);
  if (exitCode === undefined) throw error;
  process.exitCode = exitCode;
  if (exitCode !== 0) console.error(`hopthu: ${lineOf(error)}`);
}
