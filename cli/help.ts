/** What `--help` shows beside commander's own lists: commands in groups, and examples for each. */
import { Command } from 'commander';
import { WrongInput } from './failure.ts';

const groups: Readonly<Record<string, readonly string[]>> = {
  'Mailboxes:': [
    'address',
    'password',
    'suspend',
    'resume',
    'reset-password',
    'grant',
    'status',
    'history',
    'export-mail',
  ],
  'Requests, lists and reports:': ['request', 'import', 'export', 'report', 'incident'],
  'Changes and their approval:': ['plan', 'approve', 'reject', 'orphans', 'adopt'],
  'Mail:': ['trace', 'move', 'move-in', 'backup', 'restore'],
  'The site:': ['bootstrap', 'dns', 'support-bundle', 'completion'],
};

/** By the words of the command; without `hopthu` in front. */
export const examples: Readonly<Record<string, readonly string[]>> = {
  address: [
    'address --site soc-trang --person "Nguyễn Thanh Bình"',
    'address --site soc-trang --organization "Phòng Công nghệ thông tin" --parent "Sở Thông tin và Truyền thông"',
  ],
  password: [
    'password le-van-tam -n soc-trang-accounts',
    'password le-van-tam -n soc-trang-accounts --change',
  ],
  suspend: ['suspend le-van-tam -n soc-trang-accounts'],
  resume: ['resume le-van-tam -n soc-trang-accounts'],
  'reset-password': ['reset-password le-van-tam -n soc-trang-accounts'],
  grant: ['grant le-van-tam -n soc-trang-accounts'],
  status: ['status --site soc-trang --problems'],
  history: ['history le-van-tam -n soc-trang-accounts'],
  'export-mail': ['export-mail so-y-te -n soc-trang-accounts -o so-y-te-2026'],
  'request list': ['request list --site soc-trang'],
  'request show': ['request show 2026-0001'],
  'request approve': ['request approve 2026-0001'],
  'request refuse': ['request refuse 2026-0001 --reason "Người ký không phải là thủ trưởng đơn vị"'],
  'request to-manifests': ['request to-manifests 2026-0001 -o accounts --branch request-2026-0001'],
  'request sheet': ['request sheet 2026-0001'],
  'request form': ['request form -o danh-sach.xlsx'],
  'request enter': [
    'request enter danh-sach.xlsx --number 12/SYT-VP --date 2026-11-20 --organization "Sở Y tế"',
  ],
  import: [
    'import de-nghi.xlsx --site soc-trang -o accounts --dry-run',
    'import danh-muc.xlsx --organizations --site soc-trang -o accounts',
  ],
  export: ['export --site soc-trang -o danh-ba.xlsx', 'export --site soc-trang -f accounts'],
  report: [
    'report --site soc-trang --month 2026-10',
    'report --site soc-trang --year 2026 --organization so-y-te --format xlsx -o so-y-te.xlsx',
  ],
  'incident open': ['incident open "Phát tán thư rác từ hộp thư" --site soc-trang --mailbox le-van-tam'],
  'incident note': [
    'incident note 2026-11-26-x7f2p "Đã cấp lại mật khẩu" --site soc-trang',
    'incident note 2026-11-26-x7f2p --told "Cán bộ phụ trách, Sở Y tế" --site soc-trang',
  ],
  'incident close': ['incident close 2026-11-26-x7f2p --site soc-trang'],
  'incident list': ['incident list --site soc-trang --open'],
  plan: ['plan -f accounts', 'plan -f accounts --base origin/main -o markdown'],
  approve: ['approve --site soc-trang', 'approve 3f9a0c51d7e2 --site soc-trang'],
  reject: ['reject 3f9a0c51d7e2 --site soc-trang'],
  orphans: ['orphans --site soc-trang', 'orphans close le-van-tam --site soc-trang'],
  adopt: [
    'adopt --site soc-trang --from-ldap accounts.ldif -o accounts',
    'adopt --site soc-trang --restored',
  ],
  trace: ["trace '<one@example.org>' --site soc-trang", 'trace 4dJ2Wk1q7Rz1s --site soc-trang --since 6h'],
  move: ['move so-y-te --to dovecot-1 -n soc-trang-accounts'],
  'move-in': [
    'move-in le-van-tam --from imap.old.soctrang.gov.vn --password-file password.txt',
    'move-in --list everybody.csv --from imap.old.soctrang.gov.vn --master-user mover --password-file mover.txt',
  ],
  'backup now': ['backup now --site soc-trang'],
  'backup check': ['backup check --site soc-trang'],
  'backup list': ['backup list --site soc-trang'],
  'restore mailbox': [
    'restore mailbox le-van-tam -n soc-trang-accounts --at "2026-11-24 17:00" --folder INBOX',
  ],
  'restore site': ['restore site --site soc-trang'],
  bootstrap: ['bootstrap --site soc-trang', 'bootstrap --site soc-trang --renew-certificates'],
  dns: ['dns --site soc-trang', 'dns --site soc-trang --check --resolver 192.0.2.53'],
  'support-bundle': ['support-bundle --site soc-trang -o bundle'],
  completion: ['completion bash'],
};

/** Adds groups and examples to the help of every command of `program`. */
export function addHelp(program: Command): void {
  for (const [heading, names] of Object.entries(groups)) {
    for (const command of program.commands) if (names.includes(command.name())) command.helpGroup(heading);
  }
  program.addHelpCommand(
    new Command('help')
      .argument('[command]')
      .description('Print the help of a command.')
      .helpGroup('The site:'),
  );
  for (const command of program.commands) if (command.commands.length > 0) askForCommand(command);
  addExamples(program, []);
  program.addHelpText('after', '\nExamples: hopthu COMMAND --help. Pages: docs/operations.md.');
}

/** Whoever names no command of a group is led to the group's own help. */
function askForCommand(group: Command): void {
  group.exitOverride((error) => {
    if (error.code !== 'commander.help') throw error;
    throw new WrongInput(`name a command: see hopthu ${group.name()} --help`);
  });
}

function addExamples(command: Command, words: readonly string[]): void {
  const lines = examples[words.join(' ')];
  if (lines !== undefined) {
    const shown = lines.map((line) => `  kubectl hopthu ${line}`).join('\n');
    command.addHelpText('after', `\nExamples:\n${shown}`);
  }
  for (const below of command.commands) addExamples(below, [...words, below.name()]);
}
