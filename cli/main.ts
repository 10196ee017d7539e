/** `hopthu`, also as `kubectl hopthu`. Commands are loaded when they are called: the address needs no cluster. */
import { Command } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { exitCodeOf, lineOf } from './outcome.ts';

const program = new Command('hopthu')
  .description(
    "The official e-mail system of a province: addresses, first passwords, a cluster's first secrets.",
  )
  .version(manifest.version)
  .configureOutput({ writeErr: () => {} })
  .exitOverride()
  // A misspelled command is the fault to report, not the options after it.
  .allowUnknownOption();
const site = ['--site <site>', 'a site of charts/sites, or the path of a site file'] as const;
const context = ['--context <context>', 'context of the kubeconfig; the current one by default'] as const;

program
  .command('address')
  .description('Print the address that the rules of the site give, before any collision.')
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
  .description('End what suspend began; the spec speaks again.')
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

program
  .command('bootstrap')
  .description('Create what must be in the cluster before the charts: namespaces, Secrets, certificates.')
  .requiredOption(...site)
  .option(...context)
  .action(async (options) => {
    const { bootstrap } = await import('./bootstrap.ts');
    await bootstrap(options);
  });

try {
  await program.parseAsync();
} catch (error) {
  const exitCode = exitCodeOf(error);
  if (exitCode === undefined) throw error;
  process.exitCode = exitCode;
  if (exitCode !== 0) console.error(`hopthu: ${lineOf(error)}`);
}
