/** The words of `hopthu adopt` and `hopthu move-in`: accounts and mail that exist already. */
import type { Command } from 'commander';

type Option = readonly [flags: string, description: string];

export function addMovingCommands(
  program: Command,
  { site, context }: { readonly site: Option; readonly context: Option },
): void {
  program
    .command('adopt')
    .description('Write manifests for accounts that exist already, or give accounts to restored resources.')
    .argument('[hash]', 'with --restored: of exactly the plan that gives them')
    .requiredOption(...site)
    .option(
      '--from-ldap <source>',
      'the accounts, each of which gets a manifest that takes it over: an LDIF, or ldaps://host[:port]',
    )
    .option('--bind-dn <dn>', 'with ldaps: who asks')
    .option('--password-file <file>', 'with ldaps: its password')
    .option('--ca-file <file>', "with ldaps: certificates to trust (PEM); the system's by default")
    .option('--base <dn>', "with ldaps: where to search; the site's ou=mailboxes by default")
    .option('--filter <filter>', 'with ldaps: which entries; all by default')
    .option('--save-ldif <file>', 'with ldaps: keep what was read, without passwords, for hopthu plan --ldif')
    .option('-o, --output <folder>', 'with --from-ldap: the folder of manifests')
    .option('--dry-run', 'with --from-ldap: say what would be written, and write nothing')
    .option(
      '--restored',
      'print which accounts wait for a resource that has a new UID; with the hash, give them',
    )
    .option(...context)
    .action(async (hash, options) => {
      const { adopt } = await import('./adopt.ts');
      process.exitCode = await adopt(hash, options);
    });
  program
    .command('move-in')
    .description(
      'Copy mail from another IMAP server; asked again, what is new. Passwords come from files alone.',
    )
    .argument('[name]', 'name of the Mailbox; or --list')
    .requiredOption('--from <host>', 'the server, one of moving.from in the site file')
    .option('--list <file>', 'lines of mailbox,user,password; what is left out is as the options say')
    .option('--user <user>', 'login there; the address here by default')
    .option('--master-user <user>', 'who may log in there as anybody')
    .option(
      '--password-file <file>',
      'the password there, of the master user where there is one; - is standard input',
    )
    .option('-n, --namespace <namespace>', 'namespace of the Mailboxes; that of the context by default')
    .option('--site <site>', 'the site, instead of the namespace')
    .option(...context)
    .action(async (name, options) => {
      const { moveIn } = await import('./move-in.ts');
      process.exitCode = await moveIn(name, options);
    });
}
