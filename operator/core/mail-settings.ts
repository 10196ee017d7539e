/**
 * Folders that are opened to a delegate, as settings of Dovecot in the delegate's own entry: its userdb imports them, and
 * each is a namespace of its own (charts/config/dovecot/dovecot.conf gives all of them the rest). So a right is in force
 * for whoever logs in after it was written, and there is no second place that could be out of step. Pure.
 */
import { mailRoot } from './layout.ts';

/** What whoever logs in may do with a mailbox; the rights of each are in charts/config/dovecot/dovecot.conf. */
export type Role = 'reader' | 'keeper' | 'writer';

/** The folders of one organization's mailbox, opened to one delegate. */
export type Folders = {
  /** `uid` of the mailbox's entry; names where its mail is. */
  readonly account: string;
  /** Names it to people. */
  readonly address: string;
  readonly role: Role;
};

/** People find the mailboxes of organizations below this folder. */
export const delegatedFolder = 'Hộp thư đơn vị';

/** Each includes what those before it may do. */
const ranks: readonly Role[] = ['reader', 'keeper', 'writer'];

const names = 'namespace+=';
/** Under which name people find a folder; what they may do there is said by others. */
const folderName = /^namespace\/[^/]+\/prefix=/;

/** Of an account whose own mailbox is under a legal hold (R38): nothing is deleted or moved away, and nothing expires. */
const heldSettings = [
  'namespace/inbox/acl_user=keeper',
  'namespace/inbox/mailbox/Trash/autoexpunge=0',
  'namespace/inbox/mailbox/Junk/autoexpunge=0',
];

/** One value per setting; none without folders and without a hold. */
export function settingsFor(folders: readonly Folders[], isHeld = false): readonly string[] {
  const held = isHeld ? heldSettings : [];
  if (folders.length === 0) return held;
  const sorted = folders.toSorted((a, b) => (a.account < b.account ? -1 : 1));
  return [
    ...held,
    `${names}${sorted.map(({ account }) => account).join()}`,
    ...sorted.flatMap(({ account, address, role }) => [
      `namespace/${account}/prefix=${delegatedFolder}/${address}/`,
      `namespace/${account}/mail_path=${mailRoot}/${account}/Maildir`,
      `namespace/${account}/acl_user=${role}`,
    ]),
  ];
}

/** Does a session that began with `before` have what `after` does not give? */
export function isNarrower(after: readonly string[], before: readonly string[]): boolean {
  if (isHeldBy(after) && !isHeldBy(before)) return true;
  const isKept = (value: string) =>
    value.startsWith(names) ||
    folderName.test(value) ||
    heldSettings.includes(value) ||
    asMuch(value).some((enough) => after.includes(enough));
  return !before.every(isKept);
}

function isHeldBy(settings: readonly string[]): boolean {
  return heldSettings.every((value) => settings.includes(value));
}

/** A setting, and those that give more than it. */
function asMuch(value: string): readonly string[] {
  const [setting, role] = value.split('/acl_user=');
  const rank = ranks.indexOf(role as Role);
  return rank < 0 ? [value] : ranks.slice(rank).map((one) => `${setting}/acl_user=${one}`);
}

/** The folders that such values open; what is not of this form opens none. */
export function foldersIn(settings: readonly string[]): readonly Folders[] {
  const setting = (account: string, name: string) => {
    const start = `namespace/${account}/${name}=`;
    return settings.find((value) => value.startsWith(start))?.slice(start.length);
  };
  const list = settings.find((value) => value.startsWith(names))?.slice(names.length);
  return (list?.split(',') ?? []).map((account) => ({
    account,
    address: setting(account, 'prefix')?.split('/')[1] ?? account,
    role: ranks.find((role) => role === setting(account, 'acl_user')) ?? 'reader',
  }));
}
